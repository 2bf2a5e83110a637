import type { Actor, Sleeps } from './actor.js'
import { cvInit, cvSignal, cvTimedwait } from './condvar.js'
import { layout } from './layout.js'
import type { Addr, Mem } from './mem.js'
import { kassert } from './panic.js'
import { mutexSpinEnter, mutexSpinExit, mutexSpinInit } from './spin-mutex.js'

/**
 * Counting semaphore.
 *
 *                 acquire: -1                 acquire at 0: sleeps on SEM_CV
 *   count n+1 <----------------> count n      release: +1, then wakes one sleeper, which tries again
 *                 release: +1
 *
 * Rules   M1  SEM_COUNT is changed under SEM_LOCK only, and is never below 0
 *         M2  release adds its unit before it wakes: a unit belongs to whoever takes it first, not to the sleeper
 *             that was woken for it (so a wakeup that coincides with a timeout loses no unit)
 * Race    a unit released between an acquirer's test and its sleep: both are under SEM_LOCK, which the sleeper gives
 *         up only once it is queued.
 */
export const { SEM_LOCK, SEM_COUNT, SEM_CV, SEMAPHORE_WORDS } = layout('semaphore', {
  SEM_LOCK: { lock: 'atomic', isLock: true }, // spin
  SEM_COUNT: 'sem_lock', // units free
  SEM_CV: { lock: 'sem_lock', words: 2 }, // acquirers of a unit
})

const SEM_MAX = 0x7fff_ffff

/** Makes a semaphore with `count` units (0 .. 2^31-1) at `addr`. Nobody else may know the words yet. */
export function semaphoreInit(mem: Mem, addr: Addr, count: number): void {
  kassert(Number.isInteger(count) && count >= 0 && count <= SEM_MAX, 'count >= 0 && count <= SEM_MAX')
  mutexSpinInit(mem, addr + SEM_LOCK)
  mem.write(addr + SEM_COUNT, count)
  cvInit(mem, addr + SEM_CV)
}

/**
 * Takes a unit, sleeping until there is one, but at most `ticks` a sleep (0: no limit). Returns 0, or EWOULDBLOCK (35)
 * without a unit. No spin mutex may be held.
 */
export function* semaphoreAcquire(actor: Actor, addr: Addr, ticks = 0): Sleeps<number> {
  const { mem } = actor
  let error = 0
  mutexSpinEnter(actor, addr + SEM_LOCK)
  while (mem.read(addr + SEM_COUNT) === 0 && error === 0) {
    error = yield* cvTimedwait(actor, addr + SEM_CV, addr + SEM_LOCK, ticks, 'sem')
  }
  const count = mem.read(addr + SEM_COUNT)
  if (count > 0) {
    mem.write(addr + SEM_COUNT, count - 1)
    error = 0
  }
  mutexSpinExit(actor, addr + SEM_LOCK)
  return error
}

/** Takes a unit if there is one; returns whether it did. Never sleeps. */
export function semaphoreTryAcquire(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  mutexSpinEnter(actor, addr + SEM_LOCK)
  const count = mem.read(addr + SEM_COUNT)
  if (count > 0) mem.write(addr + SEM_COUNT, count - 1)
  mutexSpinExit(actor, addr + SEM_LOCK)
  return count > 0
}

/** Gives a unit back, and wakes one that waits for it. Never sleeps. */
export function semaphoreRelease(actor: Actor, addr: Addr): void {
  const { mem } = actor
  mutexSpinEnter(actor, addr + SEM_LOCK)
  const count = mem.read(addr + SEM_COUNT)
  kassert(count < SEM_MAX, 'sem_count < SEM_MAX')
  mem.write(addr + SEM_COUNT, count + 1) // M2
  cvSignal(actor, addr + SEM_CV)
  mutexSpinExit(actor, addr + SEM_LOCK)
}

/** Units free at this moment. */
export function semaphoreCount(mem: Mem, addr: Addr): number {
  return mem.load(addr + SEM_COUNT)
}
