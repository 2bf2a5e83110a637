import type { Actor, Sleeps } from './actor.js'
import { MUTEX_SYNCOBJ, TS_WRITER_Q } from './actor.js'
import { clockNs } from './lockstat.js'
import { NULL } from './mem.js'
import type { Addr, Mem } from './mem.js'
import { kassert, panic } from './panic.js'
import {
  MUTEX_BIT_SPIN,
  MUTEX_BIT_WAITERS,
  MUTEX_DESTROYED,
  MUTEX_FLAGS,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinTryEnter,
} from './spin-mutex.js'

/**
 * Adaptive mutex: one word, `owner | WAITERS`. A contender spins while the owner runs and blocks when it does not.
 * (The spin kind and its diagram are in spin-mutex.ts; mutexEnter, mutexTryEnter and mutexExit serve both.)
 *
 *          mutexEnter: cas 0 -> me              set waiters: cas owner -> owner|W
 *   FREE ---------------------------> OWNED ---------------------------> OWNED|W
 *    ^ |                                |    (turnstile chain lock held)    |
 *    | |                                |                                   |
 *    '-|------- mutexExit: store 0 -----'------- store 0, then wake all ----'
 *      '--- mutexDestroy: store -4 (all owner bits: a later enter panics)
 *
 * Rules   R1  only the owner stores 0, by a plain release and no compare-and-swap
 *         R2  WAITERS is set only under the turnstile chain lock, and only when the owner was seen off its CPU
 *         R3  a waiter that has set WAITERS looks again, in this order: is the owner still off its CPU, and is
 *             WAITERS still set? Only then does it sleep; else it drops the chain lock and starts over
 *         R4  between its test of WAITERS and its store of 0 the owner does not leave its CPU (mutexExit is a
 *             plain function, and holds interrupts off: on x86 the two are one instruction), and leaving a CPU
 *             orders all earlier stores before the word that `onproc` names
 *         R5  exit wakes every waiter and gives the lock to none: the woken compete with newcomers
 * Race    exit may overwrite a WAITERS bit that is set between its test and its store; R3 saves the sleeper.
 *         Scenario: waiters-bit-lost
 *
 *             CPU 1 (owner, in mutexExit)              CPU 2 (waiter, in mutexEnter)
 *             read word: no WAITERS                    onproc(owner) = 0: it was blocked a moment ago
 *                                                      chain lock; cas owner -> owner|W
 *             store 0       <- W is lost
 *                                                      R3: owner on its CPU again (R4)? start over
 *             blocks elsewhere, off its CPU            R3: off again? then its store came before: W is gone; start over
 *
 *         Were the two looks of R3 swapped, the owner could store 0 and leave its CPU between them.
 */

/** mutex_init(MUTEX_DEFAULT) (kern_mutex.c): makes `addr` a free adaptive mutex. Nobody else may know the word yet. */
export function mutexInit(mem: Mem, addr: Addr): void {
  mem.store(addr, 0)
}

/**
 * mutex_destroy (kern_mutex.c): ends a mutex of either kind, which must be free and unwanted (asserted).
 * Until it is initialised again, entering it panics.
 */
export function mutexDestroy(actor: Actor, addr: Addr): void {
  const { mem } = actor
  const word = mem.load(addr)
  if ((word & MUTEX_BIT_SPIN) !== 0)
    kassert(word === MUTEX_BIT_SPIN, '!__SIMPLELOCK_LOCKED_P(&mtx->mtx_lock)', addr, word)
  else kassert(word === 0, '!MUTEX_OWNED(mtx->mtx_owner) && !MUTEX_HAS_WAITERS(mtx)', addr, word)
  mem.store(addr, MUTEX_DESTROYED)
}

/**
 * mutex_enter (kern_mutex.c): takes a mutex of either kind.
 *
 * Of the adaptive kind it may sleep, so no spin mutex may be held unless the mutex is known to be free;
 * where kernel preemption is wanted it is granted first. Panics on recursion and on a destroyed mutex.
 */
export function* mutexEnter(actor: Actor, addr: Addr): Sleeps<void> {
  const { mem } = actor
  if (actor.preemptWanted && actor.spinDepth === 0) yield* actor.interrupts.preempt(actor)
  const word = mem.cas(addr, 0, actor.self)
  if (word !== 0) yield* mutexVectorEnter(actor, addr, word)
  else if (actor.lockstat !== null) actor.lockstat.acquired(addr)
}

