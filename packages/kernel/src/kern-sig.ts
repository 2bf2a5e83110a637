import {
  NULL,
  cvBroadcast,
  kassert,
  mutexEnter,
  mutexExit,
  mutexOwned,
  mutexTryEnter,
} from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { EV_CONT, EV_STOP } from './events.js'
import { ALLPROC, PROC_LOCK, PROC_STOP_CH } from './globals.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { setrunnable } from './kern-synch.js'
import { L_FLAG, L_PROC, L_SIBLING_NEXT, L_STAT, L_WCHAN } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import { OPC_STOPPED } from './op-counters.js'
import {
  EPERM,
  ESRCH,
  LSONPROC,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LW_PENDSIG,
  LW_SINTR,
  PK_SYSTEM,
  PSL_TRACED,
  PS_SIGKILL,
  PS_STOPPING,
  PS_WEXIT,
  SACTIVE,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGTRAP,
  SSTOP,
} from './param.js'
import {
  P_FLAG,
  P_LIST_NEXT,
  P_LOCK,
  P_LWPS,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_PPTR,
  P_SFLAG,
  P_SLFLAG,
  P_STAT,
  P_WAITCV,
  P_WAITED,
  P_XSTAT,
} from './proc.js'
import type { ProcRef } from './proc.js'

/**
 * Stop, continue and kill (kern_sig.c): the part of signals that moves LWPs between states.
 *
 *     SACTIVE --procStop--> PS_STOPPING --the last LWP stops--> SSTOP --procUnstop--> SACTIVE
 *
 *     an LWP in an interruptible sleep   becomes LSSTOP where it sleeps, and keeps its l_wchan and its queue's lock
 *     any other                          stops itself at its next return to user mode (sigswitch)
 *
 * LW_PENDSIG ends the interruptible sleeps that an LWP begins while its process is stopping.
 */

/**
 * Sends SIGSTOP, SIGCONT or SIGKILL to `p` (kpsignal2), or SIGTRAP if it is traced: that stops it too. proc_lock and p_lock held, and so they stay. Never sleeps.
 * Returns 0, ESRCH if `p` is not alive, or EPERM if it is a system process or init.
 */
export function kpsignal2(cpu: Cpu, p: ProcRef, signo: number): number {
  const { mem, config } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  const stat = mem.read(p + P_STAT)
  if (stat !== SACTIVE && stat !== SSTOP) return ESRCH
  if ((mem.read(p + P_FLAG) & PK_SYSTEM) !== 0 || p === config.initproc) return EPERM

  if (signo === SIGSTOP || signo === SIGTRAP) {
    if (stat === SACTIVE && (mem.read(p + P_SFLAG) & (PS_STOPPING | PS_WEXIT)) === 0) procStop(cpu, p)
    return 0
  }
  if (signo === SIGKILL) {
    mem.write(p + P_SFLAG, mem.read(p + P_SFLAG) | PS_SIGKILL)
    mem.write(p + P_XSTAT, SIGKILL)
  }
  if (stat === SSTOP || (mem.read(p + P_SFLAG) & PS_STOPPING) !== 0) procUnstop(cpu, p, signo)
  if (signo === SIGKILL) sigpostAll(cpu, p, true)
  return 0
}

/** Posts a signal to every LWP of `p`; with `wake`, ends their interruptible sleeps. p_lock held. */
function sigpostAll(cpu: Cpu, p: ProcRef, wake: boolean): void {
  const { mem } = cpu
  for (let l = mem.read(p + P_LWPS); l !== NULL; l = mem.read(l + L_SIBLING_NEXT)) {
    lwpLock(cpu, l)
    mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_PENDSIG)
    const stat = mem.read(l + L_STAT)
    if (wake && ((stat === LSSLEEP && (mem.read(l + L_FLAG) & LW_SINTR) !== 0) || stat === LSSUSPENDED)) {
      setrunnable(cpu, l) // releases the LWP's lock
    } else {
      lwpUnlock(cpu, l)
    }
  }
}

/**
 * proc_stop (kern_sig.c): brings `p` to a halt. Interruptible sleepers stop where they are; the rest at their next
 * return to user mode. proc_lock and p_lock held. Never sleeps.
 */
