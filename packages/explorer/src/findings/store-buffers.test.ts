import { expect, test } from 'vitest'
import { Deadlock } from '../checkers/deadlock.js'
import { EventLog } from '../checkers/event-log.js'
import { LockTracker } from '../checkers/lock-tracker.js'
import { World } from '../engine/world.js'
import { explore, faultKey } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { makeStrategy } from '../strategies/registry.js'
import type { Subject } from '../subject.js'
import { eventText } from './report/event-text.js'
import { recordSchedule, replay, walk } from './replay/replay.js'
import { decodeSchedule, encodeSchedule } from './replay/schedule-string.js'
import { shrink } from './shrink/shrink.js'

/** Release of an adaptive mutex by a plain store. */
function mutexExit(fence: 0 | 1, memoryModel: 'sc' | 'tso'): Promise<Subject> {
  return programSubject(
    'program:mutex-exit',
    { fence },
    {
      engine: { memoryModel },
      checkers: () => {
        const log = new EventLog()
        const locks = new LockTracker()
        return [log, locks, new Deadlock({ log, locks })]
      },
    },
  )
}

function found(subject: Subject, strategy: string) {
  const { target, options: engine } = subject
  const result = explore(target, { strategy: makeStrategy(strategy), observers: subject.observers(), engine })
  expect(result.complete).toBe(true)
  return result.found
}

for (const strategy of ['dpor', 'dfs', 'preemption-bound']) {
  test(`a plain release of a mutex needs the fence after the store of ci_curlwp under tso alone (every interleaving, ${strategy})`, async () => {
    expect(found(await mutexExit(1, 'sc'), strategy)).toEqual([])
    expect(found(await mutexExit(0, 'sc'), strategy)).toEqual([])
    expect(found(await mutexExit(1, 'tso'), strategy)).toEqual([])
    const faults = found(await mutexExit(0, 'tso'), strategy)
    expect(faults.map(({ report }) => report.verdict)).toEqual(['deadlock'])
  })
}

test('the sleeper that is lost is shrunk, told with the stores that came late, and replayed from its string', async () => {
  const subject = await mutexExit(0, 'tso')
  const { target, options: engine } = subject
  const strategy = new RandomWalk(5)
  const { found: faults } = explore(target, {
    strategy,
    observers: subject.observers(),
    engine,
    executions: 300,
  })
  const [fault] = faults
  if (fault === undefined) throw new Error('nothing found')
  const smaller = shrink(subject, fault, { attempts: 400, subjects: false })
  if (smaller === undefined) throw new Error('not shrunk')
  expect(smaller.cost.preemptions).toBe(0)
  const text = encodeSchedule(smaller.schedule)
  expect(text).toMatch(/\+t\+.*A_/)
  const schedule = decodeSchedule(text)
  const again = replay(subject, schedule)
  expect(again.drift).toBe(undefined)
  expect(again.reports.map(faultKey)).toContain(faultKey(fault.report))
  const rows = [...walk(subject, schedule)].map((row) => {
    const { op, word, values } = eventText(row)
    return `${row.actorName} ${op} ${word} ${values}`
  })
  expect(rows).toContain('T1 write mutex := 0 (buffered)')
  expect(rows.at(-1)).toBe('T1 drain mutex 3 -> 0: its store reaches memory')
})

test('what was recorded under tso is replayed from its string, for 200 executions', async () => {
  const subject = await mutexExit(0, 'tso')
  const world = new World(subject.target, subject.options)
  for (let seed = 0; seed < 200; seed++) {
    const walker = new RandomWalk(seed)
    walker.begin(0)
    const outcome = world.run(walker, subject.observers())
    const schedule = decodeSchedule(
      encodeSchedule(recordSchedule(subject, world.schedule.slice(0, world.steps))),
    )
    const again = replay(subject, schedule)
    expect([again.drift, again.outcome, again.steps]).toEqual([undefined, outcome, world.steps])
    expect(again.words).toEqual(world.words)
  }
})
