import {
  NULL,
  RW_WRITER,
  cvBroadcast,
  cvWait,
  kassert,
  mutexEnter,
  mutexExit,
  mutexOwned,
  panic,
  rwEnter,
  rwExit,
} from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { curlwp } from './cpu.js'
import type { Cpu } from './cpu.js'
import { EV_EXIT, EV_LWP_EXIT } from './events.js'
import { ALLPROC, PROC_LOCK, ZOMBPROC } from './globals.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { lwpDrainrefs, lwpFree } from './kern-lwp.js'
import { procReparent } from './kern-proc.js'
import { killproc } from './kern-sig.js'
import { setrunnable } from './kern-synch.js'
import { listInsertHead, listRemove } from './list.js'
import { pmapDeactivateLwp } from './lwp-pmap.js'
import { L_FLAG, L_LIST_NEXT, L_PRFLAG, L_PROC, L_REFCNT, L_SIBLING_NEXT, L_STAT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { cpuLwpFree } from './machdep.js'
import { lwpExitSwitchaway } from './mi-switch.js'
import {
  LPR_DETACHED,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_SINTR,
  LW_WEXIT,
  PK_NOCLDWAIT,
  PSL_FSTRACE,
  PSL_TRACED,
  PS_WEXIT,
  SDEAD,
  SDYING,
  SZOMB,
} from './param.js'
import {
  P_CHILDREN,
  P_FLAG,
  P_LIST_NEXT,
  P_LOCK,
  P_LWPCV,
  P_LWPS,
  P_NDLWPS,
  P_NLWPS,
  P_NLWPWAIT,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_NZLWPS,
  P_OPPTR,
  P_PPTR,
  P_REFLOCK,
  P_SFLAG,
  P_SIBLING_NEXT,
  P_SLFLAG,
  P_STAT,
  P_WAITCV,
  P_XSTAT,
  P_ZOMBLWP,
} from './proc.js'
import type { ProcRef } from './proc.js'
import { uvmProcExit } from './uvm-glue/exit.js'
import { uvmLwpHold } from './uvm-glue/hold.js'

/**
 * Exit of LWPs and processes (kern_lwp.c, kern_exit.c).
 *
 *     an LWP of several                        the last one
 *     p_lock: p_nzlwps++                       p_lock: PS_WEXIT, others gone, SDYING
 *     hold itself, for ever                    p_reflock, writer: tracers and holders gone
 *     proc_lock: off alllwp                    borrow proc0's address space
 *     p_lock: references gone, LSZOMB          proc_lock: off alllwp and allproc, SDEAD
 *     switch away                                p_lock: references gone, LSZOMB, SZOMB
 *                                              switch away
 *
 * Neither acquires l_swaplock. What keeps the u-area in memory is the hold on the left, and on the right that
 * swappable() refuses a process that is neither SACTIVE nor SSTOP.
 */

/**
 * lwp_exit (kern_lwp.c): ends the calling LWP `l`; the whole process if it is the last. No lock held. Never returns.
 */
export function* lwpExit(cpu: Cpu, l: LwpRef): Sleeps<never> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)

  kassert(l === curlwp(cpu), 'l == curlwp')

  // Not quite a zombie, but it counts as one from here.
  yield* mutexEnter(cpu, p + P_LOCK)
  if (mem.read(p + P_NLWPS) - mem.read(p + P_NZLWPS) === 1) {
    yield* exit1(cpu, l, 0)
  }
  mem.write(p + P_NZLWPS, mem.read(p + P_NZLWPS) + 1)
  mutexExit(cpu, p + P_LOCK)

  // While it can still block: keep the swapper off.
  yield* uvmLwpHold(cpu, l)

  yield* mutexEnter(cpu, PROC_LOCK)
  listRemove(mem, l, L_LIST_NEXT)
  mutexExit(cpu, PROC_LOCK)

  // Wait for the references that others have. A detached LWP waits for collection in the process; another that
  // waits there is freed first.
  yield* mutexEnter(cpu, p + P_LOCK)
  yield* lwpDrainrefs(cpu, l)

  if ((mem.read(l + L_PRFLAG) & LPR_DETACHED) !== 0) {
    for (;;) {
      const l2 = mem.read(p + P_ZOMBLWP)
      if (l2 === NULL) break
      mem.write(p + P_ZOMBLWP, NULL)
      yield* lwpFree(cpu, l2, false, false) // releases p_lock
      yield* mutexEnter(cpu, p + P_LOCK)
      mem.write(l + L_REFCNT, mem.read(l + L_REFCNT) + 1)
      yield* lwpDrainrefs(cpu, l)
    }
    mem.write(p + P_ZOMBLWP, l)
  }

  lwpLock(cpu, l)
  mem.write(l + L_STAT, LSZOMB)
  lwpUnlock(cpu, l)
  mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) - 1)
  cvBroadcast(cpu, p + P_LWPCV)
  cpu.events.record(EV_LWP_EXIT, l, p)
  mutexExit(cpu, p + P_LOCK)

  // It cannot block any more, and lwp_free may be waiting for it already.
  cpuLwpFree(cpu, l, 0)
  pmapDeactivateLwp(cpu, l)
  return yield* lwpExitSwitchaway(cpu, l)
}

