import { expect, test } from 'vitest'
import type { Observer } from '../engine/observer.js'
import { World } from '../engine/world.js'
import { loadProgram } from '../program/load-program.js'
import { programTarget } from '../program/program-target.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { Deadlock } from './deadlock.js'
import { EventLog } from './event-log.js'
import { GuardedBy } from './guarded-by.js'
import { Livelock } from './livelock.js'
import { LockOrder } from './lock-order.js'
import { LockTracker } from './lock-tracker.js'
import { Races } from './races.js'
import { TraceHash } from './trace-hash.js'
import { UseAfterFree } from './use-after-free.js'

/** Every checker, on one log and one tracker of locks, or each on its own. */
function all(share: boolean): Observer[] {
  const log = new EventLog()
  const locks = new LockTracker()
  const shared = share ? { log } : {}
  return [
    log,
    locks,
    new Races(shared),
    new Deadlock(share ? { log, locks } : {}),
    new Livelock(shared),
    new TraceHash(shared),
    new GuardedBy({ locks, guardOf: () => ({ kind: 'private', lock: null, name: 'private' }) }),
    new LockOrder({ locks, nests: () => true }),
    new UseAfterFree({ locks }),
  ]
}

const PROGRAMS = [
  'account-bad',
  'condvar',
  'lost-wakeup',
  'philosophers',
  'spawn-tree',
  'timed-wait',
  'trylock',
  'treiber',
]

test.each(PROGRAMS)(
  '%s: checkers change nothing, do the same on one log as on several, and forget each execution (200 of them)',
  async (name) => {
    const { program } = await loadProgram(name)
    const target = programTarget(program)
    const run = (world: World, index: number, observers: readonly Observer[]): unknown => {
      const walk = new RandomWalk(7)
      walk.begin(index)
      const outcome = world.run(walk, observers)
      // What accumulates over executions is no part of the comparison.
      const reports = world.reports.filter(({ verdict }) => verdict !== 'lockOrder')
      return { outcome, steps: world.steps, schedule: world.schedule.slice(0, world.steps), reports }
    }
    const options = { stepLimit: 300 }
    const bare = new World(target, options)
    const one = new World(target, options)
    const several = new World(target, options)
    const onOne = all(true)
    const onSeveral = all(false)
    for (let i = 0; i < 200; i++) {
      const seen = run(one, i, onOne) as { outcome: string; schedule: Uint16Array }
      expect(run(several, i, onSeveral)).toEqual(seen)
      expect(run(one, i, onOne)).toEqual(seen)
      const without = run(bare, i, []) as { outcome: string; schedule: Uint16Array }
      expect([without.outcome, without.schedule]).toEqual([seen.outcome, seen.schedule])
      if (i % 20 === 0) expect(run(new World(target, options), i, all(true))).toEqual(seen)
    }
  },
)

test('every checker has a name of its own', () => {
  const names = all(true).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
