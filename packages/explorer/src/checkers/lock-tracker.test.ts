import { expect, test } from 'vitest'
import { MUTEX_BIT_SPIN } from '@holdfast/atomics-sync'
import { LockTracker } from './lock-tracker.js'
import type { Held, LockListener } from './lock-tracker.js'
import type { LockKind } from './lock-words.js'
import {
  cas,
  cvSignal,
  cvWait,
  exchange,
  fill,
  handTarget,
  load,
  lock,
  runOnce,
  store,
  tryLock,
  unlock,
  write,
} from './testing/hand.js'

const FIRST = 8

function tracker(
  kind: LockKind,
  options: { isTry?: (site: number) => boolean } = {},
): [LockTracker, string[]] {
  const locks = new LockTracker({
    lockAt: (addr) => (addr === FIRST ? { kind, class: 'l', name: 'l' } : undefined),
    holderOf: (_world, actor) => (actor + 1) * 4,
    ...options,
  })
  const seen: string[] = []
  const said = (held: Held): string => `${held.info.name} by ${held.holder} at ${held.site}`
  const listener: LockListener = {
    acquired: (_world, held) => seen.push(`takes ${said(held)} ${held.how} ${held.mode}`),
    released: (_world, held) => seen.push(`gives back ${said(held)}`),
  }
  locks.listen(listener)
  return [locks, seen]
}

test('model locks: lock, a try that succeeds and one that fails, condition waits', () => {
  const locks = new LockTracker()
  const held: string[] = []
  locks.listen({
    acquired: (_world, one) => held.push(`+${one.info.name}${one.actor}${one.how === 'try' ? '?' : ''}`),
    released: (_world, one) => held.push(`-${one.info.name}${one.actor}`),
  })
  const target = handTarget({ m: 1, cv: 1 }, ({ m, cv }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* cvWait(t, 2, cv, m)
      yield* unlock(t, 3, m)
    },
    function* (t) {
      if ((yield* tryLock(t, 4, m)) === 1) yield* unlock(t, 5, m)
      if ((yield* tryLock(t, 6, m)) === 1) yield* unlock(t, 7, m)
      yield* cvSignal(t, 8, cv)
    },
  ])
  runOnce(target, [0, 1, 0, 1, 1, 1, 0, 0], [locks])
  expect(held).toEqual(['+m0', '-m0', '+m1?', '-m1', '+m0', '-m0'])
  expect(locks.count).toBe(0)
})

test('adaptive mutex: an owner taken by cas and given back by a store; waiter bits change nothing', () => {
  const [locks, seen] = tracker('mutex', { isTry: (site) => site === 5 })
  const target = handTarget({ l: 1 }, ({ l }) => [
    function* (t) {
      yield* cas(t, 1, l, 0, 4)
      yield* store(t, 2, l, 0)
    },
    function* (t) {
      yield* cas(t, 3, l, 4, 5)
      yield* cas(t, 5, l, 0, 8)
      yield* store(t, 6, l, 0)
    },
  ])
  runOnce(target, [0, 1, 0, 1, 1], [locks])
  expect(seen).toEqual([
    'takes l by 4 at 1 blocking write',
    'gives back l by 4 at 1',
    'takes l by 8 at 5 try write',
    'gives back l by 8 at 5',
  ])
})

