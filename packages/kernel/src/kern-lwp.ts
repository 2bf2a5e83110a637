import {
  NULL,
  cvBroadcast,
  cvWait,
  kassert,
  mutexDestroy,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
  mutexSpinEnter,
  mutexSpinExit,
} from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { CI_CURLWP, SPC_MUTEX, curlwp } from './cpu.js'
import type { Cpu } from './cpu.js'
import { EV_FREE, EV_LWP_CREATE } from './events.js'
import { ALLLWP, FREELWP, LWP_CACHE_LOCK, NLWPS, PROC_LOCK } from './globals.js'
import { lwpLock, lwpUnlockTo } from './kern-lwp-lock.js'
import { schedTakecpu } from './kern-runq.js'
import { listInsertHead, listRemove } from './list.js'
import {
  LWP_WORDS,
  L_ADDR,
  L_CLASS,
  L_CPU,
  L_FLAG,
  L_GENERATION,
  L_INHERITEDPRIO,
  L_KPRIBASE,
  L_LID,
  L_LIST_NEXT,
  L_MUTEX,
  L_NEXT_FREE,
  L_PFLAG,
  L_PRFLAG,
  L_PRIORITY,
  L_PROC,
  L_REFCNT,
  L_SIBLING_NEXT,
  L_STAT,
  L_SWAPLOCK,
  L_SYNCOBJ,
  L_TS,
} from './lwp.js'
import type { LwpRef } from './lwp.js'
import { cpuLwpFree2 } from './machdep.js'
import { lwpSwitched } from './mi-switch.js'
import { OPC_LWP_FREED } from './op-counters.js'
import {
  LPR_DETACHED,
  LP_RUNNING,
  LSIDL,
  LSZOMB,
  LW_INMEM,
  LW_SYSTEM,
  PK_SYSTEM,
  PRI_KERNEL,
} from './param.js'
import { P_FLAG, P_LOCK, P_LWPCV, P_LWPS, P_NDLWPS, P_NLWPID, P_NLWPS, P_NZLWPS, P_ZOMBLWP } from './proc.js'
import type { ProcRef } from './proc.js'
import { SCHED_SYNCOBJ } from './syncobj.js'
import { uvmLwpExit } from './uvm-glue/exit.js'
import { uvmLwpFork } from './uvm-glue/fork.js'

/**
 * LWPs: their structures, references to them, and their lists (kern_lwp.c).
 *
 *   FREE --lwpCreate--> LSIDL --(fork1, kthread_create, _lwp_create)--> LSRUN ... LSZOMB --lwpFree--> FREE
 *                         ^                                                                            |
 *                         '---------------- or straight on, recycled by lwpCreate ---------------------'
 *
 * Membership of alllwp is under proc_lock, of p_lwps under p_lock. A structure stays where it is for ever: who looks at it
 * after lwp_free sees the next LWP that lives in it (l_generation counts the lives).
 */

/** lwp_create flags. */
export const LWP_DETACHED = 0x0000_0040

/**
 * Sets `count` LWP structures aside, since their table has a fixed size. Returns whether there were as many; they are
 * then used up by {@link lwpCreate}, or given back by {@link lwpUnreserve}. Takes and releases lwp_cache's lock.
 */
export function lwpReserve(cpu: Cpu, count: number): boolean {
  const { mem, config } = cpu
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  const used = mem.read(NLWPS)
  const enough = used + count <= config.nlwps
  if (enough) mem.write(NLWPS, used + count)
  mutexSpinExit(cpu, LWP_CACHE_LOCK)
  return enough
}

/** Gives back a structure set aside by {@link lwpReserve}. */
export function lwpUnreserve(cpu: Cpu): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  mem.write(NLWPS, mem.read(NLWPS) - 1)
  mutexSpinExit(cpu, LWP_CACHE_LOCK)
}

/** pool_cache_get(lwp_cache): a structure that was reserved. */
function lwpCacheGet(cpu: Cpu): LwpRef {
  const { mem } = cpu
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  const l = mem.read(FREELWP)
  kassert(l !== NULL, 'lwp_cache is not empty')
  mem.write(FREELWP, mem.read(l + L_NEXT_FREE))
  mutexSpinExit(cpu, LWP_CACHE_LOCK)
  return l
}

/** pool_cache_put(lwp_cache). Last in, first out, so that structures are used again soon. */
function lwpCachePut(cpu: Cpu, l: LwpRef): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  mem.write(l + L_NEXT_FREE, mem.read(FREELWP))
  mem.write(FREELWP, l)
  mem.write(NLWPS, mem.read(NLWPS) - 1)
  mutexSpinExit(cpu, LWP_CACHE_LOCK)
}

/** memset of a structure that begins a new life: all but its turnstile and its generation. */
function lwpClear(cpu: Cpu, l: LwpRef): void {
  const { mem } = cpu
  const ts = mem.read(l + L_TS)
  const generation = mem.read(l + L_GENERATION)
  mem.fill(l, LWP_WORDS, 0)
  mem.write(l + L_TS, ts)
  mem.write(l + L_GENERATION, (generation + 1) | 0)
}

