import { CV_WAIT, WAIT } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CV_BLOCKED, ENDED, WAITING } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { WAY_SHIFT, World } from '../engine/world.js'
import {
  ACTOR,
  ADDR,
  ADDR2,
  FLAGS,
  RECORD,
  WORDS,
  WORDS2,
  WRITES,
  WRITES2,
  conflict,
  footprint,
  kindOf,
} from './dependence.js'
import * as op from './dpor/testing/op-program.js'
import { opTarget } from './dpor/testing/op-program.js'
import { MIXES, randomProgram } from './dpor/testing/random-program.js'
import { RandomWalk } from './random-walk.js'
import { Rng } from './rng.js'

test('a step touches what its footprint said before it: 4,000 random programs, every operation', () => {
  const rng = new Rng(3)
  const record = new Int32Array(RECORD)
  const kinds = new Set<number>()
  for (let i = 0; i < 4000; i++) {
    rng.seed(3, i)
    const mixes = Object.values(MIXES)
    const mix = mixes[i % mixes.length] as (typeof mixes)[number]
    const world = new World(opTarget(randomProgram(rng, mix)), mix.engine)
    const walk = new RandomWalk(i)
    walk.begin(0)
    const observer: Observer = {
      name: 'compare',
      reset: () => {},
      event: (at) => {
        const { evKind: kind, evActor: actor } = at
        kinds.add(kind)
        const queued = kind === WAIT && at.kind[actor] === WAITING
        expect(kindOf(record, 0)).toBe(kind)
        expect(record[WORDS]).toBe(at.evWords)
        if (at.evWords > 0) expect(record[ADDR]).toBe(at.evAddr)
        expect(((record[FLAGS] as number) & WRITES) !== 0).toBe(at.evWrote || queued)
        expect(record[WORDS2]).toBe(at.evWords2)
        if (at.evWords2 > 0) expect(record[ADDR2]).toBe(at.evAddr2)
        const way = (at.schedule[at.steps - 1] as number) >> WAY_SHIFT
        const writes2 = kind === CV_WAIT || (kind === CV_BLOCKED && way === 1)
        expect(((record[FLAGS] as number) & WRITES2) !== 0).toBe(writes2)
      },
      finish: () => {},
    }
    const chooser = {
      choose: (at: World) => {
        const choice = walk.choose(at)
        footprint(at, choice & ACTOR, choice >> WAY_SHIFT, record, 0)
        return choice
      },
    }
    world.run(chooser, [observer])
  }
  expect([...kinds].sort((x, y) => x - y)).toEqual(Array.from({ length: 30 }, (_, kind) => kind))
  expect(kinds.has(ENDED)).toBe(false)
})

/** Whether the first operations of two threads conflict. */
function conflicting(x: op.Op, y: op.Op, memory = [0, 0, 0, 0]): boolean {
  let result = false
  const world = new World(opTarget({ memory, threads: [[x], [y]] }))
  const look = {
    choose: (at: World) => {
      result = conflict(at, 0, 1)
      expect(conflict(at, 1, 0)).toBe(result)
      expect(conflict(at, 0, 0)).toBe(true)
      return -1
    },
  }
  world.run(look, [])
  return result
}

test('pending operations conflict if they touch one word and do not both read it', () => {
  expect(conflicting(op.load(1), op.load(1))).toBe(false)
  expect(conflicting(op.load(1), op.store(1, 1))).toBe(true)
  expect(conflicting(op.store(1, 1), op.store(1, 1))).toBe(true)
  expect(conflicting(op.store(1, 1), op.store(2, 1))).toBe(false)
  expect(conflicting(op.store(1, 1), op.fence())).toBe(false)
  expect(conflicting(op.lock(1), op.lock(1))).toBe(true)
  expect(conflicting(op.choose(2), op.fill(1, 3, 0))).toBe(false)
  expect(conflicting(op.fill(1, 3, 0), op.load(3))).toBe(true)
  expect(conflicting(op.fill(1, 2, 0), op.load(3))).toBe(false)
  expect(conflicting(op.fill(1, 0, 0), op.fill(1, 3, 0))).toBe(false)
  expect(conflicting(op.copy(1, 3, 1), op.load(3))).toBe(false)
  expect(conflicting(op.copy(1, 3, 1), op.store(3, 1))).toBe(true)
  expect(conflicting(op.copy(1, 3, 1), op.copy(2, 1, 1))).toBe(true)
  expect(conflicting(op.cvWait(1, 2), op.cvSignal(1))).toBe(true)
  expect(conflicting(op.cvWait(1, 2), op.load(2))).toBe(true)
  expect(conflicting(op.spinWhileBoth(1, 9, 2, 9), op.store(2, 1))).toBe(true)
})

test('a compare-and-swap or a tryLock that fails reads; a wait that would queue itself writes', () => {
  expect(conflicting(op.cas(1, 5, 6), op.load(1))).toBe(false)
  expect(conflicting(op.cas(1, 5, 6), op.load(1), [0, 5])).toBe(true)
  expect(conflicting(op.tryLock(1), op.load(1))).toBe(true)
  expect(conflicting(op.tryLock(1), op.load(1), [0, 2])).toBe(false)
  expect(conflicting(op.wait(1, 0, 1), op.wait(1, 0, 1))).toBe(true)
  expect(conflicting(op.wait(1, 5, 1), op.wait(1, 5, 1))).toBe(false)
})

test('words 32 apart, which share a bit of the mask, do not conflict', () => {
  const memory = Array.from({ length: 80 }, () => 0)
  expect(conflicting(op.store(1, 1), op.store(33, 1), memory)).toBe(false)
  expect(conflicting(op.fill(1, 40, 0), op.store(33, 1), memory)).toBe(true)
  expect(conflicting(op.fill(1, 40, 0), op.store(41, 1), memory)).toBe(false)
})
