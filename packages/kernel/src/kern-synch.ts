import { cvBroadcast, kassert, mutexEnter, mutexExit, mutexOwned, panic } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { SPC_LWPLOCK, SPC_MUTEX, curlwp } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { lwpLock, lwpLocked, lwpUnlock, lwpUnlockTo, spcLock } from './kern-lwp-lock.js'
import { lwpUnsleep } from './kern-lwp-pri.js'
import { schedDequeue, schedEnqueue, schedSetrunnable, schedTakecpu } from './kern-runq.js'
import { sleepqBlock, sleepqJoin, sleeptabWake } from './kern-sleepq.js'
import {
  L_CPU,
  L_FLAG,
  L_INHERITEDPRIO,
  L_KCPU,
  L_KPRIORITY,
  L_MUTEX,
  L_PFLAG,
  L_PRIORITY,
  L_PROC,
  L_RU_NIVCSW,
  L_SLPTIME,
  L_STAT,
  L_WCHAN,
} from './lwp.js'
import type { LwpRef } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import {
  LP_RUNNING,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LW_IDLE,
  LW_INMEM,
  LW_PENDSIG,
  LW_WSUSPEND,
  PSL_TRACED,
} from './param.js'
import { P_LOCK, P_LWPCV, P_NRLWPS, P_SLFLAG, P_XSTAT } from './proc.js'
import { reschedCpu } from './resched.js'
import { SLEEP_SYNCOBJ } from './syncobj.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'

/**
 * Sleeping and waking by wait channel, giving up the CPU, and making an LWP runnable (kern_synch.c).
 */

/**
 * tsleep: sleeps on `wchan` until woken, for at most `ticks` (0: no limit). `catchSignals` is PCATCH.
 * No spin mutex held. Returns 0, EWOULDBLOCK or EINTR.
 */
export function* tsleep(
  cpu: Cpu,
  wchan: Addr,
  wmesg: string,
  ticks: number,
  catchSignals: boolean,
): Sleeps<number> {
  sleepqJoin(cpu, wchan, wmesg, SLEEP_SYNCOBJ)
  return yield* sleepqBlock(cpu, ticks, catchSignals)
}

/**
 * mtsleep: as {@link tsleep}, with the mutex `mtx` (either kind, 0: none) released when the LWP is on the queue, and
 * taken again afterwards.
 */
export function* mtsleep(
  cpu: Cpu,
  wchan: Addr,
  wmesg: string,
  ticks: number,
  mtx: Addr,
  catchSignals: boolean,
): Sleeps<number> {
  sleepqJoin(cpu, wchan, wmesg, SLEEP_SYNCOBJ)
  if (mtx !== 0) mutexExit(cpu, mtx)
  const error = yield* sleepqBlock(cpu, ticks, catchSignals)
  if (mtx !== 0) yield* mutexEnter(cpu, mtx)
  return error
}

/** kpause: sleeps for `ticks` (at least 1) without a channel anybody would wake. Returns EWOULDBLOCK, or EINTR. */
export function* kpause(cpu: Cpu, wmesg: string, catchSignals: boolean, ticks: number): Sleeps<number> {
  kassert(!(ticks === 0 && !catchSignals), '!(timo == 0 && intr == false)')
  sleepqJoin(cpu, curlwp(cpu), wmesg, SLEEP_SYNCOBJ)
  return yield* sleepqBlock(cpu, ticks, catchSignals)
}

/** wakeup: wakes every LWP that sleeps on `wchan`. Takes its bucket's lock, then perhaps kicks. Never sleeps. */
export function wakeup(cpu: Cpu, wchan: Addr): void {
  sleeptabWake(cpu, wchan, Number.MAX_SAFE_INTEGER)
}

/**
 * yield (sched_yield(2)): puts the current LWP at the end of its queue, of user priority, and runs another. Its
 * coroutine stays, and with it the binding to this CPU. No spin mutex held.
 */
export function* yieldCpu(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  lwpLock(cpu, lwp)
  kassert(
    lwpLocked(cpu, lwp, mem.read(lwp + L_CPU) + SPC_LWPLOCK),
    'lwp_locked(l, l->l_cpu->ci_schedstate.spc_lwplock)',
  )
  kassert(mem.read(lwp + L_STAT) === LSONPROC, 'l->l_stat == LSONPROC')
  mem.write(lwp + L_KPRIORITY, 0)
  yield* miSwitch(cpu, lwp)
}

/**
 * preempt: gives up the CPU at the user boundary, where the state of the LWP is wholly in its PCB. The LWP loses its
 * coroutine and may go on on any CPU: from here, if no other LWP was chosen, else in a new coroutine (lwpCoroutine).
 * No lock held.
 */
