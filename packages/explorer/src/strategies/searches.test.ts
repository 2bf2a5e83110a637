import { expect, test } from 'vitest'
import type { EngineOptions } from '../engine/options.js'
import type { Target } from '../engine/target.js'
import { World } from '../engine/world.js'
import { explore } from '../explore.js'
import { DelayBound } from './delay-bound.js'
import { Dfs } from './dfs.js'
import { PreemptionBound, isPreemption } from './preemption-bound.js'
import { drive, schedules } from './testing/drive.js'
import {
  condvar,
  deadlock01,
  family,
  interrupted,
  op,
  reorder,
  signals,
  spinning,
  threadsTarget,
  timed,
  twostage,
  wronglock,
} from './testing/hand-written.js'
import { FENCE } from '@holdfast/compiler'

const TARGETS: readonly (readonly [Target, Partial<EngineOptions>])[] = [
  [reorder(2, 1), {}],
  [twostage(), {}],
  [wronglock(), {}],
  [deadlock01(), {}],
  [condvar(1), { spurious: 1 }],
  [condvar(2), {}],
  [signals(), { wake: 'any' }],
  [family(), {}],
  [timed(), {}],
  [timed(), { expiry: 'idle' }],
  [spinning(), {}],
  [interrupted(1), {}],
]

/** Preemptions of each interleaving, counted along it. */
function byPreemptions(target: Target, engine: Partial<EngineOptions>): Map<number, string[]> {
  const dfs = new Dfs()
  const counts = new Map<number, string[]>()
  let count = 0
  const world = new World(target, engine)
  for (let i = 0; dfs.begin(); i++) {
    count = 0
    const chooser = {
      choose(now: World): number {
        const choice = dfs.choose(now)
        if (isPreemption(now, choice)) count++
        return choice
      },
    }
    world.run(chooser, [])
    dfs.end(world)
    const schedule = [...world.schedule.subarray(0, world.steps)].join(' ')
    counts.set(count, [...(counts.get(count) ?? []), schedule])
  }
  return counts
}

test('each round of a preemption bound has the interleavings with so many preemptions and no others (12 programs)', () => {
  for (const [target, engine] of TARGETS) {
    const expected = byPreemptions(target, engine)
    const search = new PreemptionBound()
    const found = new Map<number, string[]>()
    const world = new World(target, engine)
    while (search.begin()) {
      world.run(search, [])
      search.end(world)
      const schedule = [...world.schedule.subarray(0, world.steps)].join(' ')
      found.set(search.round, [...(found.get(search.round) ?? []), schedule])
    }
    for (const list of [...expected.values(), ...found.values()]) list.sort()
    expect(new Map([...found].sort(([a], [b]) => a - b))).toEqual(
      new Map([...expected].sort(([a], [b]) => a - b)),
    )
  }
})

test('without a bound, delays reach every interleaving', () => {
  for (const [target, engine] of TARGETS) {
    const all = schedules(target, new Dfs(), { engine })
    expect(schedules(target, new DelayBound(), { engine }).sort()).toEqual(all.sort())
  }
})

test('no delay: one interleaving of a program without alternatives', () => {
  for (const target of [reorder(3, 1), twostage(), deadlock01(), condvar(2)])
    expect(schedules(target, new DelayBound({ bound: 0 })).length).toBe(1)
})

test('the fault of reorder(n,1) takes n delays (n up to 4)', () => {
  for (const n of [1, 2, 3, 4]) {
    expect(explore(reorder(n, 1), { strategy: new DelayBound({ bound: n - 1 }) }).buggy).toBe(0)
    expect(explore(reorder(n, 1), { strategy: new DelayBound({ bound: n }) }).buggy).toBeGreaterThan(0)
  }
})

