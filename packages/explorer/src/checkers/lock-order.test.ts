import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { LockOrder } from './lock-order.js'
import { LockTracker } from './lock-tracker.js'
import { handTarget, lock, runAll, runOnce, tryLock, unlock } from './testing/hand.js'
import type { Body } from './testing/hand.js'

function nest(outer: number, inner: number, sites: readonly [number, number], tries = false): Body {
  return function* (t) {
    yield* lock(t, sites[0], outer)
    if (tries) {
      if ((yield* tryLock(t, sites[1], inner)) === 1) yield* unlock(t, sites[1] + 1, inner)
    } else {
      yield* lock(t, sites[1], inner)
      yield* unlock(t, sites[1] + 1, inner)
    }
    yield* unlock(t, sites[0] + 1, outer)
  }
}

function checkers(): { locks: LockTracker; order: LockOrder } {
  const locks = new LockTracker()
  return { locks, order: new LockOrder({ locks }) }
}

test('two orders are reported though no run deadlocked, with both places of both edges, once', () => {
  const target = handTarget({ a: 1, b: 1 }, ({ a, b }) => [nest(a, b, [1, 3]), nest(b, a, [11, 13])])
  const { locks, order } = checkers()
  const ran = runOnce(target, [0, 0, 0, 0, 1, 1, 1, 1], [locks, order])
  expect(ran.world.outcome).toBe('done')
  expect(ran.reports.map(({ verdict, message, sites }) => ({ verdict, message, sites }))).toEqual([
    {
      verdict: 'lockOrder',
      message: 'locks are taken in a cycle: a -> b (site 1, then site 3); b -> a (site 11, then site 13)',
      sites: [1, 3, 11, 13],
    },
  ])
  expect(runOnce(target, [], [locks, order]).reports).toEqual([])
  expect(order.edges()).toEqual([
    { from: 'a', to: 'b', fromSite: 1, toSite: 3 },
    { from: 'b', to: 'a', fromSite: 11, toSite: 13 },
  ])
  expect(order.graph.nodes()).toEqual(['a', 'b'])
})

test('one order has no report, in all interleavings of three threads', () => {
  const target = handTarget({ a: 1, b: 1 }, ({ a, b }) => [
    nest(a, b, [1, 3]),
    nest(a, b, [1, 3]),
    nest(a, b, [1, 3]),
  ])
  const { locks, order } = checkers()
  let reports = 0
  runAll(target, [locks, order], (world) => (reports += world.reports.length))
  expect(reports).toBe(0)
})

test('a cycle of three is put together from executions that each show one edge', () => {
  const three = handTarget({ a: 1, b: 1, c: 1 }, ({ a, b, c }) => [
    nest(a, b, [1, 3]),
    nest(b, c, [11, 13]),
    nest(c, a, [21, 23]),
  ])
  const { locks, order } = checkers()
  const { reports } = runOnce(three, [], [locks, order])
  expect(reports.map(({ message }) => message)).toEqual([
    'locks are taken in a cycle: a -> b (site 1, then site 3); b -> c (site 11, then site 13); c -> a (site 21, then site 23)',
  ])
  const part = (from: number, to: number): Target =>
    handTarget({ a: 1, b: 1 }, ({ a, b }) => [nest(from === 0 ? a : b, to === 0 ? a : b, [1, 3])])
  const first = checkers()
  expect(runOnce(part(0, 1), [], [first.locks, first.order]).reports).toEqual([])
  const second = new LockTracker()
  const known = new LockOrder({ locks: second, known: first.order.seen })
  expect(runOnce(part(1, 0), [], [second, known]).reports).toHaveLength(1)
})

test('nothing leads to a lock that was tried, but something leads on from it', () => {
  const tried = handTarget({ a: 1, b: 1 }, ({ a, b }) => [nest(a, b, [1, 3]), nest(b, a, [11, 13], true)])
  const { locks, order } = checkers()
  expect(runOnce(tried, [], [locks, order]).reports).toEqual([])
  const onward = handTarget({ a: 1, b: 1 }, ({ a, b }) => [
    nest(a, b, [1, 3]),
    function* (t) {
      if ((yield* tryLock(t, 11, b)) === 1) {
        yield* lock(t, 13, a)
        yield* unlock(t, 14, a)
        yield* unlock(t, 12, b)
      }
    },
  ])
  const other = checkers()
  expect(runOnce(onward, [], [other.locks, other.order]).reports).toHaveLength(1)
})

test('locks of one class: one order of addresses is an order, two are reported unless they nest by design', () => {
  const lockAt = (addr: number) => ({ kind: 'model' as const, class: 'fork', name: `fork ${addr - 8}` })
  const philosophers = (n: number, ordered: boolean): Target =>
    handTarget({ forks: n }, ({ forks }) =>
      Array.from({ length: n }, (_, i) => {
        const left = forks + i
        const right = forks + ((i + 1) % n)
        return ordered && right < left ? nest(right, left, [1, 3]) : nest(left, right, [1, 3])
      }),
    )
  const run = (ordered: boolean, nests?: () => boolean): readonly string[] => {
    const locks = new LockTracker({ lockAt })
    const order = new LockOrder(nests === undefined ? { locks } : { locks, nests })
    return runOnce(philosophers(3, ordered), [], [locks, order]).reports.map(({ message }) => message)
  }
  expect(run(true)).toEqual([])
  expect(run(false)).toEqual([
    'two locks of class fork are taken in both orders of their addresses: fork 0 (at site 1) -> fork 1 (at site 3), and fork 2 (at site 1) -> fork 0 (at site 3)',
  ])
  expect(run(false, () => true)).toEqual([])
})

test('a lock handed over counts after what its new owner has, not after the spin locks of the CPU on which that sleeps', () => {
  const { locks, order } = checkers()
  const target = handTarget({ a: 1, b: 1, c: 1 }, () => [nest(8, 9, [1, 3])])
  const { world } = runOnce(target, [], [])
  const { a, b, c } = { a: 8, b: 9, c: 10 }
  locks.add(world, a, 7, 0, 'blocking', 'write', false, 1) // what thread 7 has
  locks.add(world, b, 5, 0, 'blocking', 'write', true, 2) // a spin lock of the CPU, which runs thread 5 by now
  locks.add(world, c, 7, 0, 'handed', 'write', false, 3) // thread 7, which sleeps, is handed c
  expect(order.edges().map(({ from, to }) => `${from} -> ${to}`)).toEqual(['a -> c'])
})
