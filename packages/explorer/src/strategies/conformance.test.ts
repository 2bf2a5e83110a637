import { expect, test } from 'vitest'
import type { EngineOptions } from '../engine/options.js'
import type { Target } from '../engine/target.js'
import { strategyNames, makeStrategy } from './registry.js'
import type { StrategyOptions } from './registry.js'
import type { Strategy } from './strategy.js'
import { drive, schedules } from './testing/drive.js'
import {
  condvar,
  deadlock01,
  family,
  interrupted,
  polling,
  reorder,
  signals,
  spinning,
  timed,
  twostage,
} from './testing/hand-written.js'

const SETS: readonly (readonly [string, StrategyOptions])[] = [
  ['random', { seed: 7 }],
  ['round-robin', {}],
  ['pct', { seed: 7, depth: 3 }],
  ['pct', { seed: 7, depth: 1 }],
  ['pos', { seed: 7 }],
  ['surw', { seed: 7 }],
  ['urw', { seed: 7 }],
  ['dfs', {}],
  ['dfs', { cache: true }],
  ['preemption-bound', {}],
  ['preemption-bound', { bound: 1 }],
  ['preemption-bound', { bound: 2, cache: true }],
  ['delay-bound', {}],
  ['delay-bound', { bound: 2 }],
  ['dpor', {}],
  ['replay', { schedule: [], continuation: 'nonpreemptive' }],
]

/** Locks, condition variables, spawning and choosing, timeouts, waits by spinning, interrupts. */
const TARGETS: readonly (readonly [Target, Partial<EngineOptions>])[] = [
  [reorder(2, 1), {}],
  [twostage(), {}],
  [deadlock01(), {}],
  [condvar(1), {}],
  [condvar(1), { spurious: 1 }],
  [signals(), { wake: 'any', spurious: 1 }],
  [family(), {}],
  [timed(), {}],
  [timed(), { expiry: 'idle' }],
  [spinning(), {}],
  [interrupted(1), {}],
  [{ ...reorder(2, 1), pure: false }, {}],
  [{ ...family(), pure: false }, {}],
]

/** Optimal DPOR is for threads without interrupts, and says so. */
const targetsOf = (name: string): typeof TARGETS =>
  name === 'dpor' ? TARGETS.filter(([target]) => target.name !== 'interrupted') : TARGETS

const MOST = 300
const make = ([name, options]: readonly [string, StrategyOptions]): Strategy => makeStrategy(name, options)
const text = ([name, options]: readonly [string, StrategyOptions]): string =>
  `${name} ${JSON.stringify(options)}`

for (const set of SETS) {
  test(`takes only what is enabled, and ends every execution: ${text(set)}`, () => {
    for (const [target, engine] of targetsOf(set[0])) {
      const runs = drive(target, make(set), { engine, most: MOST })
      expect(runs.length).toBeGreaterThan(0)
      const allowed = set[1].cache === true ? ['done', 'blocked', 'abandoned'] : ['done', 'blocked']
      for (const run of runs) expect(allowed).toContain(run.outcome)
    }
  })

  test(`makes the same choices again: ${text(set)}`, () => {
    for (const [target, engine] of targetsOf(set[0])) {
      for (const learn of [true, false]) {
        const first = schedules(target, make(set), { engine, most: MOST, learn })
        expect(schedules(target, make(set), { engine, most: MOST, learn })).toEqual(first)
      }
    }
  })

  if (make(set).exhaustive) {
    test(`visits no execution twice: ${text(set)}`, () => {
      for (const [target, engine] of targetsOf(set[0])) {
        const done = drive(target, make(set), { engine, most: 5000 }).filter(
          (run) => run.outcome !== 'abandoned',
        )
        expect(new Set(done.map((run) => run.schedule)).size).toBe(done.length)
      }
    })
  } else if (set[0] !== 'replay' && set[0] !== 'round-robin') {
    test(`execution 5 does not depend on those before: ${text(set)}`, () => {
      for (const [target, engine] of targetsOf(set[0])) {
        // with several spawners, the numbers of actors depend on the executions before
        if (target.name === 'family') continue
        const all = schedules(target, make(set), { engine, most: 9 })
        const some = schedules(target, make(set), { engine, indices: [5, 8] })
        expect(some).toEqual([all[5], all[8]])
      }
    })
  }
}

test('every strategy of the registry is in this suite', () => {
  const here = new Set(SETS.map(([name]) => name))
  expect(strategyNames().filter((name) => !here.has(name))).toEqual([])
})

test('an unknown strategy is refused with the names there are', () => {
  expect(() => makeStrategy('best')).toThrow(/no strategy best; there are random, round-robin, pct/)
})

test('a loop that polls ends by chance, by priorities, and in turns (2,000 executions each)', () => {
  for (const name of ['random', 'round-robin', 'pct', 'pos', 'surw', 'urw']) {
    const runs = drive(polling(), makeStrategy(name, { seed: 3 }), {
      most: 2000,
      engine: { stepLimit: 50_000 },
    })
    for (const run of runs) expect(run.outcome).toBe('done')
  }
})