/**
 * lwp_create (kern_lwp.c): a new LWP of `p2` in LSIDL, on p_lwps and alllwp, with the u-area `uaddr`.
 *
 * A structure has been reserved (`lwpReserve`). `flags` is LWP_DETACHED or 0; `func` and `arg` are as in
 * {@link cpuLwpFork}; `sclass` is the scheduling class. No lock held; takes p_lock and proc_lock. May sleep.
 * The caller makes it run.
 */
export function* lwpCreate(
  cpu: Cpu,
  l1: LwpRef,
  p2: ProcRef,
  uaddr: number,
  inmem: boolean,
  flags: number,
  func: number,
  arg: number,
  sclass: number,
): Sleeps<LwpRef> {
  const { mem } = cpu

  // First reap a detached LWP that waits to be collected: its structure and turnstile serve again.
  let isfree: LwpRef = NULL
  if (mem.read(p2 + P_ZOMBLWP) !== NULL) {
    yield* mutexEnter(cpu, p2 + P_LOCK)
    isfree = mem.read(p2 + P_ZOMBLWP)
    if (isfree !== NULL) {
      mem.write(p2 + P_ZOMBLWP, NULL)
      yield* lwpFree(cpu, isfree, true, false) // releases p_lock
    } else {
      mutexExit(cpu, p2 + P_LOCK)
    }
  }
  let l2: LwpRef
  if (isfree === NULL) {
    l2 = lwpCacheGet(cpu)
  } else {
    l2 = isfree
    lwpUnreserve(cpu)
    kassert(mem.read(l2 + L_INHERITEDPRIO) === -1, 'l2->l_inheritedprio == -1')
  }
  lwpClear(cpu, l2)

  mem.write(l2 + L_STAT, LSIDL)
  mem.write(l2 + L_PROC, p2)
  mem.write(l2 + L_REFCNT, 1)
  mem.write(l2 + L_CLASS, sclass)
  mem.write(l2 + L_KPRIBASE, PRI_KERNEL)
  mem.write(l2 + L_PRIORITY, mem.read(l1 + L_PRIORITY))
  mem.write(l2 + L_INHERITEDPRIO, -1)
  mem.write(l2 + L_FLAG, inmem ? LW_INMEM : 0)
  // A system LWP is no candidate for swapping.
  if ((mem.read(p2 + P_FLAG) & PK_SYSTEM) !== 0) mem.write(l2 + L_FLAG, mem.read(l2 + L_FLAG) | LW_SYSTEM)

  const ci = mem.read(l1 + L_CPU)
  mem.store(l2 + L_MUTEX, ci + SPC_MUTEX)
  mem.write(l2 + L_CPU, ci)
  mutexInit(mem, l2 + L_SWAPLOCK)
  mem.write(l2 + L_SYNCOBJ, SCHED_SYNCOBJ)
  mem.write(l2 + L_ADDR, uaddr)

  yield* uvmLwpFork(cpu, l1, l2, 0, 0, func, arg)

  yield* mutexEnter(cpu, p2 + P_LOCK)
  if ((flags & LWP_DETACHED) !== 0) {
    mem.write(l2 + L_PRFLAG, LPR_DETACHED)
    mem.write(p2 + P_NDLWPS, mem.read(p2 + P_NDLWPS) + 1)
  } else {
    mem.write(l2 + L_PRFLAG, 0)
  }
  let lid = (mem.read(p2 + P_NLWPID) + 1) | 0
  if (lid === 0) lid = 1
  mem.write(p2 + P_NLWPID, lid)
  mem.write(l2 + L_LID, lid)
  listInsertHead(mem, p2 + P_LWPS, l2, L_SIBLING_NEXT)
  mem.write(p2 + P_NLWPS, mem.read(p2 + P_NLWPS) + 1)
  mutexExit(cpu, p2 + P_LOCK)

  yield* mutexEnter(cpu, PROC_LOCK)
  listInsertHead(mem, ALLLWP, l2, L_LIST_NEXT)
  mutexExit(cpu, PROC_LOCK)

  if ((mem.read(p2 + P_FLAG) & PK_SYSTEM) === 0) {
    // Locked, since it is on the list of all LWPs now. Find a CPU to start on.
    lwpLock(cpu, l2)
    const start = schedTakecpu(cpu, l2)
    mem.write(l2 + L_CPU, start)
    lwpUnlockTo(cpu, l2, start + SPC_MUTEX)
  }
  cpu.events.record(EV_LWP_CREATE, l2, p2)
  return l2
}

/**
 * lwp_startup (kern_lwp.c): first act of a coroutine: ends the switch that brought the LWP here, and takes on its
 * address space. Spin depth 1 on entry (0 on a CPU that starts), 0 on return. Never sleeps.
 */
