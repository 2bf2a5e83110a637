import { ADD, LOAD, STORE } from '@holdfast/compiler'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ActorMem } from '../engine/actor-mem.js'
import type { Target } from '../engine/target.js'
import type { World } from '../engine/world.js'
import { explore } from '../explore.js'
import type { BoundedOptions } from './bounded-options.js'
import { PreemptionBound } from './preemption-bound.js'
import {
  condvar,
  deadlock01,
  interrupted,
  op,
  reorder,
  signals,
  threadsTarget,
  twostage,
  wronglock,
} from './testing/hand-written.js'

/** Final memory of every execution that ends, and how it ended; each once. */
function ends(target: Target, options: BoundedOptions): { states: string[]; executions: number } {
  const states = new Set<string>()
  const collect = {
    name: 'ends',
    reset: () => {},
    event: () => {},
    finish(world: World) {
      if (world.outcome !== 'abandoned')
        states.add(`${world.outcome} ${world.reports.length > 0} ${[...world.words].join(',')}`)
    },
  }
  const result = explore(target, { strategy: new PreemptionBound(options), observers: [collect] })
  expect(result.complete).toBe(true)
  return { states: [...states].sort(), executions: result.executions }
}

/** The same program as a machine: not remembered, so that what is repeated is followed. */
function asMachine(target: Target): Target {
  return Object.create(target, { pure: { value: false } }) as Target
}

const PROGRAMS = [
  reorder(2, 1),
  twostage(),
  wronglock(),
  deadlock01(),
  condvar(2),
  signals(),
  interrupted(1),
  interrupted(2),
]

test('preemptions at shared words alone come to the same ends as preemptions anywhere (8 programs, at most 0 to 3)', () => {
  for (const target of PROGRAMS) {
    for (const bound of [0, 1, 2, 3]) {
      const all = ends(target, { bound }).states
      expect(ends(target, { bound, sharedOnly: true }).states).toEqual(all)
      expect(ends(target, { bound, sharedOnly: true, cache: true }).states).toEqual(all)
    }
  }
})

/** Threads of random operations on few words, of which some come to be used by one thread alone. */
const threads = fc.array(
  fc.array(fc.tuple(fc.constantFrom(ADD, LOAD, STORE), fc.integer({ min: 1, max: 6 })), { maxLength: 5 }),
  { minLength: 2, maxLength: 3 },
)

function randomTarget(bodies: readonly (readonly (readonly [number, number])[])[]): Target {
  return threadsTarget(
    'random',
    32,
    bodies.map(
      (steps, me) =>
        function* (mem: ActorMem): Generator<unknown, void> {
          let seen = me + 1
          for (const [n, [kind, word]] of steps.entries()) {
            const got = yield* op(mem, kind, me * 16 + n, word, seen)
            seen = (seen * 3 + got) | 0
          }
          yield* op(mem, STORE, me * 16 + 15, 16 + me, seen)
        },
    ),
  )
}

test('and so they do of random programs, remembered or followed (150 programs, at most 0 to 2 preemptions)', () => {
  fc.assert(
    fc.property(threads, fc.integer({ min: 0, max: 2 }), (bodies, bound) => {
      const target = randomTarget(bodies)
      const all = ends(target, { bound }).states
      expect(ends(target, { bound, sharedOnly: true }).states).toEqual(all)
      expect(ends(asMachine(target), { bound }).states).toEqual(all)
      expect(ends(asMachine(target), { bound, sharedOnly: true, cache: true }).states).toEqual(all)
    }),
    { numRuns: 150, seed: 3 },
  )
})

test('threads that share nothing are run once', () => {
  const target = randomTarget([
    [
      [ADD, 1],
      [ADD, 1],
    ],
    [
      [ADD, 2],
      [ADD, 2],
    ],
  ])
  // The first choice of all, and whoever goes on when the other has ended.
  expect(ends(target, { bound: 2 }).executions).toBeGreaterThan(10)
  expect(ends(target, { bound: 2, sharedOnly: true }).executions).toBeLessThanOrEqual(4)
})

test('choices are made in the period alone', () => {
  const target = asMachine(reorder(2, 1))
  const during = { text: 'at the first store', holds: (world: World) => world.steps >= 2 && world.steps < 4 }
  const within = ends(target, { during })
  const all = ends(target, {})
  expect(within.executions).toBeGreaterThan(1)
  expect(within.executions).toBeLessThan(all.executions)
  for (const state of within.states) expect(all.states).toContain(state)
  const search = new PreemptionBound({ during })
  expect(explore(target, { strategy: search }).complete).toBe(true)
  expect(search.bound()).toContain('at the first store')
})