/** mutex_vector_enter (kern_mutex.c): all of mutex_enter but the fast path. `word` is what that found. */
function* mutexVectorEnter(actor: Actor, addr: Addr, word: number): Sleeps<void> {
  const { mem, turnstile, lockstat } = actor
  if ((word & MUTEX_BIT_SPIN) !== 0) {
    mutexSpinEnter(actor, addr)
    return
  }
  const { self } = actor
  const token = lockstat === null ? 0 : lockstat.contending(addr)
  const began = lockstat === null ? 0 : clockNs()
  let spins = 0
  let sleeps = 0
  let found = word
  for (;;) {
    if (found === 0) {
      found = mem.cas(addr, 0, self)
      if (found === 0) break
      continue
    }
    if (found === MUTEX_DESTROYED) panic(`mutex_vector_enter: lock ${addr} is destroyed`)
    const owner = found & ~MUTEX_FLAGS
    if (owner === self) panic(`mutex_vector_enter: locking against myself: lock ${addr}, owner ${self}`)

    const onproc = turnstile.onproc(actor, owner)
    if (onproc !== NULL) {
      spins++
      mem.spinWhileBoth(addr, found, onproc, owner)
      found = mem.load(addr)
      continue
    }

    kassert(actor.spinDepth === 0, 'ci->ci_mtx_count == 0')
    const ts = turnstile.lookup(actor, addr)
    const waited = found | MUTEX_BIT_WAITERS
    // R2; then R3, in this order: off its CPU, and only then the bit.
    if (
      mem.cas(addr, found, waited) !== found ||
      turnstile.onproc(actor, owner) !== NULL ||
      mem.load(addr) !== waited
    ) {
      turnstile.exit(actor, addr)
      found = mem.load(addr)
      continue
    }
    sleeps++
    yield* turnstile.block(actor, ts, TS_WRITER_Q, addr, MUTEX_SYNCOBJ)
    found = mem.load(addr)
  }
  if (lockstat !== null) {
    lockstat.acquired(addr)
    lockstat.contended(addr, spins, sleeps, clockNs() - began, token)
  }
}

/** mutex_tryenter (kern_mutex.c): takes a mutex of either kind if it is free; returns whether it did. Never sleeps. */
export function mutexTryEnter(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  const word = mem.cas(addr, 0, actor.self)
  if (word === 0) {
    if (actor.lockstat !== null) actor.lockstat.acquired(addr)
    return true
  }
  if ((word & MUTEX_BIT_SPIN) !== 0) return mutexSpinTryEnter(actor, addr)
  if (word === MUTEX_DESTROYED) panic(`mutex_tryenter: lock ${addr} is destroyed`)
  return false
}

/**
 * mutex_exit (kern_mutex.c): releases a mutex of either kind, held by the caller (asserted). Never sleeps.
 *
 * The read is plain: the owner bits are the caller's own, and a WAITERS bit that it misses is R3's business.
 */
export function mutexExit(actor: Actor, addr: Addr): void {
  const { mem } = actor
  actor.spinDepth++ // R4; nothing polls before it is lowered, so nothing is held off that must be served then
  const word = mem.read(addr)
  if (word !== actor.self || word === 0) {
    actor.spinDepth--
    mutexVectorExit(actor, addr, word)
    return
  }
  if (actor.lockstat !== null) actor.lockstat.released(addr)
  mem.store(addr, 0) // R1
  actor.spinDepth--
}

/** mutex_vector_exit (kern_mutex.c): all of mutex_exit but the fast path. `word` is what that read. */
function mutexVectorExit(actor: Actor, addr: Addr, word: number): void {
  const { mem, turnstile } = actor
  if ((word & MUTEX_BIT_SPIN) !== 0) {
    mutexSpinExit(actor, addr)
    return
  }
  kassert(
    word !== 0 && (word & ~MUTEX_FLAGS) === actor.self,
    'MUTEX_OWNER(mtx->mtx_owner) == curthread',
    addr,
    word,
  )
  if (actor.lockstat !== null) actor.lockstat.released(addr)
  const ts = turnstile.lookup(actor, addr)
  mem.store(addr, 0) // R1, under the chain lock: nobody can set WAITERS and block meanwhile
  if (ts === NULL) turnstile.exit(actor, addr)
  else turnstile.wakeup(actor, ts, TS_WRITER_Q, turnstile.waiters(actor, ts, TS_WRITER_Q), addr, NULL) // R5
}

/** mutex_owned (kern_mutex.c): whether the caller owns it (adaptive), or anybody does (spin). For assertions only. */
export function mutexOwned(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  const word = mem.load(addr)
  if (word === MUTEX_DESTROYED) return false
  if ((word & MUTEX_BIT_SPIN) !== 0) return word !== MUTEX_BIT_SPIN
  return word !== 0 && (word & ~MUTEX_FLAGS) === actor.self
}

/** mutex_owner (kern_mutex.c): the owner of a mutex of either kind; 0 if it is free or destroyed. */
export function mutexOwner(mem: Mem, addr: Addr): number {
  const word = mem.load(addr)
  return word === MUTEX_DESTROYED ? NULL : word & ~MUTEX_FLAGS
}
