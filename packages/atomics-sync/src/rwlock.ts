import type { Actor, Sleeps } from './actor.js'
import { RW_SYNCOBJ, TS_READER_Q, TS_WRITER_Q } from './actor.js'
import { clockNs } from './lockstat.js'
import { NULL } from './mem.js'
import type { Addr, Mem } from './mem.js'
import { kassert, kdassert, panic } from './panic.js'

/**
 * Reader/writer lock with direct hand-off: one word (of the two a krwlock takes; the second stays 0).
 *
 *   31                          3   2              1              0
 *   +--------------------------+--------------+--------------+-------------+
 *   | writer, or count readers | WRITE_LOCKED | WRITE_WANTED | HAS_WAITERS |
 *   +--------------------------+--------------+--------------+-------------+
 *
 *                 reader: cas +1                         writer: cas 0|f -> me|LOCKED|f, WANTED cleared
 *   READ(n+1) <------------------- FREE or READ(n) ----.                .----> WRITE(me)
 *      |                             ^   no LOCKED,     '-- FREE (n=0) --'         |
 *      '-- rwExit: cas -1 -----------'   no WANTED       ^                         |
 *                                                        '-- rwExit: cas - me|LOCKED
 *
 *   with HAS_WAITERS, the exit that would leave nobody inside takes the chain lock and gives the lock away:
 *
 *     leaves     | readers wait | writers wait | the word becomes                    | woken
 *     -----------+--------------+--------------+-------------------------------------+------------------------
 *     a writer   | r > 0        | w            | READ(r), and W|WANTED if w > 0      | all r readers, as owners
 *     the last   | r > 0        | w > 0        | WRITE(first)|W, WANTED if w > 1     | the first writer, as owner
 *       reader   |              |              |                                     |
 *     either     | 0            | w > 0        | FREE|WANTED                         | all w writers, to compete
 *
 * Rules   W1  a reader waits while LOCKED or WANTED is set, a writer while anybody is inside: a writer that waits
 *             therefore holds off new readers
 *         W2  the waiter bits are set only under the turnstile chain lock, by cas of the word on which the
 *             decision to wait was made; every other change is by cas too, so no bit can be overwritten
 *         W3  whoever is given the lock owns it before it runs; a reader that wakes owns it, always; a writer
 *             looks whether the word names it
 *         W4  a contender spins only while a writer runs on a CPU and nobody waits: with waiters there is a queue
 *         W5  a woken competing writer takes WANTED away with the lock; those that lose set it again
 * Race    the last reader decides to give the lock away, and the only waiter's bits must not appear in between:
 *         both the decision and the waiter's cas need the chain lock, and exit re-reads the word under it.
 */

/** Whom {@link rwEnter} takes the lock for (`krw_t`). */
export const RW_READER = 0
export const RW_WRITER = 1
/** Flags in the word: somebody waits; a writer does; a writer has it. */
export const RW_HAS_WAITERS = 1
export const RW_WRITE_WANTED = 2
export const RW_WRITE_LOCKED = 4
/** The bits of the word that are the writer or the count of readers. */
export const RW_THREAD = ~7
/** One reader. */
export const RW_READ_INCR = 8
const RW_THREAD_SHIFT = 1
/** An owner is a multiple of 4, so doubled it leaves three bits for the flags. */
const RW_READ_COUNT_SHIFT = 3
/** What rwDestroy leaves: owned for writing by all-bits. */
const RW_DESTROYED = RW_THREAD | RW_WRITE_LOCKED
/** Size of an rwlock, in words. */
export const RWLOCK_WORDS = 2

/** rw_init (kern_rwlock.c): makes `addr` a free rwlock. Nobody else may know the words yet. */
export function rwInit(mem: Mem, addr: Addr): void {
  mem.store(addr, 0)
  mem.store(addr + 1, 0)
}

/** rw_destroy (kern_rwlock.c): ends a rwlock, which must be free and unwanted (asserted). Entering it then panics. */
export function rwDestroy(actor: Actor, addr: Addr): void {
  const { mem } = actor
  kassert(mem.load(addr) === 0, 'rw->rw_owner == 0')
  mem.store(addr, RW_DESTROYED)
}

