import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CV_SYNCOBJ, TS_READER_Q, TS_WRITER_Q, runToEnd } from './actor.js'
import { cvInit } from './condvar.js'
import { mutexInit } from './mutex.js'
import { PB_LOCK, sleepqBucket } from './parking-layout.js'
import { ParkingDeadline, parkingJoin, parkingLeave, parkingWake } from './parking.js'
import { RW_WRITER, rwEnter, rwExit, rwInit } from './rwlock.js'
import { SEMAPHORE_WORDS, semaphoreCount, semaphoreInit } from './semaphore.js'
import { mutexSpinEnter, mutexSpinExit } from './spin-mutex.js'
import { acquire, lock, readLock, release, tryAcquire, unlock, wait, withLock } from './sync.js'
import { attachSync, createSync, detachSync } from './thread.js'
import type { Thread } from './thread.js'

function setUp(threads: number, deadlineMs = 40) {
  const buffer = new SharedArrayBuffer(65_536)
  const { offset, end } = createSync(buffer, 16, { threads })
  const all = Array.from({ length: threads }, (_, i) => attachSync(buffer, offset, i, { deadlineMs }))
  return { buffer, offset, at: end, all, mem: (all[0] as Thread).mem }
}

test('a bucket serves each channel and queue first come first served, whoever leaves in between (300 runs of up to 80 steps)', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('join' as const),
      thread: fc.nat(7),
      channel: fc.nat(2),
      queue: fc.nat(1),
    }),
    fc.record({ kind: fc.constant('leave' as const), thread: fc.nat(7) }),
    fc.record({ kind: fc.constant('wake' as const), channel: fc.nat(2), queue: fc.nat(1), count: fc.nat(3) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { all, mem, offset } = setUp(8)
      const [waker] = all as [Thread]
      const bucket = sleepqBucket(mem, offset, 1000) // three channels in one bucket
      const model: { thread: Thread; channel: number; queue: number }[] = []
      for (const action of steps) {
        mutexSpinEnter(waker, bucket + PB_LOCK)
        if (action.kind === 'wake') {
          const { channel, queue, count } = action
          const due = model
            .filter((entry) => entry.channel === channel && entry.queue === queue)
            .slice(0, count)
          const from = model[0]?.thread.self ?? 0
          expect(parkingWake(waker, bucket, from, 1000 + channel, queue, count, 0)).toBe(due.length)
          for (const entry of due) {
            model.splice(model.indexOf(entry), 1)
            expect(mem.load(entry.thread.self + 1)).toBe(0) // PT_STATE: running again
          }
          continue
        }
        const thread = all[action.thread] as Thread
        const at = model.findIndex((entry) => entry.thread === thread)
        if (action.kind === 'join' && at < 0) {
          parkingJoin(thread, bucket, 1000 + action.channel, action.queue)
          model.push({ thread, channel: action.channel, queue: action.queue })
        } else if (action.kind === 'leave' && at >= 0) {
          parkingLeave(mem, bucket, thread.self)
          model.splice(at, 1)
        }
        mutexSpinExit(waker, bucket + PB_LOCK)
      }
      expect(waker.spinDepth).toBe(0)
    }),
    { numRuns: 300 },
  )
})

test('the turnstile of a lock counts and orders its waiters by queue', () => {
  const { all, at, mem, offset } = setUp(4)
  const [a, b, c, d] = all as [Thread, Thread, Thread, Thread]
  const { turnstile } = a
  expect(turnstile.lookup(a, at)).toBe(0)
  const bucket = offset + 16 * (1 + ((Math.imul(at, 0x9e37_79b1) >>> 16) & 63))
  expect(mem.load(bucket)).not.toBe(2) // that is the one it has locked
  parkingJoin(b, bucket, at, TS_WRITER_Q)
  parkingJoin(c, bucket, at, TS_READER_Q)
  parkingJoin(d, bucket, at, TS_WRITER_Q)
  turnstile.exit(a, at)
  const ts = turnstile.lookup(a, at)
  expect([turnstile.waiters(a, ts, TS_WRITER_Q), turnstile.waiters(a, ts, TS_READER_Q)]).toEqual([2, 1])
  expect([turnstile.first(a, ts, TS_WRITER_Q), turnstile.first(a, ts, TS_READER_Q)]).toEqual([b.self, c.self])
  turnstile.wakeup(a, ts, TS_WRITER_Q, 1, at, d.self) // the new owner is the one woken, though not the first
  expect(turnstile.waiters(a, turnstile.lookup(a, at), TS_WRITER_Q)).toBe(1)
  turnstile.exit(a, at)
  expect(a.spinDepth).toBe(0)
})

