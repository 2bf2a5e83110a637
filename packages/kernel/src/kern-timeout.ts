import { kassert, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { CALLOUT_LOCK, HARDCLOCK_TICKS } from './globals.js'
import { sleepqTimeout } from './kern-sleepq.js'
import { TAILQ_HEAD_WORDS, tailqFirst, tailqInsertTail, tailqNext, tailqRemove } from './list.js'
import { L_TIMEOUT_NEXT, L_TIMEOUT_STATE, L_TIMEOUT_TICK } from './lwp.js'
import type { LwpRef } from './lwp.js'

/**
 * Sleep timeouts: one callout per LWP (l_timeout_ch), on a wheel hashed by the tick at which it is due.
 *
 *           calloutSchedule                  hardclock: due                handler done
 *   IDLE -------------------> PENDING ----------------------> FIRING ------------------> FIRED
 *    ^                           |          off the wheel       |                          |
 *    '------ calloutHalt --------'                              '-- calloutHalt waits ---->|
 *    '------------------------------------ calloutHalt ------------------------------------'
 *
 * Rules   T1  state, due tick and links change under callout_lock alone
 *         T2  the handler runs with callout_lock dropped: it takes the LWP's lock, and sleepers take callout_lock
 *             while they hold that
 *         T3  a sleeper with a timeout halts it before it goes on: no handler of an old sleep meets the next one
 */
const TIMEOUT_IDLE = 0
const TIMEOUT_PENDING = 1
const TIMEOUT_FIRING = 2
const TIMEOUT_FIRED = 3

/** Slots of the wheel, one a tick; a power of two. */
export const TIMEOUT_WHEEL_SIZE = 256
/** Size of the wheel, in words. */
export const TIMEOUT_WHEEL_WORDS = TIMEOUT_WHEEL_SIZE * TAILQ_HEAD_WORDS

/** The slot of `tick`. */
function timeoutSlot(cpu: Cpu, tick: number): Addr {
  return (cpu.config.kern.timeoutWheel as number) + (tick & (TIMEOUT_WHEEL_SIZE - 1)) * TAILQ_HEAD_WORDS
}

/** callout_schedule of l_timeout_ch: ends the sleep of `lwp` in `ticks` ticks (1 at least). LWP locked. Never sleeps. */
export function calloutSchedule(cpu: Cpu, lwp: LwpRef, ticks: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, CALLOUT_LOCK)
  kassert(mem.read(lwp + L_TIMEOUT_STATE) === TIMEOUT_IDLE, '(c->c_flags & CALLOUT_PENDING) == 0')
  const due = (mem.load(HARDCLOCK_TICKS) + Math.max(ticks, 1)) | 0
  mem.write(lwp + L_TIMEOUT_TICK, due)
  mem.store(lwp + L_TIMEOUT_STATE, TIMEOUT_PENDING)
  tailqInsertTail(mem, timeoutSlot(cpu, due), lwp, L_TIMEOUT_NEXT)
  mutexSpinExit(cpu, CALLOUT_LOCK)
}

/**
 * callout_halt of l_timeout_ch: takes the timeout of the current LWP back. No lock held; if the handler runs, spins
 * until it is through (T3). Returns whether it fired.
 */
export function calloutHalt(cpu: Cpu, lwp: LwpRef): boolean {
  const { mem } = cpu
  let state = TIMEOUT_FIRING
  for (;;) {
    mem.spinWhile(lwp + L_TIMEOUT_STATE, TIMEOUT_FIRING)
    mutexSpinEnter(cpu, CALLOUT_LOCK)
    state = mem.load(lwp + L_TIMEOUT_STATE)
    if (state !== TIMEOUT_FIRING) break
    mutexSpinExit(cpu, CALLOUT_LOCK)
  }
  if (state === TIMEOUT_PENDING)
    tailqRemove(mem, timeoutSlot(cpu, mem.read(lwp + L_TIMEOUT_TICK)), lwp, L_TIMEOUT_NEXT)
  mem.store(lwp + L_TIMEOUT_STATE, TIMEOUT_IDLE)
  mutexSpinExit(cpu, CALLOUT_LOCK)
  return state === TIMEOUT_FIRED
}

/**
 * callout_hardclock (kern_timeout.c): advances hardclock_ticks, and ends the sleeps that are due, in the order in
 * which they were scheduled. Clock interrupt of the primary CPU, once a tick; no lock held. Returns the new tick.
 */
export function calloutHardclock(cpu: Cpu): number {
  const { mem } = cpu
  mutexSpinEnter(cpu, CALLOUT_LOCK)
  // Advanced under the lock: a sleeper that read the old tick is on the wheel before this slot is looked at.
  const now = (mem.read(HARDCLOCK_TICKS) + 1) | 0
  mem.store(HARDCLOCK_TICKS, now)
  const slot = timeoutSlot(cpu, now)
  for (;;) {
    let lwp = tailqFirst(mem, slot)
    while (lwp !== 0 && mem.read(lwp + L_TIMEOUT_TICK) !== now) lwp = tailqNext(mem, lwp, L_TIMEOUT_NEXT)
    if (lwp === 0) break
    tailqRemove(mem, slot, lwp, L_TIMEOUT_NEXT)
    mem.store(lwp + L_TIMEOUT_STATE, TIMEOUT_FIRING)
    mutexSpinExit(cpu, CALLOUT_LOCK) // T2
    sleepqTimeout(cpu, lwp)
    mutexSpinEnter(cpu, CALLOUT_LOCK)
    mem.store(lwp + L_TIMEOUT_STATE, TIMEOUT_FIRED)
  }
  mutexSpinExit(cpu, CALLOUT_LOCK)
  return now
}
