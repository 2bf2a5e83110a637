import { expect, test } from 'vitest'
import { Deadlock } from './checkers/deadlock.js'
import { EventLog } from './checkers/event-log.js'
import { LockOrder } from './checkers/lock-order.js'
import { LockTracker } from './checkers/lock-tracker.js'
import { Races } from './checkers/races.js'
import { TraceHash } from './checkers/trace-hash.js'
import type { Observer } from './engine/observer.js'
import { explore } from './explore.js'
import type { Explored } from './explore.js'
import { programSubject } from './program/program-subject.js'
import { makeStrategy } from './strategies/registry.js'

const EXECUTIONS = 20_000

/** Counts what it is shown, and what it is spared. */
class Tally implements Observer {
  readonly name = 'tally'
  shown = 0
  spared = 0

  reset(): void {}

  repeated(): void {
    this.spared++
  }

  finish(): void {
    this.shown++
  }
}

/** Sees each execution, and so keeps all others from being spared any. */
const SEES_ALL: Observer = { name: 'sees all', reset: () => {}, finish: () => {} }

async function explored(what: string, strategy: string, extra: readonly Observer[]) {
  const { target, options } = await programSubject(what)
  const log = new EventLog()
  const locks = new LockTracker()
  const traces = new TraceHash({ log })
  const order = new LockOrder({ locks })
  const observers = [log, locks, new Races({ log }), order, new Deadlock({ log, locks }), traces, ...extra]
  const result = explore(target, {
    strategy: makeStrategy(strategy, { seed: 7 }),
    observers,
    engine: { ...options, stepLimit: 300 },
    executions: EXECUTIONS,
  })
  return { told: told(result), traces: [traces.distinct, traces.executions], edges: order.seen }
}

/** All but the time it took. */
function told({ found, ...rest }: Explored): unknown {
  return { ...rest, seconds: 0, found: found.map((each) => ({ ...each, seconds: 0 })) }
}

const PROGRAMS = [
  'program:lockinc?n=2&k=1',
  'program:lockinc?n=3&k=1',
  'program:inc',
  'program:reorder?s=2&c=1',
  'program:philosophers',
  'program:producer-consumer-bad',
  'program:lost-wakeup',
  'program:sync-mutex',
  'program:seqlock',
  'program:peterson',
  'program:spawn-tree',
]

for (const what of PROGRAMS)
  test(`${what}: what is spared the checkers changes nothing that they say (3 strategies, 20,000 executions each)`, async () => {
    for (const strategy of ['random', 'pct', 'pos'])
      expect(await explored(what, strategy, [])).toEqual(await explored(what, strategy, [SEES_ALL]))
  })

test('a small program that is clean is hardly looked at: of 20,000 executions fewer than 3,000', async () => {
  const tally = new Tally()
  await explored('program:lockinc?n=2&k=1', 'random', [tally])
  expect(tally.shown + tally.spared).toBe(EXECUTIONS)
  expect(tally.shown).toBeLessThan(3000)
})

test('one that seldom repeats itself is looked at in each execution', async () => {
  const tally = new Tally()
  await explored('program:reorder?s=10&c=1', 'random', [tally])
  expect([tally.shown, tally.spared]).toEqual([EXECUTIONS, 0])
})

test('what shows something is looked at each time: no racy execution is spared', async () => {
  const { target } = await programSubject('program:inc')
  const tally = new Tally()
  const { buggy } = explore(target, {
    strategy: makeStrategy('random', { seed: 7 }),
    observers: [new Races(), tally],
    executions: EXECUTIONS,
  })
  expect(tally.shown).toBeGreaterThanOrEqual(buggy)
})

test('an exhaustive strategy, or one observer that must see all, spares nothing', async () => {
  const { target } = await programSubject('program:lockinc?n=2&k=1')
  const tally = new Tally()
  const { executions } = explore(target, { strategy: makeStrategy('dfs', {}), observers: [tally] })
  expect([tally.shown, tally.spared]).toEqual([executions, 0])
  await explored('program:lockinc?n=2&k=1', 'random', [tally, SEES_ALL])
  expect([tally.shown, tally.spared]).toEqual([executions + EXECUTIONS, 0])
})
