import {
  kassert,
  layout,
  mutexOwned,
  mutexSpinEnter,
  mutexSpinExit,
  operations,
  panic,
} from '@holdfast/atomics-sync'
import type { Addr, SleepOps } from '@holdfast/atomics-sync'
import { SPC_MUTEX, curlwp } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_SLEEP, EV_TIMEOUT, EV_WAKE } from './events.js'
import {
  lwpLock,
  lwpSetlock,
  lwpUnlock,
  lwpUnlockTo,
  lwpLocked,
  spcLock,
  spcLwplock,
  spcUnlock,
} from './kern-lwp-lock.js'
import { lwpEprio, lwpUnsleep } from './kern-lwp-pri.js'
import { schedEnqueue, schedSetrunnable, schedTakecpu } from './kern-runq.js'
import { calloutHalt, calloutSchedule } from './kern-timeout.js'
import {
  TAILQ_HEAD_WORDS,
  tailqFirst,
  tailqInsertBefore,
  tailqInsertHead,
  tailqInsertTail,
  tailqNext,
  tailqRemove,
} from './list.js'
import {
  L_CPU,
  L_FLAG,
  L_INHERITEDPRIO,
  L_KPRIORITY,
  L_MUTEX,
  L_PFLAG,
  L_PRIORITY,
  L_SLEEPCHAIN_NEXT,
  L_SLEEPQ,
  L_SLPTIME,
  L_STAT,
  L_SYNCOBJ,
  L_WCHAN,
  L_WMESG,
} from './lwp.js'
import type { LwpRef } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import {
  EINTR,
  EWOULDBLOCK,
  LP_RUNNING,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LW_CANCELLED,
  LW_INMEM,
  LW_PENDSIG,
  LW_SINTR,
  LW_WCORE,
  LW_WEXIT,
} from './param.js'
import { SCHED_SYNCOBJ, SOBJ_SLEEPQ_LIFO, SOBJ_SLEEPQ_SORTED, syncobjOrder } from './syncobj.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'
import { wmesgNumber } from './wmesg.js'

/**
 * Sleep queues, and the table of them that wait channels are hashed into (kern_sleepq.c).
 *
 *             sleepq_enter, sleepq_enqueue              sleepq_block: mi_switch
 *   LSONPROC -----------------------------> LSSLEEP --------------------------> LSSLEEP
 *   spc_lwplock                    bucket's lock, LP_RUNNING            bucket's lock, off its CPU
 *       ^                                      |                                  |
 *       '----- woken before it switched -------'                                  | sleepq_remove
 *                                                                                 v
 *         LSRUN, spc_mutex: on a run queue if LW_INMEM, else on none, and the waker kicks the swapper
 *
 * Rules   S1  an LWP on the queue is covered by the queue's lock, which is held across enter, enqueue and block
 *         S2  the waker kicks the swapper after it has dropped the queue's lock, never before
 */

/** Buckets of the sleep table; a power of two. */
export const SLEEPTAB_HASH_SIZE = 128

/** One bucket: a queue of all sleepers whose channels hash here, and its lock. */
export const { ST_QUEUE, ST_MUTEX, SLEEPTAB_WORDS } = layout('sleeptab', {
  ST_QUEUE: { lock: 'st_mutex', words: TAILQ_HEAD_WORDS },
  ST_MUTEX: { lock: 'atomic', isLock: true }, // spin, IPL_SCHED
})

/** SLEEPTAB_HASH: the bucket of `wchan`. */
export function sleeptabLookup(cpu: Cpu, wchan: Addr): Addr {
  const hash = ((wchan >>> 1) ^ (wchan >>> 8)) & (SLEEPTAB_HASH_SIZE - 1)
  return (cpu.config.kern.sleeptab as number) + hash * SLEEPTAB_WORDS
}

/**
 * sleepq_remove: takes `lwp` off `sq` and makes it runnable. Its lock (the queue's) is held, and still is on return;
 * but it covers `lwp` no more. Returns 1 if `lwp` is swapped out: the caller then kicks the swapper (S2).
 */