/**
 * exit1 (kern_exit.c): ends the process of the calling LWP `l` with status `rv`. p_lock held on entry, and PS_WEXIT
 * not set by another LWP. Takes p_reflock, then proc_lock, then p_lock. Never returns.
 */
export function* exit1(cpu: Cpu, l: LwpRef, rv: number): Sleeps<never> {
  const { mem, config } = cpu
  const { initproc } = config
  const p: ProcRef = mem.read(l + L_PROC)

  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  if (p === initproc) panic(`init died (status ${rv})`)

  mem.write(p + P_SFLAG, mem.read(p + P_SFLAG) | PS_WEXIT)

  // All other LWPs must be gone before the process is torn down.
  if (mem.read(p + P_NLWPS) > 1) yield* exitLwps(cpu, l)

  mem.write(p + P_STAT, SDYING)
  mutexExit(cpu, p + P_LOCK)

  // Drain the references of procfs, ptrace and other holders; there will be no new ones.
  yield* rwEnter(cpu, p + P_REFLOCK, RW_WRITER)

  yield* uvmProcExit(cpu, p)

  yield* mutexEnter(cpu, PROC_LOCK)

  // Children go to init; one that is traced is killed, as nobody is left to let it go on.
  let child = mem.read(p + P_CHILDREN)
  let wakeinit = child !== NULL
  while (child !== NULL) {
    const next = mem.read(child + P_SIBLING_NEXT)
    const slflag = mem.read(child + P_SLFLAG)
    if ((slflag & PSL_TRACED) !== 0) {
      mem.write(child + P_SLFLAG, slflag & ~(PSL_TRACED | PSL_FSTRACE))
      const opptr = mem.read(child + P_OPPTR)
      procReparent(cpu, child, opptr === NULL || opptr === p ? initproc : opptr)
      mem.write(child + P_OPPTR, NULL)
      yield* killproc(cpu, child)
    } else {
      procReparent(cpu, child, initproc)
    }
    child = next
  }
  forgetOpptr(cpu, p)

  listRemove(mem, l, L_LIST_NEXT)
  listRemove(mem, p, P_LIST_NEXT)
  listInsertHead(mem, ZOMBPROC, p, P_LIST_NEXT)
  mem.write(p + P_XSTAT, rv)
  mem.write(p + P_STAT, SDEAD)

  // Put it where its parent finds it quickly.
  let parent = mem.read(p + P_PPTR)
  mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) + 1)
  if (mem.read(parent + P_CHILDREN) !== p) {
    listRemove(mem, p, P_SIBLING_NEXT)
    listInsertHead(mem, parent + P_CHILDREN, p, P_SIBLING_NEXT)
  }

  if ((mem.read(parent + P_FLAG) & PK_NOCLDWAIT) !== 0) {
    procReparent(cpu, p, initproc)
    wakeinit = true
    // If this was its last child, a parent that waits shall know.
    if (mem.read(parent + P_CHILDREN) === NULL) cvBroadcast(cpu, parent + P_WAITCV)
  }
  parent = mem.read(p + P_PPTR)

  if (wakeinit) cvBroadcast(cpu, initproc + P_WAITCV)

  yield* mutexEnter(cpu, p + P_LOCK)
  yield* lwpDrainrefs(cpu, l)
  lwpLock(cpu, l)
  mem.write(l + L_PRFLAG, mem.read(l + L_PRFLAG) & ~LPR_DETACHED)
  mem.write(l + L_STAT, LSZOMB)
  lwpUnlock(cpu, l)
  kassert(curlwp(cpu) === l, 'curlwp == l')
  kassert(mem.read(p + P_NRLWPS) === 1, 'p->p_nrlwps == 1')
  kassert(mem.read(p + P_NLWPS) === 1, 'p->p_nlwps == 1')
  mem.write(p + P_STAT, SZOMB)
  mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) - 1)
  mem.write(p + P_NZLWPS, mem.read(p + P_NZLWPS) + 1)
  mem.write(p + P_NDLWPS, 0)
  cpu.events.record(EV_EXIT, p, rv)
  mutexExit(cpu, p + P_LOCK)

  // Tell the parent to collect us. Let go of the debugger's lock: no reference can be gained any more.
  cvBroadcast(cpu, parent + P_WAITCV)
  rwExit(cpu, p + P_REFLOCK)
  mutexExit(cpu, PROC_LOCK)

  // It cannot block any more.
  cpuLwpFree(cpu, l, 1)
  pmapDeactivateLwp(cpu, l)
  return yield* lwpExitSwitchaway(cpu, l)
}