export function lwpStartup(cpu: Cpu): void {
  lwpSwitched(cpu)
}

/** lwp_find (kern_lwp.c): the LWP of `p` with id `lid`, or 0; none that is being made or is dead. p_lock held. */
export function lwpFind(cpu: Cpu, p: ProcRef, lid: number): LwpRef {
  const { mem } = cpu
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  for (let l = mem.read(p + P_LWPS); l !== NULL; l = mem.read(l + L_SIBLING_NEXT)) {
    if (mem.read(l + L_LID) === lid) {
      const stat = mem.read(l + L_STAT)
      return stat === LSIDL || stat === LSZOMB ? NULL : l
    }
  }
  return NULL
}

/** lwp_addref (kern_lwp.c): a reference, so that `l` cannot finish its exit. p_lock held. */
export function lwpAddref(cpu: Cpu, l: LwpRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, mem.read(l + L_PROC) + P_LOCK), 'mutex_owned(l->l_proc->p_lock)')
  kassert(mem.read(l + L_STAT) !== LSZOMB, 'l->l_stat != LSZOMB')
  kassert(mem.read(l + L_REFCNT) !== 0, 'l->l_refcnt != 0')
  mem.write(l + L_REFCNT, mem.read(l + L_REFCNT) + 1)
}

/** lwp_delref (kern_lwp.c): gives a reference back. Takes and releases p_lock. May sleep. */
export function* lwpDelref(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p = mem.read(l + L_PROC)
  yield* mutexEnter(cpu, p + P_LOCK)
  kassert(mem.read(l + L_STAT) !== LSZOMB, 'l->l_stat != LSZOMB')
  kassert(mem.read(l + L_REFCNT) > 0, 'l->l_refcnt > 0')
  const refcnt = mem.read(l + L_REFCNT) - 1
  mem.write(l + L_REFCNT, refcnt)
  if (refcnt === 0) cvBroadcast(cpu, p + P_LWPCV)
  mutexExit(cpu, p + P_LOCK)
}

/** lwp_drainrefs (kern_lwp.c): drops the LWP's own reference and waits until all others are gone. p_lock held. */
export function* lwpDrainrefs(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p = mem.read(l + L_PROC)
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  kassert(mem.read(l + L_REFCNT) !== 0, 'l->l_refcnt != 0')
  mem.write(l + L_REFCNT, mem.read(l + L_REFCNT) - 1)
  while (mem.read(l + L_REFCNT) !== 0) yield* cvWait(cpu, p + P_LWPCV, p + P_LOCK, 'lwpref')
}

/**
 * lwp_free (kern_lwp.c): frees a dead LWP and its u-area, when it has left its CPU.
 *
 * p_lock is held on entry and released, unless `last`: it is the only LWP of a process that nobody else can reach. With
 * `recycle` the structure is left to the caller. No other lock held. May sleep.
 *
 * l_swaplock is destroyed, and the structure given up, on the strength of the LWP being off alllwp alone: this path
 * never acquires l_swaplock.
 */
export function* lwpFree(cpu: Cpu, l: LwpRef, recycle: boolean, last: boolean): Sleeps<void> {
  const { mem } = cpu
  const p = mem.read(l + L_PROC)

  kassert(l !== curlwp(cpu), 'l != curlwp')

  if (!last) {
    kassert(mutexOwned(cpu, p + P_LOCK), 'last || mutex_owned(p->p_lock)')
    listRemove(mem, l, L_SIBLING_NEXT)
    mem.write(p + P_NLWPS, mem.read(p + P_NLWPS) - 1)
    mem.write(p + P_NZLWPS, mem.read(p + P_NZLWPS) - 1)
    if ((mem.read(l + L_PRFLAG) & LPR_DETACHED) !== 0) mem.write(p + P_NDLWPS, mem.read(p + P_NDLWPS) - 1)
    // Let those in lwp_wait look for a deadlock again.
    cvBroadcast(cpu, p + P_LWPCV)
    mutexExit(cpu, p + P_LOCK)
  }

  // It may still be on its way off its CPU: wait until it has switched away.
  for (let pflag = mem.load(l + L_PFLAG); (pflag & LP_RUNNING) !== 0; pflag = mem.load(l + L_PFLAG)) {
    mem.spinWhile(l + L_PFLAG, pflag)
  }
  mem.spinWhile(mem.read(l + L_CPU) + CI_CURLWP, l)

  mutexDestroy(cpu, l + L_SWAPLOCK)

  cpuLwpFree2(cpu, l)
  kassert((mem.read(l + L_FLAG) & LW_INMEM) !== 0, '(l->l_flag & LW_INMEM) != 0')
  yield* uvmLwpExit(cpu, l)

  kassert(mem.read(l + L_INHERITEDPRIO) === -1, 'l->l_inheritedprio == -1')
  cpu.events.record(EV_FREE, l, 0)
  cpu.events.count(OPC_LWP_FREED, 1)
  if (!recycle) lwpCachePut(cpu, l)
}