export function sleepqRemove(cpu: Cpu, sq: Addr, lwp: LwpRef): number {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')

  tailqRemove(mem, sq, lwp, L_SLEEPCHAIN_NEXT)
  mem.write(lwp + L_SYNCOBJ, SCHED_SYNCOBJ)
  mem.write(lwp + L_WCHAN, 0)
  mem.write(lwp + L_SLEEPQ, 0)
  mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_SINTR)

  let ci = mem.read(lwp + L_CPU)

  // If not sleeping, it must have been suspended. Whoever holds it stopped sets it running again.
  const stat = mem.read(lwp + L_STAT)
  if (stat !== LSSLEEP) {
    kassert(stat === LSSTOP || stat === LSSUSPENDED, 'l->l_stat == LSSTOP || l->l_stat == LSSUSPENDED')
    lwpSetlock(cpu, lwp, spcLwplock(ci))
    return 0
  }

  // Still on its CPU, about to call mi_switch: there it will find itself LSONPROC, and yield.
  if ((mem.read(lwp + L_PFLAG) & LP_RUNNING) !== 0) {
    mem.write(lwp + L_STAT, LSONPROC)
    mem.write(lwp + L_SLPTIME, 0)
    lwpSetlock(cpu, lwp, spcLwplock(ci))
    cpu.events.record(EV_WAKE, lwp, 0)
    return 0
  }

  schedSetrunnable(cpu, lwp)
  ci = schedTakecpu(cpu, lwp)
  mem.write(lwp + L_CPU, ci)
  spcLock(cpu, ci)
  lwpSetlock(cpu, lwp, ci + SPC_MUTEX)
  mem.write(lwp + L_STAT, LSRUN)
  mem.write(lwp + L_SLPTIME, 0)
  if ((mem.read(lwp + L_FLAG) & LW_INMEM) !== 0) {
    schedEnqueue(cpu, lwp, false)
    spcUnlock(cpu, ci)
    cpu.events.record(EV_WAKE, lwp, 0)
    return 0
  }
  spcUnlock(cpu, ci)
  cpu.events.record(EV_WAKE, lwp, 1)
  return 1
}

/** sleepq_insert: puts `lwp` where the order of its syncobj wants it. Queue locked. */
function sleepqInsert(cpu: Cpu, sq: Addr, lwp: LwpRef, syncobj: number): void {
  const { mem } = cpu
  const order = syncobjOrder(syncobj)
  if (order === SOBJ_SLEEPQ_SORTED) {
    const pri = lwpEprio(cpu, lwp)
    for (let other = tailqFirst(mem, sq); other !== 0; other = tailqNext(mem, other, L_SLEEPCHAIN_NEXT)) {
      if (lwpEprio(cpu, other) < pri) {
        tailqInsertBefore(mem, sq, other, lwp, L_SLEEPCHAIN_NEXT)
        return
      }
    }
  }
  if (order === SOBJ_SLEEPQ_LIFO) tailqInsertHead(mem, sq, lwp, L_SLEEPCHAIN_NEXT)
  else tailqInsertTail(mem, sq, lwp, L_SLEEPCHAIN_NEXT)
}

/** sleepq_enter (sys/sleepq.h): lends `lwp` the queue's lock `mutex`, which is held, and drops the LWP's own. */
export function sleepqEnter(cpu: Cpu, lwp: LwpRef, mutex: Addr): void {
  lwpLock(cpu, lwp)
  lwpUnlockTo(cpu, lwp, mutex)
}

