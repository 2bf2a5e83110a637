import { runToEnd } from './actor.js'
import { barrierWait } from './barrier.js'
import { cvBroadcast, cvSignal, cvTimedwait } from './condvar.js'
import type { Addr } from './mem.js'
import { mutexEnter, mutexExit, mutexOwner, mutexTryEnter } from './mutex.js'
import { onceAbandon, onceDone, onceEnter } from './once.js'
import { RW_READER, RW_WRITER, rwEnter, rwExit } from './rwlock.js'
import { semaphoreAcquire, semaphoreRelease, semaphoreTryAcquire } from './semaphore.js'
import type { Thread } from './thread.js'

/**
 * The synchronous face, for programs of plain worker threads: what may sleep blocks the thread.
 *
 * Nothing in a kernel imports this file: it takes callbacks, which the kernel's rules forbid.
 * Every call that waits throws ParkingDeadline after the thread's deadline, and then does not hold what it waited for.
 */

/** Takes a mutex of either kind. */
export function lock(thread: Thread, mutex: Addr): void {
  runToEnd(mutexEnter(thread, mutex))
}

/** Takes a mutex of either kind if it is free; returns whether it did. */
export function tryLock(thread: Thread, mutex: Addr): boolean {
  return mutexTryEnter(thread, mutex)
}

/** Releases a mutex of either kind, held by the caller. */
export function unlock(thread: Thread, mutex: Addr): void {
  mutexExit(thread, mutex)
}

/** Runs `body` with the mutex held, and returns what it returns. */
export function withLock<T>(thread: Thread, mutex: Addr, body: () => T): T {
  lock(thread, mutex)
  try {
    return body()
  } finally {
    // A wait in the body whose deadline expired has given the mutex up.
    if (mutexOwner(thread.mem, mutex) === thread.self) mutexExit(thread, mutex)
  }
}

/** Takes an rwlock for reading. */
export function readLock(thread: Thread, rwlock: Addr): void {
  runToEnd(rwEnter(thread, rwlock, RW_READER))
}

/** Takes an rwlock for writing. */
export function writeLock(thread: Thread, rwlock: Addr): void {
  runToEnd(rwEnter(thread, rwlock, RW_WRITER))
}

/** Releases an rwlock, held by the caller for either. */
export function rwUnlock(thread: Thread, rwlock: Addr): void {
  rwExit(thread, rwlock)
}

/**
 * Releases `mutex` (held), sleeps until the condition is signalled or `timeoutMs` (whole ms; 0: no timeout, only the
 * thread's deadline) have passed, and takes `mutex` again. Returns false if the timeout ended it. Test the condition in
 * a loop.
 */
export function wait(thread: Thread, cv: Addr, mutex: Addr, timeoutMs = 0): boolean {
  return runToEnd(cvTimedwait(thread, cv, mutex, Math.ceil(timeoutMs / thread.tickMs))) === 0
}

/** Wakes one that waits for the condition. */
export function signal(thread: Thread, cv: Addr): void {
  cvSignal(thread, cv)
}

/** Wakes all that wait for the condition. */
export function broadcast(thread: Thread, cv: Addr): void {
  cvBroadcast(thread, cv)
}

/** Takes a unit of a semaphore, waiting at most `timeoutMs` (0: no timeout). Returns whether it did. */
export function acquire(thread: Thread, semaphore: Addr, timeoutMs = 0): boolean {
  return runToEnd(semaphoreAcquire(thread, semaphore, Math.ceil(timeoutMs / thread.tickMs))) === 0
}

/** Takes a unit of a semaphore if there is one; returns whether it did. */
export function tryAcquire(thread: Thread, semaphore: Addr): boolean {
  return semaphoreTryAcquire(thread, semaphore)
}

/** Gives a unit back to a semaphore. */
export function release(thread: Thread, semaphore: Addr): void {
  semaphoreRelease(thread, semaphore)
}

/** Arrives at a barrier and waits for the others. Returns true to one of them, the last. */
export function arrive(thread: Thread, barrier: Addr): boolean {
  return runToEnd(barrierWait(thread, barrier))
}

/** Runs `body` if nobody has yet; returns when somebody has. If it throws, the next caller tries. */
export function once(thread: Thread, at: Addr, body: () => void): void {
  if (!runToEnd(onceEnter(thread, at))) return
  let done = false
  try {
    body()
    done = true
  } finally {
    if (done) onceDone(thread, at)
    else onceAbandon(thread, at)
  }
}
