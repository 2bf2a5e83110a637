import { expect, test } from 'vitest'
import { GuardedBy } from './guarded-by.js'
import type { Guard, GuardedByOptions } from './guarded-by.js'
import { LockTracker } from './lock-tracker.js'
import { add, handTarget, lock, read, runAll, runOnce, store, unlock, write } from './testing/hand.js'
import type { Body } from './testing/hand.js'

const M = 8
const X = 9

function checkers(guard: Guard, more: Partial<GuardedByOptions> = {}): [LockTracker, GuardedBy] {
  const locks = new LockTracker()
  return [locks, new GuardedBy({ locks, guardOf: (addr) => (addr === X ? guard : undefined), ...more })]
}

const byLock: Guard = { kind: 'lock', lock: M, name: 'm' }

const locked: Body = function* (t) {
  yield* lock(t, 1, M)
  yield* write(t, 3, X, (yield* read(t, 2, X)) + 1)
  yield* unlock(t, 4, M)
}

test('what is done under the lock is not reported, in all interleavings; what is not, is, though nobody came near', () => {
  const good = handTarget({ m: 1, x: 1 }, () => [locked, locked])
  let reports = 0
  runAll(good, checkers(byLock), (world) => (reports += world.reports.length))
  expect(reports).toBe(0)
  const bad = handTarget({ m: 1, x: 1 }, () => [
    locked,
    function* (t) {
      yield* read(t, 11, X)
      yield* write(t, 12, X, 5)
      yield* write(t, 12, X, 6)
    },
  ])
  const { reports: found } = runOnce(bad, [0, 0, 0, 0], checkers(byLock))
  expect(found.map(({ message, sites }) => ({ message, sites }))).toEqual([
    { message: 'T2 reads x at site 11 without holding m', sites: [11] },
    { message: 'T2 writes x at site 12 without holding m', sites: [12] },
  ])
})

test("another's holding of the lock does not count", () => {
  const target = handTarget({ m: 1, x: 1 }, () => [
    function* (t) {
      yield* lock(t, 1, M)
      yield* unlock(t, 2, M)
    },
    (t) => read(t, 11, X),
  ])
  expect(runOnce(target, [0, 1, 0], checkers(byLock)).reports).toHaveLength(1)
})

test('records that are not published yet, and accesses by design', () => {
  const target = handTarget({ m: 1, x: 1 }, () => [(t) => write(t, 11, X, 1)])
  expect(runOnce(target, [], checkers(byLock, { isPublished: () => false })).reports).toEqual([])
  expect(runOnce(target, [], checkers(byLock, { covered: () => false })).reports).toEqual([])
  const hint: Guard = { ...byLock, byDesign: 'a hint' }
  expect(runOnce(target, [], checkers(hint)).reports.map(({ byDesign }) => byDesign)).toEqual(['a hint'])
  expect(runOnce(target, [], checkers(hint, { all: false })).reports).toEqual([])
})

test('atomic, stable and private fields are held to it', () => {
  const target = handTarget({ m: 1, x: 1 }, () => [
    function* (t) {
      yield* add(t, 1, X, 1)
      yield* read(t, 2, X)
      yield* store(t, 3, X, 1)
    },
    function* (t) {
      yield* write(t, 11, X, 1)
    },
  ])
  const told = (kind: Guard['kind']): readonly string[] =>
    runOnce(target, [], checkers({ kind, lock: null, name: kind })).reports.map(({ sites }) =>
      sites.join('-'),
    )
  expect(told('atomic')).toEqual(['11'])
  expect(told('stable')).toEqual(['1', '3', '11'])
  expect(told('private')).toEqual(['1-11'])
})

test('what is private to a known holder may be touched by that one alone, whoever comes first', () => {
  const target = handTarget({ m: 1, x: 1 }, () => [(t) => read(t, 1, X), (t) => write(t, 11, X, 1)])
  const own: Guard = { kind: 'private', lock: null, name: 'private', owner: 1 }
  const { reports } = runOnce(target, [0, 1], checkers(own))
  expect(reports.map(({ message }) => message)).toEqual([
    'T1 reads x at site 1 though it is private to another',
  ])
})