/**
 * Traced processes whose own parent was `p`, which exits, are given back to init instead. proc_lock held.
 *
 * As in C, only the living are looked at, since zombies shall not need their p_opptr: but proc_free does.
 */
function forgetOpptr(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  for (let q = mem.read(ALLPROC); q !== NULL; q = mem.read(q + P_LIST_NEXT)) {
    if (mem.read(q + P_OPPTR) === p) mem.write(q + P_OPPTR, NULL)
  }
}

/**
 * exit_lwps (kern_exit.c): makes all other LWPs of the process exit, and waits until they are freed. p_lock held on
 * entry and on return, dropped meanwhile.
 */
function* exitLwps(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')

  // Interrupt those in an interruptible sleep, let those go on that are stopped, and wait for everybody.
  for (let l2 = mem.read(p + P_LWPS); l2 !== NULL; l2 = mem.read(l2 + L_SIBLING_NEXT)) {
    if (l2 === l) continue
    lwpLock(cpu, l2)
    mem.write(l2 + L_FLAG, mem.read(l2 + L_FLAG) | LW_WEXIT)
    const stat = mem.read(l2 + L_STAT)
    if (
      (stat === LSSLEEP && (mem.read(l2 + L_FLAG) & LW_SINTR) !== 0) ||
      stat === LSSUSPENDED ||
      stat === LSSTOP
    ) {
      setrunnable(cpu, l2) // releases the LWP's lock
      continue
    }
    lwpUnlock(cpu, l2)
  }
  while (mem.read(p + P_NLWPS) > 1) yield* lwpWaitExit(cpu, l)
  kassert(mem.read(p + P_NLWPS) === 1, 'p->p_nlwps == 1')
}

/**
 * lwp_wait1 (kern_lwp.c) with LWPWAIT_EXITCONTROL: frees one dead LWP of the process, or sleeps until something may have
 * changed. p_lock held on entry and on return, dropped meanwhile.
 */
function* lwpWaitExit(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)

  mem.write(p + P_NLWPWAIT, mem.read(p + P_NLWPWAIT) + 1)
  for (let l2 = mem.read(p + P_ZOMBLWP); l2 !== NULL; l2 = mem.read(p + P_ZOMBLWP)) {
    mem.write(p + P_ZOMBLWP, NULL)
    yield* lwpFree(cpu, l2, false, false) // releases p_lock
    yield* mutexEnter(cpu, p + P_LOCK)
  }
  let dead: LwpRef = NULL
  for (let l2 = mem.read(p + P_LWPS); l2 !== NULL; l2 = mem.read(l2 + L_SIBLING_NEXT)) {
    if (l2 === l || (mem.read(l2 + L_PRFLAG) & LPR_DETACHED) !== 0) continue
    if (mem.read(l2 + L_STAT) === LSZOMB) {
      dead = l2
      break
    }
  }
  if (dead !== NULL) {
    mem.write(p + P_NLWPWAIT, mem.read(p + P_NLWPWAIT) - 1)
    yield* lwpFree(cpu, dead, false, false) // releases p_lock
    yield* mutexEnter(cpu, p + P_LOCK)
    return
  }
  if (mem.read(p + P_NLWPS) > 1) yield* cvWait(cpu, p + P_LWPCV, p + P_LOCK, 'lwpwait')
  mem.write(p + P_NLWPWAIT, mem.read(p + P_NLWPWAIT) - 1)
}

/**
 * sys_exit and sigexit: ends the process with wait status `rv`, or only the calling LWP `l` if another LWP is ending the
 * process already. No lock held. Never returns.
 */
export function* sysExit(cpu: Cpu, l: LwpRef, rv: number): Sleeps<never> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  yield* mutexEnter(cpu, p + P_LOCK)
  if ((mem.read(p + P_SFLAG) & PS_WEXIT) !== 0) {
    mutexExit(cpu, p + P_LOCK)
    return yield* lwpExit(cpu, l)
  }
  return yield* exit1(cpu, l, rv)
}
