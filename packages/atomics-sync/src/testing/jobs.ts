import {
  acquire,
  arrive,
  broadcast,
  lock,
  once,
  readLock,
  release,
  rwUnlock,
  signal,
  tryAcquire,
  tryLock,
  unlock,
  wait,
  writeLock,
} from '../sync.js'
import type { Addr } from '../mem.js'
import { rwDowngrade, rwTryUpgrade, rwWriteHeld } from '../rwlock.js'
import type { Thread } from '../thread.js'

/**
 * What the workers of the tests do. Each job checks its own invariants as it goes and throws when one fails.
 * `at` is the address of 64 words laid out as below; `rounds` is the size of the job.
 */
export interface Job {
  (thread: Thread, at: Addr, rounds: number, threads: number): void
}

export const MUTEX = 0
export const SPIN = 1
export const RWLOCK = 2
export const CV = 4
export const CV2 = 6
export const SEM = 8
export const SEM2 = 12
export const BARRIER = 16
export const ONCE = 24
/** Data: plain words covered by a lock, and from SHARE on one word a thread. */
export const A = 32
export const B = 33
export const READERS = 34
export const SHARE = 40

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`invariant: ${what}`)
}

/** Counts up to `rounds` with all the others, by plain accesses under the lock. */
function count(thread: Thread, at: Addr, rounds: number, mutex: Addr): void {
  const { mem } = thread
  let share = 0
  for (;;) {
    if (share % 7 !== 0 || !tryLock(thread, mutex)) lock(thread, mutex)
    const value = mem.read(at + A)
    if (value < rounds) {
      mem.write(at + A, value + 1)
      mem.write(at + B, mem.read(at + B) - 1)
      share++
    }
    unlock(thread, mutex)
    if (value >= rounds) break
  }
  mem.store(at + SHARE + thread.index, share)
}

function countAdaptive(thread: Thread, at: Addr, rounds: number): void {
  count(thread, at, rounds, at + MUTEX)
}

function countSpin(thread: Thread, at: Addr, rounds: number): void {
  count(thread, at, rounds, at + SPIN)
}

/** Writers change two words that readers must always find equal; READERS counts who is inside. */
function readersAndWriters(thread: Thread, at: Addr, rounds: number): void {
  const { mem } = thread
  for (let i = 0; i < rounds; i++) {
    const turn = (i + thread.index) % 8
    if (turn === 0) {
      writeLock(thread, at + RWLOCK)
      writeOne(thread, at)
      if (i % 16 === 0) {
        rwDowngrade(thread, at + RWLOCK)
        check(mem.read(at + A) === mem.read(at + B), 'a downgraded writer sees its own writes')
        if (rwTryUpgrade(thread, at + RWLOCK)) writeOne(thread, at)
      }
    } else {
      readLock(thread, at + RWLOCK)
      mem.add(at + READERS, 1)
      check(mem.read(at + A) === mem.read(at + B), 'no reader sees half a write')
      mem.sub(at + READERS, 1)
    }
    rwUnlock(thread, at + RWLOCK)
  }
}

function writeOne(thread: Thread, at: Addr): void {
  const { mem } = thread
  check(rwWriteHeld(thread, at + RWLOCK), 'who is given the lock owns it')
  check(mem.load(at + READERS) === 0, 'no reader is inside with a writer')
  mem.write(at + A, mem.read(at + A) + 1)
  mem.write(at + B, mem.read(at + B) + 1)
}

/** Even threads produce `rounds` items each through a buffer of four places, odd ones consume as many. */
function produceAndConsume(thread: Thread, at: Addr, rounds: number): void {
  const { mem } = thread
  const producer = thread.index % 2 === 0
  for (let i = 0; i < rounds; i++) {
    lock(thread, at + MUTEX)
    if (producer) {
      while (mem.read(at + A) === 4) wait(thread, at + CV, at + MUTEX)
      mem.write(at + A, mem.read(at + A) + 1)
      signal(thread, at + CV2)
    } else {
      while (mem.read(at + A) === 0) wait(thread, at + CV2, at + MUTEX)
      mem.write(at + A, mem.read(at + A) - 1)
      mem.write(at + B, mem.read(at + B) + 1)
      signal(thread, at + CV)
    }
    unlock(thread, at + MUTEX)
  }
}