/** sleepq_enqueue: puts the current LWP on `sq` and prepares it to sleep. Queue locked, and it covers the LWP. */
export function sleepqEnqueue(cpu: Cpu, sq: Addr, wchan: Addr, wmesg: string, syncobj: number): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)

  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  kassert(mem.read(lwp + L_STAT) === LSONPROC, 'l->l_stat == LSONPROC')
  kassert(
    mem.read(lwp + L_WCHAN) === 0 && mem.read(lwp + L_SLEEPQ) === 0,
    'l->l_wchan == NULL && l->l_sleepq == NULL',
  )

  mem.write(lwp + L_SYNCOBJ, syncobj)
  mem.write(lwp + L_WCHAN, wchan)
  mem.write(lwp + L_SLEEPQ, sq)
  mem.write(lwp + L_WMESG, wmesgNumber(wmesg))
  mem.write(lwp + L_SLPTIME, 0)
  mem.write(lwp + L_STAT, LSSLEEP)

  sleepqInsert(cpu, sq, lwp, syncobj)
}

/**
 * sleepq_block: gives up the CPU until woken. The queue's lock is the only spin mutex held on entry (panics
 * otherwise), and is released. `ticks` is the timeout (0: none); `catchSignals` lets a signal or an exit end the sleep.
 *
 * Returns 0, EWOULDBLOCK or EINTR.
 */
export function* sleepqBlock(cpu: Cpu, ticks: number, catchSignals: boolean): Sleeps<number> {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  let error = 0
  let early = false

  if (cpu.spinDepth !== 1) panic('sleeping with a spin lock held')
  cpu.events.record(EV_SLEEP, mem.read(lwp + L_WCHAN), mem.read(lwp + L_WMESG))

  // If sleeping interruptibly, look for pending signals, exits and core dumps.
  if (catchSignals) {
    mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) | LW_SINTR)
    const flag = mem.read(lwp + L_FLAG)
    if ((flag & (LW_CANCELLED | LW_WEXIT | LW_WCORE)) !== 0) {
      mem.write(lwp + L_FLAG, flag & ~LW_CANCELLED)
      error = EINTR
      early = true
    } else if ((flag & LW_PENDSIG) !== 0) early = true
  }

  if (early) lwpUnsleep(cpu, lwp, true)
  else {
    if (ticks !== 0) calloutSchedule(cpu, lwp, ticks)
    yield* miSwitch(cpu, lwp)

    // The LWP and the sleep queue are unlocked. Even if the timeout fired, wait until its handler is through.
    if (ticks !== 0 && calloutHalt(cpu, lwp)) error = EWOULDBLOCK
  }

  if (catchSignals && error === 0) {
    // NetBSD asks issignal() here; the model's signals are stop, continue and kill, taken at the user boundary.
    if ((mem.read(lwp + L_FLAG) & (LW_CANCELLED | LW_WEXIT | LW_WCORE | LW_PENDSIG)) !== 0) error = EINTR
  }
  return error
}

/**
 * sleepq_wake: wakes at most `expected` sleepers of `wchan` on `sq`. The queue's lock `mutex` is held on entry and
 * released; then the swapper is kicked if it is wanted (S2). Returns how many were woken.
 */
function sleepqWake(cpu: Cpu, sq: Addr, wchan: Addr, expected: number, mutex: Addr): number {
  const { mem } = cpu
  let swapin = 0
  let woken = 0

  kassert(mutexOwned(cpu, mutex), 'mutex_owned(mp)')

  let next = 0
  for (let lwp = tailqFirst(mem, sq); lwp !== 0 && woken < expected; lwp = next) {
    kassert(mem.read(lwp + L_SLEEPQ) === sq, 'l->l_sleepq == sq')
    kassert(mem.load(lwp + L_MUTEX) === mutex, 'l->l_mutex == mp')
    next = tailqNext(mem, lwp, L_SLEEPCHAIN_NEXT)
    if (mem.read(lwp + L_WCHAN) !== wchan) continue
    swapin |= sleepqRemove(cpu, sq, lwp)
    woken++
  }
  mutexSpinExit(cpu, mutex)

  if (swapin !== 0) uvmKickScheduler(cpu)
  return woken
}

