import { READ, WRITE } from '@holdfast/compiler'
import { UseAfterFree } from '@holdfast/explorer'
import type { World } from '@holdfast/explorer'
import { FREELWP, L_NEXT_FREE, LWP_WORDS } from '@holdfast/kernel'
import { expect, test } from 'vitest'
import { bootMachine, prepare } from '../../run/prepare.js'
import { Lifetimes } from './lifetimes.js'
import { holdVsSwapper } from '../scenarios/hold-vs-swapper.js'

const machine = bootMachine(prepare(holdVsSwapper, {}, 1))
const { config, regions } = machine
const image = new Int32Array(machine.buffer)

/** A checker that only notes what it is told, and a world of two actors, 1 and 2, who hold under their own number. */
function setup() {
  const told: string[] = []
  class Noting extends UseAfterFree {
    override freed(_world: World, addr: number, words: number, _site: number, what?: string): void {
      told.push(`${what} freed at ${addr}, ${words}`)
    }
    override recycled(_world: World, addr: number, words: number): void {
      told.push(`in use at ${addr}, ${words}`)
    }
  }
  const world = { words: image.slice(), target: {}, contexts: [], evActor: 1, evSite: -1 } as unknown as World
  const lives = new Lifetimes(config, regions, image.length, new Noting(), (actor) => actor)
  lives.reset(world)
  told.length = 0
  const event = (kind: number, evActor: number, evAddr: number, evOld = 0, evNew = 0): void => {
    if (kind === WRITE) world.words[evAddr] = evNew
    lives.event(Object.assign(world, { evKind: kind, evActor, evAddr, evOld, evNew }))
  }
  return { world, lives, event, told }
}

/** Address of the links and of the items of the pool of a layout. */
function poolOf(layout: string): { links: number; items: number; words: number } {
  const items = regions.findIndex((region) => region.layout === layout && region.label === layout)
  return {
    links: regions[items - 1]?.base as number,
    items: regions[items]?.base as number,
    words: regions[items]?.stride as number,
  }
}

test('an LWP is free from when it is put at the head of the free list until it is taken from there', () => {
  const { world, event, told } = setup()
  const first = world.words[FREELWP] as number
  const next = world.words[first + L_NEXT_FREE] as number
  event(WRITE, 1, FREELWP, first, next)
  expect(told).toEqual([`in use at ${first}, ${LWP_WORDS}`])
  world.words[first + L_NEXT_FREE] = next
  event(WRITE, 1, FREELWP, next, first)
  expect(told[1]).toBe(`the LWP freed at ${first}, ${LWP_WORDS}`)
})

test('an item of a pool is free while its link is in the list; the lock of an anon outlives it', () => {
  const { event, told } = setup()
  const amap = poolOf('vm_amap')
  event(WRITE, 1, amap.links + 2, 0, -1)
  event(WRITE, 1, amap.links + 2, -1, 0)
  const at = amap.items + 2 * amap.words
  expect(told).toEqual([`in use at ${at}, ${amap.words}`, `the amap freed at ${at}, ${amap.words}`])
  told.length = 0
  const anon = poolOf('vm_anon')
  event(WRITE, 1, anon.links, -1, 0)
  expect(told).toEqual([`the anon freed at ${anon.items + 1}, ${anon.words - 1}`])
})

test('an item is its maker’s own until somebody else touches it', () => {
  const { lives, event } = setup()
  const amap = poolOf('vm_amap')
  expect(lives.isFresh(amap.items, 1)).toBe(false)
  event(WRITE, 1, amap.links, 0, -1)
  event(WRITE, 1, amap.items + 3, 0, 5)
  expect(lives.isFresh(amap.items + 3, 1)).toBe(true)
  expect(lives.isFresh(amap.items + 3, 2)).toBe(false)
  event(READ, 2, amap.items + 4)
  expect(lives.isFresh(amap.items + 3, 1)).toBe(false)
  expect(lives.isFresh(amap.items + amap.words, 1)).toBe(false)
})