export function* preempt(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  lwpLock(cpu, lwp)
  kassert(
    lwpLocked(cpu, lwp, mem.read(lwp + L_CPU) + SPC_LWPLOCK),
    'lwp_locked(l, l->l_cpu->ci_schedstate.spc_lwplock)',
  )
  kassert(mem.read(lwp + L_STAT) === LSONPROC, 'l->l_stat == LSONPROC')
  mem.write(lwp + L_KPRIORITY, 0)
  mem.write(lwp + L_RU_NIVCSW, mem.read(lwp + L_RU_NIVCSW) + 1)
  mem.write(lwp + L_KCPU, 0)
  cpu.dropCoroutine = true
  yield* miSwitch(cpu, lwp)
  // Nobody else wanted the CPU: this coroutine goes on after all (nextlwp has set l_kcpu again).
  cpu.dropCoroutine = false
}

/**
 * setrunnable: makes a stopped, suspended or sleeping LWP runnable. p_lock and the LWP's lock are held on entry; the
 * latter is released, and then the swapper kicked if the LWP is swapped out. Panics in any other state.
 */
export function setrunnable(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const p = mem.read(lwp + L_PROC)

  kassert((mem.read(lwp + L_FLAG) & LW_IDLE) === 0, '(l->l_flag & LW_IDLE) == 0')
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  kassert(
    mem.load(lwp + L_MUTEX) !== mem.read(lwp + L_CPU) + SPC_MUTEX,
    'l->l_mutex != l->l_cpu->ci_schedstate.spc_mutex',
  )

  switch (mem.read(lwp + L_STAT)) {
    case LSSTOP:
      // Traced: have it look for a signal of the debugger (signotify).
      if ((mem.read(p + P_SLFLAG) & PSL_TRACED) !== 0 && mem.read(p + P_XSTAT) !== 0) {
        mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) | LW_PENDSIG)
      }
      mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) + 1)
      break
    case LSSUSPENDED:
      mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_WSUSPEND)
      mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) + 1)
      cvBroadcast(cpu, p + P_LWPCV)
      break
    case LSSLEEP:
      kassert(mem.read(lwp + L_WCHAN) !== 0, 'l->l_wchan != NULL')
      break
    default:
      panic(`setrunnable: lwp ${lwp} state was ${mem.read(lwp + L_STAT)}`)
  }

  // If it was sleeping, start it again.
  if (mem.read(lwp + L_WCHAN) !== 0) {
    mem.write(lwp + L_STAT, LSSLEEP)
    lwpUnsleep(cpu, lwp, true)
    return
  }

  // Still on its CPU, about to call mi_switch: there it will yield.
  if ((mem.read(lwp + L_PFLAG) & LP_RUNNING) !== 0) {
    mem.write(lwp + L_STAT, LSONPROC)
    mem.write(lwp + L_SLPTIME, 0)
    lwpUnlock(cpu, lwp)
    return
  }

  const ci = schedTakecpu(cpu, lwp)
  mem.write(lwp + L_CPU, ci)
  spcLock(cpu, ci)
  lwpUnlockTo(cpu, lwp, ci + SPC_MUTEX)
  schedSetrunnable(cpu, lwp)
  mem.write(lwp + L_STAT, LSRUN)
  mem.write(lwp + L_SLPTIME, 0)

  // Swapped out: the swapper will queue it. Otherwise it goes on a run queue.
  if ((mem.read(lwp + L_FLAG) & LW_INMEM) !== 0) {
    schedEnqueue(cpu, lwp, false)
    reschedCpu(cpu, lwp)
    lwpUnlock(cpu, lwp)
  } else {
    lwpUnlock(cpu, lwp)
    uvmKickScheduler(cpu)
  }
}

/** sched_unsleep: panics. An LWP that runs, or waits for a CPU, cannot be woken. */
export function schedUnsleep(cpu: Cpu, lwp: LwpRef, _cleanup: boolean): number {
  lwpUnlock(cpu, lwp)
  return panic('sched_unsleep')
}

/** sched_changepri: sets l_priority. Requeues only what is on a run queue: LSRUN and in memory. LWP locked. */
export function schedChangepri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  schedReprioritize(cpu, lwp, L_PRIORITY, pri)
}

/** sched_lendpri: sets l_inheritedprio. Otherwise as {@link schedChangepri}. */
export function schedLendpri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  schedReprioritize(cpu, lwp, L_INHERITEDPRIO, pri)
}

/** The common half of the two. */
function schedReprioritize(cpu: Cpu, lwp: LwpRef, field: number, pri: number): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  if (mem.read(lwp + L_STAT) === LSRUN && (mem.read(lwp + L_FLAG) & LW_INMEM) !== 0) {
    schedDequeue(cpu, lwp)
    mem.write(lwp + field, pri)
    schedEnqueue(cpu, lwp, false)
  } else mem.write(lwp + field, pri)
  reschedCpu(cpu, lwp)
}