test("spin locks are the actor's: a mutex with the SPIN bit, and a word that is 0 or not", () => {
  const [locks] = tracker('mutex')
  const during: boolean[] = []
  const target = handTarget({ l: [MUTEX_BIT_SPIN] }, ({ l }) => [
    function* (t) {
      yield* cas(t, 1, l, MUTEX_BIT_SPIN, MUTEX_BIT_SPIN | 4)
      yield* store(t, 2, l, MUTEX_BIT_SPIN)
    },
  ])
  runOnce(
    target,
    [],
    [
      locks,
      {
        name: 'probe',
        reset: () => {},
        event: (world) => during.push(locks.holds(world, 0, FIRST, true), locks.holds(world, 1, FIRST, true)),
        finish: () => {},
      },
    ],
  )
  expect(during).toEqual([true, false, false, false])
  const [plain, seen] = tracker('spin')
  const words = handTarget({ l: 1 }, ({ l }) => [
    function* (t) {
      yield* exchange(t, 1, l, 1)
      yield* store(t, 2, l, 0)
    },
    function* (t) {
      yield* exchange(t, 3, l, 1)
    },
  ])
  runOnce(words, [0, 1, 0], [plain])
  expect(seen).toEqual(['takes l by 4 at 1 blocking write', 'gives back l by 4 at 1'])
})

test('plain stores take nothing, and a range that is overwritten holds no locks', () => {
  const [locks, seen] = tracker('mutex')
  const target = handTarget({ l: 1 }, ({ l }) => [
    function* (t) {
      yield* write(t, 1, l, 4)
      yield* store(t, 2, l, 0)
      yield* cas(t, 3, l, 0, 4)
      yield* fill(t, 4, l, 1, 0)
    },
  ])
  runOnce(target, [], [locks])
  expect(seen).toEqual(['takes l by 4 at 3 blocking write', 'gives back l by 4 at 3'])
})

test('reader/writer locks: readers, a writer, and all three ways of handing over', () => {
  const [locks, seen] = tracker('rw')
  const LOCKED = 4
  const WANTED = 2
  const WAITERS = 1
  const owner = (holder: number): number => (holder << 1) | LOCKED
  const target = handTarget({ l: 1 }, ({ l }) => [
    function* (t) {
      yield* cas(t, 1, l, 0, 8) // reads
      yield* exchange(t, 2, l, owner(8) | WAITERS) // the last reader hands it to the writer that waits
      yield* cas(t, 3, l, owner(8) | WAITERS, owner(8) | WAITERS) // queues as a reader
      yield* load(t, 4, l)
      yield* cas(t, 5, l, 16, 8) // leaves, one of two readers
    },
    function* (t) {
      yield* cas(t, 11, l, 8, 8 | WAITERS | WANTED) // queues as a writer
      yield* exchange(t, 12, l, 16) // hands it to both readers
    },
    function* (t) {
      yield* cas(t, 21, l, owner(8) | WAITERS, owner(8) | WAITERS)
      yield* cas(t, 22, l, 8, 0)
      yield* cas(t, 23, l, 0, owner(12))
      yield* cas(t, 24, l, owner(12), 8) // becomes a reader
      yield* cas(t, 25, l, 8, 0)
    },
  ])
  runOnce(target, [0, 1, 0, 0, 2, 1, 0, 0, 2, 2, 2, 2], [locks])
  expect(seen).toEqual([
    'takes l by 4 at 1 blocking read',
    'gives back l by 4 at 1',
    'takes l by 8 at 11 handed write',
    'gives back l by 8 at 11',
    'takes l by 4 at 3 handed read',
    'takes l by 12 at 21 handed read',
    'gives back l by 4 at 3',
    'gives back l by 12 at 21',
    'takes l by 12 at 23 blocking write',
    'gives back l by 12 at 23',
    'takes l by 12 at 24 try read',
    'gives back l by 12 at 24',
  ])
  expect(locks.count).toBe(0)
})

test("an acquisition is also named by the first place outside of the lock's own code", () => {
  const locks = new LockTracker({ isInner: (site) => site < 10 })
  const places: number[] = []
  locks.listen({ placed: (_world, held) => places.push(held.near) })
  const target = handTarget({ m: 1, x: 1 }, ({ m, x }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* load(t, 2, m)
      yield* load(t, 11, x)
      yield* load(t, 12, x)
      yield* unlock(t, 3, m)
    },
  ])
  runOnce(target, [], [locks])
  expect(places).toEqual([11])
})