/**
 * sleepq_unsleep: takes `lwp` off its queue and makes it runnable. LWP locked on entry; if `cleanup`, the lock is
 * released and the swapper kicked when wanted. Returns 1 if `lwp` needs swap-in.
 */
export function sleepqUnsleep(cpu: Cpu, lwp: LwpRef, cleanup: boolean): number {
  const { mem } = cpu
  const sq = mem.read(lwp + L_SLEEPQ)
  const mutex = mem.load(lwp + L_MUTEX)

  kassert(lwpLocked(cpu, lwp, mutex), 'lwp_locked(l, mp)')
  kassert(mem.read(lwp + L_WCHAN) !== 0, 'l->l_wchan != NULL')

  const swapin = sleepqRemove(cpu, sq, lwp)
  if (cleanup) {
    mutexSpinExit(cpu, mutex)
    if (swapin !== 0) uvmKickScheduler(cpu)
  }
  return swapin
}

/** sleepq_timeout: ends the sleep of `lwp`, if it still sleeps. Runs in the clock interrupt; no lock held. */
export function sleepqTimeout(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  // If it is still on the sleep queue, its lock is the queue's.
  lwpLock(cpu, lwp)
  if (mem.read(lwp + L_WCHAN) === 0) {
    // Somebody beat us to it.
    lwpUnlock(cpu, lwp)
    return
  }
  cpu.events.record(EV_TIMEOUT, lwp, 0)
  lwpUnsleep(cpu, lwp, true)
}

/** sleepq_changepri: sets the priority of a sleeper, and its place in the queue. LWP locked. */
export function sleepqChangepri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  sleepqReorder(cpu, lwp, L_PRIORITY, pri)
}

/** sleepq_lendpri: sets the inherited priority of a sleeper, and its place in the queue. LWP locked. */
export function sleepqLendpri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  sleepqReorder(cpu, lwp, L_INHERITEDPRIO, pri)
}

/** The common half: stores `pri` in `field`, and queues the LWP anew if its effective priority changed. */
function sleepqReorder(cpu: Cpu, lwp: LwpRef, field: number, pri: number): void {
  const { mem } = cpu
  const sq = mem.read(lwp + L_SLEEPQ)
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')

  const old = lwpEprio(cpu, lwp)
  mem.write(lwp + field, pri)
  if (lwpEprio(cpu, lwp) === old || syncobjOrder(mem.read(lwp + L_SYNCOBJ)) !== SOBJ_SLEEPQ_SORTED) return
  tailqRemove(mem, sq, lwp, L_SLEEPCHAIN_NEXT)
  sleepqInsert(cpu, sq, lwp, mem.read(lwp + L_SYNCOBJ))
}

/** The `enter` operation: joins the queue of `wchan` in the sleep table. The bucket's lock is held on return. */
export function sleepqJoin(cpu: Cpu, wchan: Addr, wmesg: string, syncobj: number): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  const bucket = sleeptabLookup(cpu, wchan)
  mutexSpinEnter(cpu, bucket + ST_MUTEX)
  mem.write(lwp + L_KPRIORITY, 1)
  sleepqEnter(cpu, lwp, bucket + ST_MUTEX)
  sleepqEnqueue(cpu, bucket + ST_QUEUE, wchan, wmesg, syncobj)
}

/** The `wake` operation: wakes at most `count` sleepers of `wchan` in the sleep table. Returns how many. */
export function sleeptabWake(cpu: Cpu, wchan: Addr, count: number): number {
  const bucket = sleeptabLookup(cpu, wchan)
  mutexSpinEnter(cpu, bucket + ST_MUTEX)
  return sleepqWake(cpu, bucket + ST_QUEUE, wchan, count, bucket + ST_MUTEX)
}

/** How an LWP sleeps and is woken: the kernel's implementation of what condition variables and wait channels ask. */
export const kernelSleepOps = operations<SleepOps>({
  enter: sleepqJoin,
  block: sleepqBlock,
  wake: sleeptabWake,
})
