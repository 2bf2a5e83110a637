import type { Actor, Sleeps } from './actor.js'
import { CV_SYNCOBJ } from './actor.js'
import type { Addr, Mem } from './mem.js'
import { mutexEnter, mutexExit, mutexOwned } from './mutex.js'
import { kassert } from './panic.js'

/**
 * Condition variable: two words. The sleepers are in the actors' sleep queue, by the address of the first word.
 *
 *   word 0   generation << 1 | MAYBE       word 1   0, or -1 once destroyed
 *
 *               cvWait, queue lock held: add 2, or 1
 *   g | 0 -------------------------------------------> g+1 | MAYBE <---.
 *     ^                                                      |         | cvWait: add 2, or 1
 *     '---- waker that found the queue empty: cas g|MAYBE ---'---------'
 *           -> g|0, with the g it read before it looked
 *
 * Rules   C1  a sleeper joins the queue, sets MAYBE and releases its mutex in this order, holding the queue's lock
 *             from the first to the moment it is off its CPU: who takes the mutex after it finds it asleep
 *         C2  a waker that reads MAYBE clear does nothing: nobody that held the mutex before it sleeps
 *         C3  MAYBE is cleared only with the generation read before the queue was seen empty; a sleeper that
 *             joined since has changed the generation, and the cas fails
 *         C4  a sleeper that has been woken does not write to the variable: it may be gone by then
 *         C5  who was woken by a signal or a timeout passes the wakeup on: another may have been meant
 * Race    signal between the release of the mutex and the sleep (the lost wakeup): C1. The waker waits for the
 *         queue's lock, and finds the sleeper queued.
 *
 * NetBSD tests the queue head itself where this tests MAYBE; the queue belongs to the actors here, so the hint
 * stands in the variable.
 */

const CV_MAYBE = 1
const CV_JOINED = 2
const CV_DEAD = -1
/** Size of a condition variable, in words. */
export const CV_WORDS = 2

/** cv_init (kern_condvar.c): makes `cv` a condition variable nobody waits on. Nobody else may know the words yet. */
export function cvInit(mem: Mem, cv: Addr): void {
  mem.store(cv, 0)
  mem.store(cv + 1, 0)
}

/** cv_destroy (kern_condvar.c): ends it. Nobody may be asleep on it; using it again fails an assertion. */
export function cvDestroy(actor: Actor, cv: Addr): void {
  const { mem } = actor
  kassert(cvIsValid(mem, cv), 'cv_is_valid(cv)')
  mem.store(cv + 1, CV_DEAD)
}

/** cv_is_valid (kern_condvar.c). */
function cvIsValid(mem: Mem, cv: Addr): boolean {
  return mem.load(cv + 1) !== CV_DEAD
}

/** cv_enter (kern_condvar.c): joins the queue and releases `mtx`. The queue's lock is held on return (C1). */
function cvEnter(actor: Actor, cv: Addr, mtx: Addr, wmesg: string): void {
  const { mem } = actor
  kassert(mutexOwned(actor, mtx), 'mutex_owned(mtx)')
  kassert(cvIsValid(mem, cv), 'cv_is_valid(cv)')
  actor.sleepq.enter(actor, cv, wmesg, CV_SYNCOBJ)
  mem.add(cv, CV_JOINED)
  mem.or(cv, CV_MAYBE)
  mutexExit(actor, mtx)
}

/** cv_exit (kern_condvar.c): takes `mtx` again, and passes on a wakeup that `error` kept from being used (C5). */
function* cvExit(actor: Actor, cv: Addr, mtx: Addr, error: number): Sleeps<number> {
  const { mem } = actor
  yield* mutexEnter(actor, mtx)
  if (error !== 0) cvSignal(actor, cv)
  kassert(cvIsValid(mem, cv), 'cv_is_valid(cv)')
  return error
}

/**
 * cv_wait (kern_condvar.c): releases `mtx` (either kind, held on entry), sleeps until woken, and takes it again.
 * A spin `mtx` must be the only spin mutex held. May wake without cause: test the condition in a loop.
 */
export function* cvWait(actor: Actor, cv: Addr, mtx: Addr, wmesg = 'cv'): Sleeps<void> {
  cvEnter(actor, cv, mtx, wmesg)
  yield* actor.sleepq.block(actor, 0, false)
  yield* cvExit(actor, cv, mtx, 0)
}

/** cv_wait_sig: as {@link cvWait}, but a signal ends it. Returns 0, or EINTR (4). */
export function* cvWaitSig(actor: Actor, cv: Addr, mtx: Addr, wmesg = 'cv'): Sleeps<number> {
  cvEnter(actor, cv, mtx, wmesg)
  const error = yield* actor.sleepq.block(actor, 0, true)
  return yield* cvExit(actor, cv, mtx, error)
}

/** cv_timedwait: as {@link cvWait}, for at most `ticks` (0: no limit). Returns 0, or EWOULDBLOCK (35). */
export function* cvTimedwait(actor: Actor, cv: Addr, mtx: Addr, ticks: number, wmesg = 'cv'): Sleeps<number> {
  cvEnter(actor, cv, mtx, wmesg)
  const error = yield* actor.sleepq.block(actor, ticks, false)
  return yield* cvExit(actor, cv, mtx, error)
}

/** cv_timedwait_sig: both of the above. Returns 0, EWOULDBLOCK (35) or EINTR (4). */
export function* cvTimedwaitSig(
  actor: Actor,
  cv: Addr,
  mtx: Addr,
  ticks: number,
  wmesg = 'cv',
): Sleeps<number> {
  cvEnter(actor, cv, mtx, wmesg)
  const error = yield* actor.sleepq.block(actor, ticks, true)
  return yield* cvExit(actor, cv, mtx, error)
}

/**
 * cv_signal (kern_condvar.c): wakes one sleeper, the first by the queue's order. The mutex that covers the condition
 * should be held, or have been held when the condition changed. Never sleeps.
 */
export function cvSignal(actor: Actor, cv: Addr): void {
  cvWakeup(actor, cv, 1)
}

/** cv_broadcast (kern_condvar.c): wakes every sleeper. Otherwise as {@link cvSignal}. */
export function cvBroadcast(actor: Actor, cv: Addr): void {
  cvWakeup(actor, cv, Number.MAX_SAFE_INTEGER)
}

/** cv_wakeup_one, cv_wakeup_all (kern_condvar.c), with the unlocked test that precedes both. */
function cvWakeup(actor: Actor, cv: Addr, count: number): void {
  const { mem } = actor
  const hint = mem.load(cv)
  if ((hint & CV_MAYBE) === 0) return // C2
  const woken = actor.sleepq.wake(actor, cv, count)
  if (woken < count) mem.cas(cv, hint, hint & ~CV_MAYBE) // C3
}

/**
 * cv_has_waiters (kern_condvar.c): false only if nobody sleeps on `cv`. It may be true for a while after the last
 * was woken. For assertions only.
 */
export function cvHasWaiters(actor: Actor, cv: Addr): boolean {
  const { mem } = actor
  return (mem.load(cv) & CV_MAYBE) !== 0
}