test('an expired wait for a lock names the lock, the owner and the wait, and leaves the lock usable', () => {
  const { all, at, mem } = setUp(2)
  const [a, b] = all as [Thread, Thread]
  mutexInit(mem, at)
  rwInit(mem, at + 4)
  lock(a, at)
  runToEnd(rwEnter(a, at + 4, RW_WRITER))
  mem.store(a.self, 0) // a is blocked somewhere
  expect(() => lock(b, at)).toThrow(`thread 1 waited 40 ms for the mutex at word ${at}, owned by thread 0`)
  let caught: unknown
  try {
    readLock(b, at + 4)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(ParkingDeadline)
  expect(caught).toMatchObject({ lock: at + 4, owner: a.self })
  expect((caught as Error).message).toContain('rwlock')
  unlock(a, at)
  rwExit(a, at + 4)
  lock(b, at)
  readLock(b, at + 4)
  expect([a.spinDepth, b.spinDepth, mem.load(at)]).toEqual([0, 0, b.self])
})

test('a timed wait returns false, an untimed one names what it slept on; the mutex is had again, or not', () => {
  const { all, at, mem } = setUp(1)
  const [a] = all as [Thread]
  mutexInit(mem, at)
  cvInit(mem, at + 4)
  const timed = withLock(a, at, () => wait(a, at + 4, at, 5))
  expect([timed, mem.load(at)]).toEqual([false, 0])
  expect(() => withLock(a, at, () => wait(a, at + 4, at))).toThrow(
    /thread 0 slept 40 ms on 'cv' at word \d+, .*nobody woke/,
  )
  expect(mem.load(at)).toBe(0)
})

test('a semaphore gives its units and no more, at once or within a time', () => {
  const { all, at, mem } = setUp(1)
  const [a] = all as [Thread]
  semaphoreInit(mem, at, 2)
  expect([acquire(a, at), tryAcquire(a, at), tryAcquire(a, at), acquire(a, at, 5)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  release(a, at)
  expect([semaphoreCount(mem, at), acquire(a, at, 5), a.spinDepth, SEMAPHORE_WORDS]).toEqual([1, true, 0, 4])
  expect(() => semaphoreInit(mem, at, -1)).toThrow('count >= 0')
})

test('sleeping with a spin mutex held fails an assertion', () => {
  const { all, at } = setUp(1)
  const [a] = all as [Thread]
  a.spinDepth = 1
  a.sleepq.enter(a, at, 'test', CV_SYNCOBJ)
  expect(() => runToEnd(a.sleepq.block(a, 1, false))).toThrow('ci->ci_mtx_count == 1')
})

test('attaching is refused without a lot, out of range, and to a record that is taken; detaching gives it back', () => {
  const { buffer, offset, all } = setUp(2)
  expect(() => attachSync(buffer, offset + 1024, 0)).toThrow('no parking lot at word')
  expect(() => attachSync(buffer, offset, 2)).toThrow('index is 2; 0 to 1 is allowed')
  expect(() => attachSync(buffer, offset, 1)).toThrow('another thread has it')
  expect(() => attachSync(buffer, offset, 1, { deadlineMs: 0 })).toThrow('deadlineMs is 0')
  detachSync(all[1] as Thread)
  expect(attachSync(buffer, offset, 1).index).toBe(1)
  expect(() => createSync(buffer, 0, { threads: 1 })).toThrow('offset is 0')
  expect(() => createSync(buffer, 16, { threads: 0 })).toThrow('threads is 0')
  expect(() => createSync(buffer, 16, { threads: 9999 })).toThrow('buffer is 65536 bytes')
})