/** As above with a spin mutex for the interlock, and broadcast for signal. */
function produceAndConsumeSpin(thread: Thread, at: Addr, rounds: number): void {
  const { mem } = thread
  const step = thread.index % 2 === 0 ? 1 : -1
  for (let i = 0; i < rounds; i++) {
    lock(thread, at + SPIN)
    while (mem.read(at + A) === (step > 0 ? 4 : 0)) wait(thread, at + CV, at + SPIN)
    mem.write(at + A, mem.read(at + A) + step)
    broadcast(thread, at + CV)
    unlock(thread, at + SPIN)
    check(thread.spinDepth === 0, 'no spin mutex is held here')
  }
}

/** At most as many as the semaphore has units (2) are inside. */
function useUnits(thread: Thread, at: Addr, rounds: number): void {
  const { mem } = thread
  for (let i = 0; i < rounds; i++) {
    if (i % 5 !== 0 || !tryAcquire(thread, at + SEM)) acquire(thread, at + SEM)
    check(mem.add(at + READERS, 1) < 2, 'at most two are inside')
    mem.add(at + A, 1)
    mem.sub(at + READERS, 1)
    release(thread, at + SEM)
  }
}

/** Between two barriers everyone has done the same number of rounds. */
function meet(thread: Thread, at: Addr, rounds: number, threads: number): void {
  const { mem } = thread
  for (let round = 1; round <= rounds; round++) {
    mem.write(at + SHARE + thread.index, round)
    if (arrive(thread, at + BARRIER)) mem.write(at + A, mem.read(at + A) + 1)
    for (let i = 0; i < threads; i++) check(mem.read(at + SHARE + i) === round, 'all have done this round')
    arrive(thread, at + BARRIER)
    check(mem.read(at + A) === round, 'one of them was the last')
  }
}

/** The first attempt fails, the second succeeds, and nobody goes on before. */
function doOnce(thread: Thread, at: Addr): void {
  const { mem } = thread
  for (let tries = 0; tries < 2; tries++) {
    try {
      once(thread, at + ONCE, () => attempt(thread, at))
      check(mem.read(at + A) === 1, 'it has been done, once')
    } catch (error) {
      if ((error as Error).message !== 'first attempt') throw error
    }
  }
}

function attempt(thread: Thread, at: Addr): void {
  const { mem } = thread
  if (mem.add(at + B, 1) === 0) throw new Error('first attempt')
  mem.write(at + A, mem.read(at + A) + 1)
}

/** Keeps its core busy for up to `most` us, by chance. */
export function linger(most: number): void {
  const until = performance.now() + (Math.random() * most) / 1000
  while (performance.now() < until);
}

/**
 * The race of the WAITERS bit: owners park in the middle of holding the mutex, so that contenders set WAITERS while the
 * owner comes back to release it. Thread 0 is the partner that wakes the parked. To be run on a {@link LingeringMem}.
 */
function parkAndRelease(thread: Thread, at: Addr, rounds: number, threads: number): void {
  const { mem } = thread
  if (thread.index === 0) {
    for (let i = 0; i < rounds * (threads - 1); i++) {
      acquire(thread, at + SEM)
      release(thread, at + SEM2)
    }
    return
  }
  for (let i = 0; i < rounds; i++) {
    linger(60)
    lock(thread, at + MUTEX)
    mem.write(at + A, mem.read(at + A) + 1)
    release(thread, at + SEM)
    acquire(thread, at + SEM2)
    unlock(thread, at + MUTEX)
  }
}

export const jobs: Readonly<Record<string, Job>> = {
  countAdaptive,
  countSpin,
  readersAndWriters,
  produceAndConsume,
  produceAndConsumeSpin,
  useUnits,
  meet,
  doOnce,
  parkAndRelease,
}
