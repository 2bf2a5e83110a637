import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { CanonicalTrace } from './testing/canonical-trace.js'
import {
  add,
  cas,
  choose,
  cvSignal,
  cvWait,
  copy,
  handTarget,
  join,
  load,
  lock,
  notify,
  read,
  runAll,
  spawn,
  store,
  tryLock,
  unlock,
  wait,
  write,
} from './testing/hand.js'
import type { Body } from './testing/hand.js'
import { TraceHash } from './trace-hash.js'

/** Counts traces by hash and exactly, and checks that the two agree execution by execution. */
function traces(target: Target): number {
  const hash = new TraceHash()
  const exact = new CanonicalTrace()
  const forms = new Map<number, string>()
  const known = new Set<string>()
  runAll(target, [hash, exact], () => {
    const form = exact.form()
    expect(hash.fresh).toBe(!known.has(form))
    known.add(form)
    expect(forms.get(hash.trace) ?? form).toBe(form)
    forms.set(hash.trace, form)
  })
  expect(hash.distinct).toBe(known.size)
  return hash.distinct
}

const same = (n: number, body: Body): Body[] => Array.from({ length: n }, () => body)

test('writers(4), readers(4), inc(3), fai(2,3), lockinc(2,2), reorder(2,1) and (3,1), SB: the counts of the table', () => {
  const writers = handTarget({ x: 1 }, ({ x }) => [1, 2, 3, 4].map((i) => (t) => write(t, 1, x, i)))
  expect(traces(writers)).toBe(24)
  const readers = handTarget({ x: 1 }, ({ x }) => [
    (t) => write(t, 1, x, 42),
    ...same(4, (t) => load(t, 2, x)),
  ])
  expect(traces(readers)).toBe(16)
  const inc = handTarget({ x: 1 }, ({ x }) =>
    same(3, function* (t) {
      yield* write(t, 2, x, (yield* read(t, 1, x)) + 1)
    }),
  )
  expect(traces(inc)).toBe(36)
  const fai = handTarget({ x: 1 }, ({ x }) =>
    same(2, function* (t) {
      for (let i = 0; i < 3; i++) yield* add(t, 1, x, 1)
    }),
  )
  expect(traces(fai)).toBe(20)
  const lockinc = handTarget({ m: 1, x: 1 }, ({ m, x }) =>
    same(2, function* (t) {
      for (let i = 0; i < 2; i++) {
        yield* lock(t, 1, m)
        yield* write(t, 3, x, (yield* read(t, 2, x)) + 1)
        yield* unlock(t, 4, m)
      }
    }),
  )
  expect(traces(lockinc)).toBe(6)
  const reorder = (setters: number): Target =>
    handTarget({ a: 1, b: 1 }, ({ a, b }) => [
      ...same(setters, function* (t) {
        yield* store(t, 1, a, 1)
        yield* store(t, 2, b, -1)
      }),
      function* (t) {
        yield* load(t, 3, a)
        yield* load(t, 4, b)
      },
    ])
  expect(traces(reorder(2))).toBe(36)
  expect(traces(reorder(3))).toBe(576)
  const sb = handTarget({ x: 1, y: 1 }, ({ x, y }) => [
    function* (t) {
      yield* store(t, 1, x, 1)
      yield* load(t, 2, y)
    },
    function* (t) {
      yield* store(t, 3, y, 1)
      yield* load(t, 4, x)
    },
  ])
  expect(traces(sb)).toBe(3)
})

test('the hash agrees with the exact form for locks, tries, cas, conditions, waits, spawn, join, choices and ranges', () => {
  const locks = handTarget({ m: 1, x: 1 }, ({ m, x }) => [
    function* (t) {
      if ((yield* tryLock(t, 1, m)) === 1) yield* unlock(t, 2, m)
      yield* cas(t, 3, x, 0, 1)
    },
    function* (t) {
      yield* lock(t, 4, m)
      yield* cas(t, 5, x, 0, 2)
      yield* unlock(t, 6, m)
    },
  ])
  expect(traces(locks)).toBeGreaterThan(4)
  const lost = handTarget({ m: 1, cv: 1 }, ({ m, cv }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* cvWait(t, 2, cv, m)
      yield* unlock(t, 3, m)
    },
    (t) => cvSignal(t, 4, cv),
  ])
  expect(traces(lost)).toBe(2)
  const waits = handTarget({ w: 1 }, ({ w }) => [
    (t) => wait(t, 1, w, 0, 5),
    (t) => wait(t, 2, w, 0, 5),
    (t) => notify(t, 3, w),
  ])
  expect(traces(waits)).toBeGreaterThan(6)
  const family = handTarget({ x: 1, y: 4, z: 4 }, ({ x, y, z }) => [
    function* (t) {
      const child = yield* spawn(t, 1, function* (c) {
        yield* store(c, 2, x, yield* choose(c, 3, 3))
        yield* copy(c, 4, z, y + 1, 2)
      })
      yield* load(t, 5, x)
      yield* write(t, 6, y + 2, 1)
      yield* join(t, 7, child)
      yield* load(t, 8, x)
    },
  ])
  expect(traces(family)).toBe(12)
})

test('beyond the limit it no longer counts, and says so', () => {
  const hash = new TraceHash({ most: 5 })
  const writers = handTarget({ x: 1 }, ({ x }) => [1, 2, 3].map((i) => (t) => write(t, 1, x, i)))
  runAll(writers, [hash])
  expect([hash.distinct, hash.saturated, hash.executions]).toEqual([5, true, 6])
})
