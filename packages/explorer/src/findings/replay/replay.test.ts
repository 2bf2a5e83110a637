import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { explore, faultKey } from '../../explore.js'
import { World } from '../../engine/world.js'
import { RandomWalk } from '../../strategies/random-walk.js'
import { driftText } from './drift.js'
import type { EventRow } from '../report/events.js'
import { recordSchedule, replay, walk } from './replay.js'
import { decodeSchedule, encodeSchedule } from './schedule-string.js'
import { accountBad, crowd, deadlock01, drifted, lostWakeup, reorder, twostage } from '../testing/subjects.js'

const SUBJECTS = [
  reorder(2, 2),
  reorder(2, 1, false),
  twostage(2, 2),
  deadlock01(),
  accountBad(),
  lostWakeup(),
  crowd(4, 5),
]

test('what was recorded is replayed from its string: choices, outcome, reports and hash, for 300 executions', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SUBJECTS), fc.nat(), (subject, seed) => {
      const world = new World(subject.target)
      const walker = new RandomWalk(seed)
      walker.begin(0)
      const outcome = world.run(walker, subject.observers())
      const choices = world.schedule.slice(0, world.steps)
      const schedule = decodeSchedule(encodeSchedule(recordSchedule(subject, choices)))
      const again = replay(subject, schedule)
      expect(again.drift).toBe(undefined)
      expect(again.outcome).toBe(outcome)
      expect(again.reports).toEqual(world.reports)
      expect(again.steps).toBe(choices.length)
      expect(again.enabled).toBe(schedule.enabled)
      expect(again.words).toEqual(world.words)
    }),
    { numRuns: 300 },
  )
})

test('a part of an execution is replayed up to its last choice', () => {
  const schedule = recordSchedule(reorder(1), [0, 1, 1])
  expect(schedule.whole).toBe(false)
  const again = replay(reorder(1), schedule)
  expect([again.outcome, again.drift, again.preemptions]).toEqual(['abandoned', undefined, 1])
  expect(again.reports.map(({ message }) => message)).toEqual(['T2: a is 1 and b is 0'])
})

test('choices that are no execution are not recorded', () => {
  expect(() => recordSchedule(reorder(1), [0, 0, 0])).toThrow('they end at step 2')
  expect(() => recordSchedule(reorder(1), [5])).toThrow('they end at step 0')
})

test('the walk goes through the steps in order, with what each did and why a turn ended', () => {
  const rows: EventRow[] = [...walk(reorder(1), recordSchedule(reorder(1), [0, 1, 1, 0]))]
  expect(rows.map(({ actorName, op, word, old, new: now }) => [actorName, op, word, old, now])).toEqual([
    ['T1', 'store', 'a', 0, 1],
    ['T2', 'load', 'a', 1, 1],
    ['T2', 'load', 'b', 0, 0],
    ['T1', 'store', 'b', 0, -1],
  ])
  expect(rows.map(({ left }) => left?.why)).toEqual(['preempted', undefined, 'ended', 'ended'])
  expect(rows.map(({ preempts }) => preempts)).toEqual([false, true, false, false])
  expect(rows.map(({ reports }) => reports)).toEqual([[], [], ['T2: a is 1 and b is 0'], []])
})

test('what actors wait for at the end of a deadlock is told', () => {
  const { stuck, outcome } = replay(deadlock01(), recordSchedule(deadlock01(), [0, 1]))
  expect(outcome).toBe('blocked')
  expect(stuck.map(({ actorName, op, word, holder }) => [actorName, op, word, holder])).toEqual([
    ['T1', 'lock', 'b', 'T2'],
    ['T2', 'lock', 'a', 'T1'],
  ])
})

test('another build is refused before anything is run', () => {
  const schedule = recordSchedule(reorder(1), [0, 1, 1, 0])
  const refused = replay(drifted('fedcba98'), schedule)
  expect(refused.outcome).toBe(undefined)
  expect(driftText(refused.drift as never)).toBe(
    'the program is not the one recorded: its build was 01234567 and is fedcba98',
  )
})

test('a program that has drifted is refused at its first other step, for every execution of reorder(1, 1)', () => {
  for (const choices of [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
    [0, 1, 1, 0],
    [1, 0, 0, 1],
    [1, 0, 1, 0],
    [1, 1, 0, 0],
  ]) {
    const places: EventRow['place'][] = []
    const schedule = recordSchedule(reorder(1), choices)
    replay(reorder(1), schedule, { onEvent: ({ place }) => places.push(place) })
    const known = replay(drifted(), schedule, { places })
    const first = choices.indexOf(0)
    expect(known.drift).toMatchObject({ kind: 'site', step: first, actor: 0 })
    expect(driftText(known.drift as never)).toBe(
      `the program has drifted: step ${first + 1} was at setter (toy.ts:10), and its actor is at setter (toy.ts:11)`,
    )
    expect(known.steps).toBeLessThanOrEqual(first)
    // Without the places: between two looks.
    expect(replay(drifted(), schedule).drift).toMatchObject({ kind: 'enabled' })
  }
})

test('a choice that is not possible any more is told with what is', () => {
  const schedule = recordSchedule(deadlock01(), [0, 0, 0, 0, 1, 1, 1, 1])
  const moved = { ...schedule, choices: Uint16Array.from([0, 1, 0]), checks: [] }
  const { drift, outcome } = replay(deadlock01(), moved)
  expect(drift).toMatchObject({ kind: 'short', step: 2, outcome: 'blocked' })
  expect(outcome).toBe('blocked')
  const impossible = { ...schedule, choices: Uint16Array.from([0, 0, 1]), checks: [] }
  expect(driftText(replay(deadlock01(), impossible).drift as never)).toBe(
    'the program has drifted: step 3 was T2, which is not possible here; it is at back (toy.ts:45) now. ' +
      'Possible: T1: unlock in forth (toy.ts:42)',
  )
})

test('by force a drifted program is run on, and the first drift is told', () => {
  const schedule = recordSchedule(reorder(1), [0, 1, 1, 0])
  const forced = replay(drifted('fedcba98'), schedule, { force: true })
  expect(forced.drift).toMatchObject({ kind: 'build' })
  expect([forced.outcome, forced.steps]).toEqual(['done', 4])
})

test('every fault of a random walk is replayed with the same key', () => {
  for (const subject of SUBJECTS) {
    const { found } = explore(subject.target, {
      strategy: new RandomWalk(3),
      observers: subject.observers(),
      executions: 300,
    })
    for (const { report, schedule } of found) {
      const { reports } = replay(subject, recordSchedule(subject, schedule))
      expect(reports.map(faultKey)).toContain(faultKey(report))
    }
  }
})
