import {
  NULL,
  cvInit,
  kassert,
  mutexDestroy,
  mutexInit,
  mutexOwned,
  mutexSpinEnter,
  mutexSpinExit,
  rwDestroy,
  rwInit,
} from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { FREEPROC, LWP_CACHE_LOCK, NEXT_PID, NPROCS, PROC_LOCK } from './globals.js'
import { listInsertHead, listRemove } from './list.js'
import { SDEAD, SIDL, SSTOP, SZOMB } from './param.js'
import {
  PROC_WORDS,
  P_CHILDREN,
  P_GENERATION,
  P_LOCK,
  P_LWPCV,
  P_NEXT_FREE,
  P_NSTOPCHILD,
  P_PID,
  P_PPTR,
  P_REFLOCK,
  P_SCENARIO,
  P_SIBLING_NEXT,
  P_STAT,
  P_WAITED,
  P_WAITCV,
} from './proc.js'
import type { ProcRef } from './proc.js'

/**
 * Processes: their structures and their family tree (kern_proc.c).
 *
 *     allproc    processes that live (p_list), PROC_LOCK
 *     zombproc   dead ones on their way to be collected (p_list), PROC_LOCK
 *     children   of each process (p_sibling), PROC_LOCK
 */

/** No scenario made this process: it was forked. */
const NOT_OF_SCENARIO = -1

/**
 * proc_alloc (kern_proc.c): a zeroed structure with a process id, in SIDL, on no list. Returns 0 if the table is full.
 * Takes and releases a spin lock; never sleeps.
 */
export function procAlloc(cpu: Cpu): ProcRef {
  const { mem } = cpu
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  const p = mem.read(FREEPROC)
  if (p === NULL) {
    mutexSpinExit(cpu, LWP_CACHE_LOCK)
    return NULL
  }
  mem.write(FREEPROC, mem.read(p + P_NEXT_FREE))
  mem.write(NPROCS, mem.read(NPROCS) + 1)
  const pid = mem.read(NEXT_PID)
  mem.write(NEXT_PID, pid === 0x7fff_ffff ? 2 : pid + 1)
  mutexSpinExit(cpu, LWP_CACHE_LOCK)

  const generation = mem.read(p + P_GENERATION)
  mem.fill(p, PROC_WORDS, 0)
  mem.write(p + P_GENERATION, (generation + 1) | 0)
  mem.write(p + P_PID, pid)
  mem.write(p + P_STAT, SIDL)
  mem.write(p + P_SCENARIO, NOT_OF_SCENARIO)
  mutexInit(mem, p + P_LOCK)
  rwInit(mem, p + P_REFLOCK)
  cvInit(mem, p + P_WAITCV)
  cvInit(mem, p + P_LWPCV)
  return p
}

/** proc_free_mem (kern_proc.c): gives the structure back. It is on no list, and nobody holds its locks. Never sleeps. */
export function procFreeMem(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  mutexDestroy(cpu, p + P_LOCK)
  rwDestroy(cpu, p + P_REFLOCK)
  mem.write(p + P_STAT, 0)
  mutexSpinEnter(cpu, LWP_CACHE_LOCK)
  mem.write(p + P_NEXT_FREE, mem.read(FREEPROC))
  mem.write(FREEPROC, p)
  mem.write(NPROCS, mem.read(NPROCS) - 1)
  mutexSpinExit(cpu, LWP_CACHE_LOCK)
}

/**
 * proc_reparent (kern_exit.c): makes `parent` the parent of `child`, and moves the count of children to be waited for.
 * proc_lock held. Never sleeps.
 */
export function procReparent(cpu: Cpu, child: ProcRef, parent: ProcRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  const old = mem.read(child + P_PPTR)
  if (old === parent) return

  const stat = mem.read(child + P_STAT)
  if (stat === SZOMB || stat === SDEAD || (stat === SSTOP && mem.read(child + P_WAITED) === 0)) {
    mem.write(old + P_NSTOPCHILD, mem.read(old + P_NSTOPCHILD) - 1)
    mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) + 1)
  }
  listRemove(mem, child, P_SIBLING_NEXT)
  listInsertHead(mem, parent + P_CHILDREN, child, P_SIBLING_NEXT)
  mem.write(child + P_PPTR, parent)
}