export function procStop(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')

  // No unlocking between here and the test of p_nrlwps.
  mem.write(p + P_SFLAG, mem.read(p + P_SFLAG) | PS_STOPPING)
  mem.fence()
  procStopLwps(cpu, p)

  // If there is no LWP left to take the signal, tell the parent at once; otherwise the last to stop does.
  if (mem.read(p + P_NRLWPS) === 0) {
    procStopDone(cpu, p)
  } else {
    sigpostAll(cpu, p, false)
    mem.store(PROC_STOP_CH, 1)
  }
}

/**
 * proc_stop_callout (kern_sig.c): looks again at the processes that are stopping, once a tick as long as there are any.
 * Interruptible sleepers stop where they are; a process whose last running LWP exited has come to a halt. No lock held;
 * takes proc_lock and each p_lock. May sleep.
 */
export function* procStopCallout(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  let more = false
  yield* mutexEnter(cpu, PROC_LOCK)
  for (let p = mem.read(ALLPROC); p !== NULL; p = mem.read(p + P_LIST_NEXT)) {
    yield* mutexEnter(cpu, p + P_LOCK)
    if ((mem.read(p + P_SFLAG) & PS_STOPPING) !== 0) {
      procStopLwps(cpu, p)
      if (mem.read(p + P_NRLWPS) === 0) procStopDone(cpu, p)
      else more = true
    }
    mutexExit(cpu, p + P_LOCK)
  }
  mutexExit(cpu, PROC_LOCK)
  if (more) mem.store(PROC_STOP_CH, 1)
}

/** proc_stop_lwps (kern_sig.c): stops the interruptible sleepers of `p`. p_lock held. */
function procStopLwps(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  for (let l = mem.read(p + P_LWPS); l !== NULL; l = mem.read(l + L_SIBLING_NEXT)) {
    lwpLock(cpu, l)
    if (mem.read(l + L_STAT) === LSSLEEP && (mem.read(l + L_FLAG) & LW_SINTR) !== 0) {
      mem.write(l + L_STAT, LSSTOP)
      mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) - 1)
    }
    lwpUnlock(cpu, l)
  }
}

/** proc_stop_done (kern_sig.c): all LWPs of `p` have stopped, or are about to. proc_lock and p_lock held. */
function procStopDone(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  kassert((mem.read(p + P_SFLAG) & PS_STOPPING) !== 0, '(p->p_sflag & PS_STOPPING) != 0')
  mem.write(p + P_SFLAG, mem.read(p + P_SFLAG) & ~PS_STOPPING)
  mem.write(p + P_STAT, SSTOP)
  mem.write(p + P_WAITED, 0)
  const parent = mem.read(p + P_PPTR)
  mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) + 1)
  cpu.events.record(EV_STOP, p, 0)
  cvBroadcast(cpu, parent + P_WAITCV)
}

/**
 * proc_unstop (kern_sig.c): sets the LWPs of `p` going that have stopped. Those that stopped in a sleep sleep on, save
 * one that takes the signal `signo` (0: none). proc_lock and p_lock held. Never sleeps.
 */
export function procUnstop(cpu: Cpu, p: ProcRef, signo: number): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')

  let signal = signo === SIGCONT ? 0 : signo
  const wasStopped = mem.read(p + P_STAT) === SSTOP
  mem.write(p + P_STAT, SACTIVE)
  mem.write(p + P_SFLAG, mem.read(p + P_SFLAG) & ~PS_STOPPING)
  if (wasStopped && mem.read(p + P_WAITED) === 0) {
    const parent = mem.read(p + P_PPTR)
    mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) - 1)
  }
  cpu.events.record(EV_CONT, p, 0)

  for (let l = mem.read(p + P_LWPS); l !== NULL; l = mem.read(l + L_SIBLING_NEXT)) {
    lwpLock(cpu, l)
    if (mem.read(l + L_STAT) !== LSSTOP) {
      lwpUnlock(cpu, l)
      continue
    }
    if (mem.read(l + L_WCHAN) === NULL) {
      setrunnable(cpu, l) // releases the LWP's lock
      continue
    }
    if (signal !== 0 && (mem.read(l + L_FLAG) & LW_SINTR) !== 0) {
      setrunnable(cpu, l) // releases the LWP's lock
      signal = 0
    } else {
      mem.write(l + L_STAT, LSSLEEP)
      mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) + 1)
      lwpUnlock(cpu, l)
    }
  }
}

