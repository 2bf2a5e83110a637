import type { Actor } from './actor.js'
import { clockNs } from './lockstat.js'
import type { Addr, Mem } from './mem.js'
import { kassert, panic } from './panic.js'

/**
 * Spin mutex: one word, `SPIN | owner`.
 *
 *          mutexSpinEnter: cas SPIN -> SPIN|me
 *   SPIN --------------------------------------> SPIN|me        -4 (destroyed: any enter panics)
 *    ^                                              |            ^
 *    '-------------- mutexSpinExit: store SPIN -----'            '--- mutexDestroy, from SPIN only
 *
 * Rules   S1  `spinDepth` is raised before the first try and lowered after the release, so that no interrupt
 *             handler runs on the actor between the two: one that wanted the lock would wait for itself
 *         S2  whoever holds one does not sleep; only a switch of LWPs may hand it on (the lock of the LWP
 *             that leaves), so the release does not insist on the owner that took it
 *         S3  `poll` follows the release that brings `spinDepth` back to 0: what was held off is served there
 *         S4  the SPIN bit tells the two kinds of mutex apart in every state but the destroyed one
 * Race    an interrupt that arrives between S1's raise and the cas stays in the mailbox; the poll of S3 sees it,
 *         because it reads the mailbox after lowering the depth.
 */

/** Somebody waits for the (adaptive) mutex. */
export const MUTEX_BIT_WAITERS = 1
/** The mutex is a spin mutex. */
export const MUTEX_BIT_SPIN = 2
/** The bits of the word that are not the owner. */
export const MUTEX_FLAGS = MUTEX_BIT_WAITERS | MUTEX_BIT_SPIN
/** What mutexDestroy leaves: every bit of the owner set, none of the flags. */
export const MUTEX_DESTROYED = -4
/** Size of a mutex of either kind, in words. */
export const MUTEX_WORDS = 1

/** mutex_init(MUTEX_SPIN) (kern_mutex.c): makes `addr` a free spin mutex. Nobody else may know the word yet. */
export function mutexSpinInit(mem: Mem, addr: Addr): void {
  mem.store(addr, MUTEX_BIT_SPIN)
}

/**
 * mutex_spin_enter (kern_mutex.c): takes a spin mutex, busy waiting for it. Never sleeps.
 *
 * Raises `spinDepth`. Panics if the caller has it already or the mutex is destroyed.
 */
export function mutexSpinEnter(actor: Actor, addr: Addr): void {
  const { mem } = actor
  actor.spinDepth++ // S1
  const word = mem.cas(addr, MUTEX_BIT_SPIN, MUTEX_BIT_SPIN | actor.self)
  if (word !== MUTEX_BIT_SPIN) mutexSpinRetry(actor, addr, word)
  else if (actor.lockstat !== null) actor.lockstat.acquired(addr)
}

/** mutex_spin_retry (kern_mutex.c): the contended half of {@link mutexSpinEnter}. `word` is what it found. */
function mutexSpinRetry(actor: Actor, addr: Addr, word: number): void {
  const { mem, lockstat } = actor
  const held = MUTEX_BIT_SPIN | actor.self
  const token = lockstat === null ? 0 : lockstat.contending(addr)
  const began = lockstat === null ? 0 : clockNs()
  let spins = 0
  for (let found = word; found !== MUTEX_BIT_SPIN; found = mem.cas(addr, MUTEX_BIT_SPIN, held)) {
    if (found === MUTEX_DESTROYED) panic(`mutex_spin_enter: lock ${addr} is destroyed`)
    if (found === held)
      panic(`mutex_vector_enter: locking against myself: spin lock ${addr}, owner ${actor.self}`)
    kassert((found & MUTEX_BIT_SPIN) !== 0, 'MUTEX_SPIN_P(mtx)')
    spins++
    mem.spinWhile(addr, found)
  }
  if (lockstat !== null) {
    lockstat.acquired(addr)
    lockstat.contended(addr, spins, 0, clockNs() - began, token)
  }
}

/**
 * mutex_tryenter of a spin mutex (kern_mutex.c): takes it if it is free. Returns whether it did.
 *
 * `spinDepth` is raised only if it did; if not, what was held off meanwhile is served.
 */
export function mutexSpinTryEnter(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  actor.spinDepth++ // S1
  const word = mem.cas(addr, MUTEX_BIT_SPIN, MUTEX_BIT_SPIN | actor.self)
  if (word === MUTEX_BIT_SPIN) {
    if (actor.lockstat !== null) actor.lockstat.acquired(addr)
    return true
  }
  if (word === MUTEX_DESTROYED) panic(`mutex_tryenter: lock ${addr} is destroyed`)
  if (--actor.spinDepth === 0) actor.interrupts.poll(actor)
  return false
}

/**
 * mutex_spin_exit (kern_mutex.c): releases a spin mutex, held on entry. Never sleeps.
 *
 * Lowers `spinDepth`; at 0, pending interrupts are served before it returns.
 */
export function mutexSpinExit(actor: Actor, addr: Addr): void {
  const { mem } = actor
  kassert((mem.read(addr) & ~MUTEX_FLAGS) !== 0, '__SIMPLELOCK_LOCKED_P(&mtx->mtx_lock)')
  if (actor.lockstat !== null) actor.lockstat.released(addr)
  mem.store(addr, MUTEX_BIT_SPIN)
  if (--actor.spinDepth === 0) actor.interrupts.poll(actor) // S3
}