/**
 * rw_oncpu (kern_rwlock.c): the word to watch if `word` says that a writer owns the lock, nobody waits (W4), and
 * that writer runs on a CPU; else 0.
 */
function rwOncpu(actor: Actor, word: number): Addr {
  if ((word & (RW_WRITE_LOCKED | RW_HAS_WAITERS)) !== RW_WRITE_LOCKED) return NULL
  return actor.turnstile.onproc(actor, rwThread(word))
}

/** The writer that `word` names, as an owner word. */
function rwThread(word: number): number {
  return (word & RW_THREAD) >> RW_THREAD_SHIFT
}

/**
 * rw_enter (kern_rwlock.c): takes the lock for reading (RW_READER) or writing (RW_WRITER). May sleep, so no spin
 * mutex may be held. Panics on a destroyed lock and when the caller already has it for writing; a reader that
 * enters again while a writer waits deadlocks, as in the original.
 */
export function* rwEnter(actor: Actor, addr: Addr, op: number): Sleeps<void> {
  const { mem } = actor
  if (actor.preemptWanted && actor.spinDepth === 0) yield* actor.interrupts.preempt(actor)
  const word = mem.load(addr)
  const needWait = op === RW_READER ? RW_WRITE_LOCKED | RW_WRITE_WANTED : RW_WRITE_LOCKED | RW_THREAD
  const incr = op === RW_READER ? RW_READ_INCR : (actor.self << RW_THREAD_SHIFT) | RW_WRITE_LOCKED
  if ((word & needWait) !== 0 || mem.cas(addr, word, (word + incr) & ~RW_WRITE_WANTED) !== word) {
    yield* rwVectorEnter(actor, addr, op, needWait, incr)
  } else if (actor.lockstat !== null) actor.lockstat.acquired(addr)
}

/** rw_vector_enter (kern_rwlock.c): the contended half of {@link rwEnter}. */
function* rwVectorEnter(actor: Actor, addr: Addr, op: number, needWait: number, incr: number): Sleeps<void> {
  const { mem, turnstile, lockstat } = actor
  const { self } = actor
  const setWait = op === RW_READER ? RW_HAS_WAITERS : RW_HAS_WAITERS | RW_WRITE_WANTED
  const queue = op === RW_READER ? TS_READER_Q : TS_WRITER_Q
  const token = lockstat === null ? 0 : lockstat.contending(addr)
  const began = lockstat === null ? 0 : clockNs()
  let spins = 0
  let sleeps = 0
  let word = mem.load(addr)
  for (;;) {
    if ((word & needWait) === 0) {
      const found = mem.cas(addr, word, (word + incr) & ~RW_WRITE_WANTED) // W5
      if (found === word) break
      word = found
      continue
    }
    if (word === RW_DESTROYED) panic(`rw_vector_enter: lock ${addr} is destroyed`)
    if ((word & RW_WRITE_LOCKED) !== 0 && rwThread(word) === self) {
      panic(`rw_vector_enter: locking against myself: rwlock ${addr}, owner ${self}`)
    }
    const onproc = rwOncpu(actor, word)
    if (onproc !== NULL) {
      spins++
      mem.spinWhileBoth(addr, word, onproc, rwThread(word))
      word = mem.load(addr)
      continue
    }

    kassert(actor.spinDepth === 0, 'ci->ci_mtx_count == 0')
    const ts = turnstile.lookup(actor, addr)
    word = mem.load(addr) // the chain lock may have been long in coming
    if ((word & needWait) === 0 || rwOncpu(actor, word) !== NULL) {
      turnstile.exit(actor, addr)
      continue
    }
    const found = mem.cas(addr, word, word | setWait) // W2
    if (found !== word) {
      turnstile.exit(actor, addr)
      word = found
      continue
    }
    sleeps++
    yield* turnstile.block(actor, ts, queue, addr, RW_SYNCOBJ)
    if (op === RW_READER) break // W3
    word = mem.load(addr)
    if ((word & RW_WRITE_LOCKED) !== 0 && rwThread(word) === self) break
  }
  if (lockstat !== null) {
    lockstat.acquired(addr)
    lockstat.contended(addr, spins, sleeps, clockNs() - began, token)
  }
}

