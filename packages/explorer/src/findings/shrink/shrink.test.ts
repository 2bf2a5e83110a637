import { expect, test } from 'vitest'
import { explore, faultKey } from '../../explore.js'
import type { Found } from '../../explore.js'
import { RandomWalk } from '../../strategies/random-walk.js'
import type { Subject } from '../../subject.js'
import { recordSchedule, replay, walk } from '../replay/replay.js'
import { shrink } from './shrink.js'
import type { Shrunk } from './shrink.js'
import { accountBad, crowd, deadlock01, lostWakeup, reorder, twostage } from '../testing/subjects.js'

function find(subject: Subject, seed = 1): Found[] {
  const { found } = explore(subject.target, {
    strategy: new RandomWalk(seed),
    observers: subject.observers(),
    executions: 1000,
  })
  return [...found]
}

function shrunk(subject: Subject, seed = 1): Shrunk {
  const found = find(subject, seed)[0]
  if (found === undefined) throw new Error(`no finding in ${subject.id}`)
  const smaller = shrink(subject, found, { seconds: 5, subjects: false })
  if (smaller === undefined) throw new Error(`no finding to shrink in ${subject.id}`)
  return smaller
}

test.each([
  ['reorder(1, 1)', reorder(1), 1],
  ['reorder(2, 1)', reorder(2), 1],
  ['reorder(3, 1)', reorder(3), 1],
  ['reorder(3, 2)', reorder(3, 2), 1],
  ['twostage(1, 1)', twostage(1, 1), 1],
  ['account_bad', accountBad(), 0],
  ['deadlock01', deadlock01(), 1],
  ['lost wake-up', lostWakeup(), 0],
] as const)('%s is shrunk to the fewest preemptions, and that is proven', (_name, subject, preemptions) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { cost, minimal } = shrunk(subject, seed)
    expect([cost.preemptions, minimal]).toEqual([preemptions, true])
  }
})

test('what is shrunk is replayed with the same fault and no more preemptions, for 20 seeds', () => {
  for (const subject of [reorder(3, 2), reorder(2, 1, false), deadlock01(), twostage(2, 1)]) {
    for (let seed = 1; seed <= 20; seed++) {
      const [found] = find(subject, seed)
      if (found === undefined) continue
      const smaller = shrink(subject, found, { attempts: 200, subjects: false }) as Shrunk
      expect(smaller.cost.preemptions).toBeLessThanOrEqual(smaller.from.preemptions)
      const again = replay(smaller.subject, smaller.schedule)
      expect(again.drift).toBe(undefined)
      expect(again.preemptions).toBe(smaller.cost.preemptions)
      expect(again.reports.map(faultKey)).toContain(faultKey(found.report))
    }
  }
})

test('of six threads of which two matter, only these run: three steps and one preemption', () => {
  const subject = crowd(4, 20, false)
  const { cost, from, schedule } = shrunk(subject)
  expect(from.steps).toBeGreaterThan(3)
  expect(cost).toEqual({ preemptions: 1, steps: 3, switches: 2 })
  expect(new Set(schedule.choices)).toEqual(new Set([2, 5]))
})

test('steps before which no choice is made are recorded, replayed and left out as others are', () => {
  const subject = crowd(4, 20, false, true)
  for (const { report, schedule } of find(subject, 2)) {
    const again = replay(subject, recordSchedule(subject, schedule))
    expect([again.drift, again.reports.map(faultKey)]).toEqual([undefined, [faultKey(report)]])
  }
  const { cost, schedule } = shrunk(subject, 2)
  expect(cost.preemptions).toBe(1)
  const rows = [...walk(subject, schedule)]
  expect(rows.map(({ step }) => step)).toEqual([...schedule.choices.keys()])
  expect(rows.map(({ actor }) => actor)).toEqual([...schedule.choices].map((choice) => choice & 127))
})

test('the subject is made smaller as long as it shows the fault', () => {
  const subject = crowd(4, 8)
  const [found] = find(subject)
  const smaller = shrink(subject, found as Found) as Shrunk
  expect(smaller.subject.id).toBe('program:crowd?others=0&steps=1')
  expect(smaller.minimal).toBe(true)
  expect(smaller.cost.preemptions).toBe(1)
})

test('an execution that does not show the fault is not shrunk', () => {
  const report = { verdict: 'race', message: 'none', sites: [1, 2] } as const
  expect(shrink(reorder(1), { report, schedule: [0, 0, 1, 1] })).toBe(undefined)
})
