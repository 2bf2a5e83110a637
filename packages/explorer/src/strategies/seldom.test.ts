import { LOAD, STORE } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import type { ActorMem } from '../engine/actor-mem.js'
import type { Coroutine, Target } from '../engine/target.js'
import { FIRST_INTERRUPT, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { makeStrategy } from './registry.js'
import { drive } from './testing/drive.js'

const STEPS = 400
const RUNS = 400
const ALARM = FIRST_INTERRUPT << WAY_SHIFT

/** Two actors of so many loads each; an alarm that may come once, at any point, to the first of them. */
function alarmed(spontaneous: boolean, steps = STEPS): Target & { readonly came: number[] } {
  const came: number[] = []
  let left = 1
  function* loads(mem: ActorMem): Coroutine {
    for (let i = 0; i < steps; i++) if (mem.$(LOAD, 1, 1, 0, 0, 0)) yield
    return 0
  }
  function* alarm(mem: ActorMem): Coroutine {
    if (mem.$(STORE, 2, 2, 1, 0, 0)) yield
    return 0
  }
  return {
    name: 'alarmed',
    image: new Int32Array(4),
    pure: false,
    came,
    start(world) {
      left = 1
      world.addActor(loads)
      world.addActor(loads)
    },
    interrupts: (_, actor) => (actor === 0 ? left : 0),
    handler(world) {
      left = 0
      came.push(world.steps)
      return alarm(world.mems[0] as ActorMem)
    },
    ...(spontaneous ? { isSpontaneous: () => true } : {}),
  }
}

const NAMES = ['random', 'pct', 'pos', 'surw', 'urw'] as const

for (const name of NAMES) {
  test(`${name}: what comes of itself comes early and late, and not always (${RUNS} executions)`, () => {
    const target = alarmed(true)
    const strategy = makeStrategy(name, { seed: 3 })
    const runs = drive(target, strategy, { most: RUNS })
    expect(runs.length).toBe(RUNS)
    const came = target.came.slice(-RUNS)
    const late = came.filter((step) => step > STEPS / 2).length
    // Of the means drawn, a third is above 800 steps, a third below 80.
    expect(came.filter((step) => step < 40).length).toBeGreaterThan(RUNS / 20)
    expect(late).toBeGreaterThan(RUNS / 20)
    expect(strategy.name).toBe(name)
  })
}

test('an interrupt that is sent, not spontaneous, is chosen as before', () => {
  const target = alarmed(false)
  drive(target, makeStrategy('random', { seed: 3 }), { most: RUNS })
  expect(target.came.every((step) => step < 40)).toBe(true)
})

test('the strategy does not see it, and what is enabled is as it was', () => {
  const target = alarmed(true, 20)
  const seen: number[][] = []
  const strategy = makeStrategy('random', { seed: 1 })
  const choose = strategy.choose.bind(strategy)
  strategy.choose = (world: World): number => {
    const before = [...world.choices.subarray(0, world.choiceCount)]
    const choice = choose(world)
    expect([...world.choices.subarray(0, world.choiceCount)]).toEqual(before)
    seen.push(before)
    return choice
  }
  drive(target, strategy, { most: 3 })
  expect(seen.some((choices) => choices.includes(ALARM))).toBe(true)
})

test('execution i of a seed is the same in any order', () => {
  const inOrder = drive(alarmed(true, 50), makeStrategy('pos', { seed: 9 }), { most: 20 })
  const backwards = drive(alarmed(true, 50), makeStrategy('pos', { seed: 9 }), {
    indices: inOrder.map((_, i) => inOrder.length - 1 - i),
  })
  expect(backwards.reverse().map(({ schedule }) => schedule)).toEqual(inOrder.map(({ schedule }) => schedule))
})