/** rw_tryenter (kern_rwlock.c): takes the lock for `op` if nobody is in the way; returns whether it did. Never sleeps. */
export function rwTryEnter(actor: Actor, addr: Addr, op: number): boolean {
  const { mem } = actor
  const needWait = op === RW_READER ? RW_WRITE_LOCKED | RW_WRITE_WANTED : RW_WRITE_LOCKED | RW_THREAD
  const incr = op === RW_READER ? RW_READ_INCR : (actor.self << RW_THREAD_SHIFT) | RW_WRITE_LOCKED
  let word = mem.load(addr)
  for (;;) {
    if (word === RW_DESTROYED) panic(`rw_tryenter: lock ${addr} is destroyed`)
    if ((word & needWait) !== 0) return false
    const found = mem.cas(addr, word, word + incr)
    if (found === word) break
    word = found
  }
  if (actor.lockstat !== null) actor.lockstat.acquired(addr)
  return true
}

/** rw_exit (kern_rwlock.c): releases the lock, held by the caller for reading or writing (asserted). Never sleeps. */
export function rwExit(actor: Actor, addr: Addr): void {
  const { mem } = actor
  let word = mem.load(addr)
  let decr = RW_READ_INCR
  if ((word & RW_WRITE_LOCKED) !== 0) {
    kassert(rwThread(word) === actor.self, 'RW_OWNER(rw) == curthread')
    decr = (actor.self << RW_THREAD_SHIFT) | RW_WRITE_LOCKED
  } else kassert((word & RW_THREAD) !== 0, 'RW_COUNT(rw) != 0')
  if (actor.lockstat !== null) actor.lockstat.released(addr)

  for (;;) {
    const next = word - decr
    // Nobody left inside, and somebody waits: give it away.
    if ((next & (RW_THREAD | RW_HAS_WAITERS)) === RW_HAS_WAITERS) break
    const found = mem.cas(addr, word, next)
    if (found === word) return
    word = found
  }
  rwHandOff(actor, addr, decr)
}

/** The second half of rw_vector_exit: gives the lock away, by the table above. */
function rwHandOff(actor: Actor, addr: Addr, decr: number): void {
  const { mem, turnstile } = actor
  const ts = turnstile.lookup(actor, addr)
  const word = mem.load(addr) // waiters of the other kind may have come meanwhile
  const wcnt = ts === NULL ? 0 : turnstile.waiters(actor, ts, TS_WRITER_Q)
  const rcnt = ts === NULL ? 0 : turnstile.waiters(actor, ts, TS_READER_Q)

  if (rcnt === 0 && wcnt === 0) {
    // The waiters gave up (a plain thread's deadline expired): their bits alone are left.
    rwSwap(mem, addr, word, 0)
    turnstile.exit(actor, addr)
  } else if (rcnt === 0) {
    rwSwap(mem, addr, word, RW_WRITE_WANTED)
    turnstile.wakeup(actor, ts, TS_WRITER_Q, wcnt, addr, NULL)
  } else if (wcnt !== 0 && decr === RW_READ_INCR) {
    const writer = turnstile.first(actor, ts, TS_WRITER_Q)
    const wanted = wcnt > 1 ? RW_WRITE_WANTED : 0
    rwSwap(mem, addr, word, (writer << RW_THREAD_SHIFT) | RW_WRITE_LOCKED | RW_HAS_WAITERS | wanted)
    turnstile.wakeup(actor, ts, TS_WRITER_Q, 1, addr, writer)
  } else {
    const waiters = wcnt === 0 ? 0 : RW_HAS_WAITERS | RW_WRITE_WANTED
    rwSwap(mem, addr, word, (rcnt << RW_READ_COUNT_SHIFT) | waiters)
    turnstile.wakeup(actor, ts, TS_READER_Q, rcnt, addr, NULL)
  }
}