test('visiting states once shows the same ends in fewer executions', () => {
  for (const [target, engine] of TARGETS) {
    const ends = (cache: boolean, bounded: boolean): string => {
      const strategy = bounded ? new PreemptionBound({ bound: 2, cache }) : new Dfs({ cache })
      const seen = new Set<string>()
      explore(target, {
        strategy,
        engine,
        observers: [
          {
            name: 'ends',
            reset: () => {},
            event: () => {},
            finish(world) {
              if (world.outcome === 'abandoned') return
              const said = world.reports.map((report) => report.message).sort()
              seen.add(`${world.outcome} ${[...world.words].join()} ${said.join()}`)
            },
          },
        ],
      })
      return [...seen].sort().join('\n')
    }
    for (const bounded of [true, false]) expect(ends(true, bounded)).toBe(ends(false, bounded))
  }
})

test('wronglock(1,1): fewer complete executions when states are visited once', () => {
  const runs = drive(wronglock(), new Dfs({ cache: true })).filter((run) => run.outcome !== 'abandoned')
  expect(runs.length).toBeLessThan(60)
})

test('a search says what it left out', () => {
  const bounded = new PreemptionBound({ bound: 1 })
  explore(reorder(2, 1), { strategy: bounded })
  expect(bounded.bound()).toBe('every interleaving with at most 1 preemption')
  const partial = new PreemptionBound()
  explore(reorder(2, 1), { strategy: partial, executions: 20 })
  expect(partial.bound()).toBe(
    'every interleaving with at most 0 preemptions, and 14 of those with 1 preemption',
  )
  const all = new PreemptionBound({ bound: 3 })
  expect(explore(reorder(2, 1), { strategy: all }).bound).toBe(null)
  expect(explore(reorder(2, 1), { strategy: new DelayBound({ bound: 1 }) }).bound).toBe(
    'every interleaving with at most 1 delay',
  )
  expect(explore(reorder(2, 1), { strategy: new Dfs({ cache: true }) }).bound).toMatch(/^each state once/)
})

test('the estimate of what remains is 0 at the end, and within a factor of 20 from the first execution on', () => {
  const dfs = new Dfs()
  const total = 2520
  let executions = 0
  const world = new World(reorder(3, 1))
  while (dfs.begin()) {
    world.run(dfs, [])
    dfs.end(world)
    executions++
    const remaining = dfs.remaining() as number
    if (executions < total / 2) {
      expect(executions + remaining).toBeGreaterThan(total / 20)
      expect(executions + remaining).toBeLessThan(total * 20)
    }
  }
  expect(executions).toBe(total)
  expect(dfs.remaining()).toBe(0)
  const bounded = new PreemptionBound({ bound: 2 })
  expect(explore(reorder(3, 1), { strategy: bounded, executions: 100 }).complete).toBe(false)
  expect(bounded.remaining()).toBeGreaterThan(100)
  expect(bounded.remaining()).toBeLessThan(10_000)
})

/** Has one operation more, now and then: something that no explorer controls. */
function fickle(when: (execution: number) => boolean): Target {
  let execution = -1
  const body = function* (mem: Parameters<typeof op>[0]): Generator<unknown, void> {
    for (let i = 0; i < (when(execution) ? 2 : 3); i++) yield* op(mem, FENCE, i)
  }
  const target = threadsTarget('fickle', 16, [body, body])
  return {
    ...target,
    pure: false,
    start(world) {
      execution++
      target.start(world)
    },
  }
}

for (const make of [() => new Dfs(), () => new PreemptionBound(), () => new DelayBound()]) {
  test(`${make().name} notices a target that does not repeat itself, and says at which step`, () => {
    expect(() =>
      explore(
        fickle((execution) => execution >= 3),
        { strategy: make() },
      ),
    ).toThrow(/^at step \d+ .*, after the same choices as before$/)
    expect(() =>
      explore(
        fickle(() => false),
        { strategy: make() },
      ),
    ).not.toThrow()
  })
}

for (const make of [() => new PreemptionBound(), () => new DelayBound()]) {
  test(`${make().name} notices a change in a later round too (from execution 4, 6, ... 18 on)`, () => {
    for (let first = 4; first <= 18; first += 2)
      expect(() =>
        explore(
          fickle((execution) => execution >= first),
          { strategy: make() },
        ),
      ).toThrow(/^at step/)
  })
}
