import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TASKS, arbitraryTrace, traceOf } from '../testing/arbitrary-trace.js'
import { loadTrace } from './execution.js'
import { pictureOf } from './lanes.js'
import { locksOf, runsByTask, runsOf } from './spans.js'

test('every event is in one run of its actor and in one of its task', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      const execution = loadTrace(trace)
      const runs = runsOf(execution)
      const seen = Array.from({ length: execution.length }, () => 0)
      for (const { from, to, actor, task } of runs.flat())
        for (let event = from; event <= to; event++) {
          seen[event] = (seen[event] ?? 0) + 1
          expect([execution.events.actor[event], execution.events.task[event]]).toEqual([actor, task])
        }
      expect(seen.every((times) => times === 1)).toBe(true)
      expect(runsByTask(runs, TASKS).flat()).toHaveLength(runs.flat().length)
    }),
  )
})

test('a lock is held by one at a time, in rows that do not overlap, and each arrow leads from its release to its next owner', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      const execution = loadTrace(trace)
      const { spans, arrows } = locksOf(execution)
      for (const [at, one] of spans.entries())
        for (const other of spans.slice(at + 1)) {
          const meet = one.from <= other.to && other.from <= one.to
          if (one.who === other.who && one.row === other.row) expect(meet).toBe(false)
          // The step that releases a lock is part of its span; nobody takes it in the same.
          if (one.kind === 'held' && other.kind === 'held' && one.word === other.word)
            expect(meet).toBe(false)
        }
      for (const { word, from, to, releaser, acquirer, waited } of arrows) {
        const held = (who: number): typeof spans =>
          spans.filter((span) => span.kind === 'held' && span.word === word && span.who === who)
        expect(releaser).not.toBe(acquirer)
        expect(held(releaser).some((span) => span.to === from)).toBe(true)
        expect(held(acquirer).some((span) => span.from === to)).toBe(true)
        expect(waited).toBe(
          spans.some(
            (span) =>
              span.kind === 'waits' &&
              span.word === word &&
              span.who === acquirer &&
              span.to === to - 1 &&
              !span.isOpen,
          ),
        )
      }
    }),
  )
})

test('who waits gets an arrow from who releases; who gets nothing waits to the end', () => {
  const step = (actor: number): Parameters<typeof traceOf>[0][number] => ({
    actor,
    word: 0,
    value: undefined,
    preempts: false,
  })
  // CPU0 takes it, CPU1 and CPU2 wait, CPU0 releases it, CPU1 takes it.
  const execution = loadTrace(traceOf([step(0), step(1), step(2), step(0), step(1)], [0, 1, 2]))
  const { spans, arrows } = locksOf(execution)
  expect(arrows).toEqual([{ word: 0, from: 3, to: 4, releaser: 0, acquirer: 1, waited: true }])
  expect(spans.map(({ who, kind, from, to, isOpen }) => [who, kind, from, to, isOpen])).toEqual([
    [0, 'held', 0, 3, false],
    [1, 'waits', 1, 3, false],
    [2, 'waits', 2, 4, true],
    [1, 'held', 4, 4, true],
  ])
})

test('lanes do not overlap; those the fault is about come before the others, those that idle last', () => {
  const execution = {
    ...loadTrace(traceOf([{ actor: 0, word: 0, value: 1, preempts: false }], [2, 1, 3])),
    message: 'holder (4.1) is',
  }
  const { lanes, height } = pictureOf(execution)
  expect(lanes.map(({ name }) => name)).toEqual([
    'CPU0',
    'CPU1',
    'CPU2',
    'holder (4.1)',
    'target (2.1)',
    'the swapper',
    'idle of CPU0',
  ])
  let end = 0
  for (const { top, height: tall } of lanes) {
    expect(top).toBeGreaterThanOrEqual(end)
    end = top + tall
  }
  expect(height).toBeGreaterThanOrEqual(end)
})

test('a lane that waited for a lock, and that which had it, come before those that never met', () => {
  const step = (actor: number): Parameters<typeof traceOf>[0][number] => ({
    actor,
    word: 0,
    value: undefined,
    preempts: false,
  })
  // CPU0 takes it, CPU2 waits, CPU0 releases it, CPU2 takes it. CPU1 does nothing.
  const met = loadTrace(traceOf([step(0), step(2), step(0), step(2)], [0, 1, 2]))
  const { lanes } = pictureOf({ ...met, message: '', focus: [] })
  expect(lanes.slice(3).map(({ name }) => name)).toEqual([
    'the swapper',
    'target (2.1)',
    'holder (4.1)',
    'idle of CPU0',
  ])
})

test('lanes beside those of another execution are in its order, and those it has not come last', () => {
  const step = { actor: 0, word: 0, value: 1, preempts: false }
  const like = { ...loadTrace(traceOf([step], [2])), message: 'holder (4.1) is' }
  const names = ['idle of CPU0', 'somebody', 'target (2.1)', 'holder (4.1)']
  const { lanes } = pictureOf({ ...loadTrace(traceOf([step], [2])), tasks: names }, like)
  expect(lanes.slice(3).map(({ name }) => name)).toEqual([
    'holder (4.1)',
    'target (2.1)',
    'idle of CPU0',
    'somebody',
  ])
})