/**
 * rw_swap (kern_rwlock.c): replaces the word, which W1 and W2 keep from changing under the chain lock.
 *
 * C asserts the old word with RW_DASSERT, compiled in under LOCKDEBUG; this is always on, since a lock knows no
 * configuration. The exchange stands in the assertion and is done whatever becomes of it.
 */
function rwSwap(mem: Mem, addr: Addr, word: number, next: number): void {
  kdassert(mem.exchange(addr, next) === word, 'n == o')
}

/**
 * rw_downgrade (kern_rwlock.c): turns the caller's write lock (asserted) into a read lock, and lets all blocked
 * readers in with it. Never sleeps.
 */
export function rwDowngrade(actor: Actor, addr: Addr): void {
  const { mem, turnstile } = actor
  let word = mem.load(addr)
  kassert((word & RW_WRITE_LOCKED) !== 0 && rwThread(word) === actor.self, 'RW_OWNER(rw) == curthread')
  if ((word & RW_HAS_WAITERS) === 0) {
    const found = mem.cas(addr, word, RW_READ_INCR)
    if (found === word) return
    word = found
  }
  for (;;) {
    const ts = turnstile.lookup(actor, addr)
    const rcnt = ts === NULL ? 0 : turnstile.waiters(actor, ts, TS_READER_Q)
    const wcnt = ts === NULL ? 0 : turnstile.waiters(actor, ts, TS_WRITER_Q)
    const flags = wcnt === 0 ? 0 : RW_HAS_WAITERS | RW_WRITE_WANTED
    const found = mem.cas(addr, word, (rcnt << RW_READ_COUNT_SHIFT) + RW_READ_INCR + flags)
    if (found === word && rcnt !== 0) {
      turnstile.wakeup(actor, ts, TS_READER_Q, rcnt, addr, NULL)
      return
    }
    turnstile.exit(actor, addr)
    if (found === word) return
    word = found
  }
}

/**
 * rw_tryupgrade (kern_rwlock.c): turns the caller's read lock (asserted) into a write lock if it is the only reader;
 * returns whether it did. Never sleeps.
 */
export function rwTryUpgrade(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  let word = mem.load(addr)
  for (;;) {
    kassert((word & RW_WRITE_LOCKED) === 0 && (word & RW_THREAD) !== 0, 'rw_read_held(rw)')
    if ((word & RW_THREAD) !== RW_READ_INCR) return false
    const next = (actor.self << RW_THREAD_SHIFT) | RW_WRITE_LOCKED | (word & ~RW_THREAD)
    const found = mem.cas(addr, word, next)
    if (found === word) return true
    word = found
  }
}

/** rw_read_held (kern_rwlock.c): whether anybody has it for reading. For assertions only. */
export function rwReadHeld(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  const word = mem.load(addr)
  return (word & RW_WRITE_LOCKED) === 0 && (word & RW_THREAD) !== 0
}

/** rw_write_held (kern_rwlock.c): whether the caller has it for writing. For assertions only. */
export function rwWriteHeld(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  const mine = (actor.self << RW_THREAD_SHIFT) | RW_WRITE_LOCKED
  return (mem.load(addr) & (RW_WRITE_LOCKED | RW_THREAD)) === mine
}

/** rw_lock_held (kern_rwlock.c): whether anybody has it at all. For assertions only. */
export function rwLockHeld(actor: Actor, addr: Addr): boolean {
  const { mem } = actor
  const word = mem.load(addr)
  return word !== RW_DESTROYED && (word & RW_THREAD) !== 0
}

/** rw_owner (kern_rwlock.c): the writer that has it, or 0. */
export function rwOwner(mem: Mem, addr: Addr): number {
  const word = mem.load(addr)
  return word === RW_DESTROYED || (word & RW_WRITE_LOCKED) === 0 ? NULL : rwThread(word)
}