/**
 * trapsignal (kern_sig.c): the caller `l` has trapped after an instruction, being single-stepped (SIGTRAP). A traced
 * process stops: this LWP at its return to user mode, and its tracer can wait for it. One that is not traced goes on.
 * No lock held; takes proc_lock and p_lock. May sleep.
 */
export function* trapsignal(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  yield* mutexEnter(cpu, PROC_LOCK)
  yield* mutexEnter(cpu, p + P_LOCK)
  if ((mem.read(p + P_SLFLAG) & PSL_TRACED) !== 0) kpsignal2(cpu, p, SIGTRAP)
  mutexExit(cpu, p + P_LOCK)
  mutexExit(cpu, PROC_LOCK)
}

/** killproc: SIGKILL to `p`. proc_lock held; takes and releases p_lock. May sleep. */
export function* killproc(cpu: Cpu, p: ProcRef): Sleeps<void> {
  yield* mutexEnter(cpu, p + P_LOCK)
  kpsignal2(cpu, p, SIGKILL)
  mutexExit(cpu, p + P_LOCK)
}

/**
 * sigswitch (kern_sig.c): the caller `l` stops at the user boundary, until it is set going again. p_lock held on entry,
 * released on return. May take proc_lock, in the wrong order and so by trying first.
 */
function* sigswitch(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  kassert(mem.read(l + L_STAT) === LSONPROC, 'l->l_stat == LSONPROC')
  kassert(mem.read(p + P_NRLWPS) > 0, 'p->p_nrlwps > 0')

  if ((mem.read(p + P_SFLAG) & PS_STOPPING) !== 0) {
    if (!mutexTryEnter(cpu, PROC_LOCK)) {
      mutexExit(cpu, p + P_LOCK)
      yield* mutexEnter(cpu, PROC_LOCK)
      yield* mutexEnter(cpu, p + P_LOCK)
    }
    // The last one to stop tells the parent.
    if (mem.read(p + P_NRLWPS) === 1 && (mem.read(p + P_SFLAG) & PS_STOPPING) !== 0) procStopDone(cpu, p)
    mutexExit(cpu, PROC_LOCK)
  }

  let stops = false
  if (mem.read(p + P_STAT) === SSTOP || (mem.read(p + P_SFLAG) & PS_STOPPING) !== 0) {
    mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) - 1)
    lwpLock(cpu, l)
    mem.write(l + L_STAT, LSSTOP)
    lwpUnlock(cpu, l)
    stops = true
  }
  mutexExit(cpu, p + P_LOCK)
  if (stops) cpu.events.count(OPC_STOPPED, 1)
  lwpLock(cpu, l)
  yield* miSwitch(cpu, l)
}

/**
 * issignal (kern_sig.c): what the LWP `l` has to do before it returns to user mode. Stops it while its process is
 * stopped. Returns SIGKILL if the process is to die, else 0, with LW_PENDSIG cleared. p_lock held on entry and on
 * return, dropped meanwhile.
 */
export function* issignal(cpu: Cpu, l: LwpRef): Sleeps<number> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  for (;;) {
    const sflag = mem.read(p + P_SFLAG)
    if ((sflag & (PS_SIGKILL | PS_WEXIT)) === PS_SIGKILL) return SIGKILL
    if ((sflag & PS_WEXIT) === 0 && (mem.read(p + P_STAT) === SSTOP || (sflag & PS_STOPPING) !== 0)) {
      yield* sigswitch(cpu, l) // releases p_lock
      yield* mutexEnter(cpu, p + P_LOCK)
      continue
    }
    lwpLock(cpu, l)
    mem.write(l + L_FLAG, mem.read(l + L_FLAG) & ~LW_PENDSIG)
    lwpUnlock(cpu, l)
    return 0
  }
}
