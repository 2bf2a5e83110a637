import {
  NULL,
  type Sleeps,
  kassert,
  kdassert,
  mutexEnter,
  mutexExit,
  mutexOwned,
  mutexTryEnter,
  MUTEX_SYNCOBJ,
  RW_SYNCOBJ,
} from '@holdfast/atomics-sync'
import {
  UVMEXP_FREE,
  UVMEXP_SWAPOUTS,
  VM_MAP,
  atop,
  pmapCollect,
  roundPage,
  vmMapLockTry,
  vmMapPmap,
  vmMapUnlock,
} from '@holdfast/mm'
import type { Cpu } from '../cpu.js'
import { EV_SWAPOUT } from '../events.js'
import { ALLLWP, ENABLESWAP, PROC_LOCK, SWAPDEBUG } from '../globals.js'
import { lwpLock, lwpUnlock } from '../kern-lwp-lock.js'
import { schedDequeue } from '../kern-runq.js'
import {
  L_ADDR,
  L_CLASS,
  L_CPU,
  L_FLAG,
  L_HOLDCNT,
  L_LID,
  L_LIST_NEXT,
  L_PFLAG,
  L_PROC,
  L_RU_NSWAP,
  L_SLPTIME,
  L_STAT,
  L_SWAPLOCK,
  L_SWTIME,
  L_SYNCOBJ,
  type LwpRef,
} from '../lwp.js'
import { cpuSwapout } from '../machdep.js'
import {
  LP_RUNNING,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LW_INMEM,
  LW_SYSTEM,
  LW_WEXIT,
  SACTIVE,
  SCHED_OTHER,
  SSTOP,
} from '../param.js'
import { P_PID, P_STAT, P_VMSPACE } from '../proc.js'
import { SDB_SWAPOUT } from './debug.js'
import { uareaSwapout, uspace } from './uarea.js'

/**
 * swappable (uvm_glue.c): may `l` be swapped out?
 *
 * A hint under l_swaplock alone; decisive under lwp_lock as well. Takes nothing, never sleeps.
 */
export function swappable(cpu: Cpu, l: LwpRef): boolean {
  const { mem } = cpu

  if ((mem.read(l + L_FLAG) & (LW_INMEM | LW_SYSTEM | LW_WEXIT)) !== LW_INMEM) return false
  if ((mem.read(l + L_PFLAG) & LP_RUNNING) !== 0) return false
  if (mem.read(l + L_HOLDCNT) !== 0) return false
  if (mem.read(l + L_CLASS) !== SCHED_OTHER) return false
  if (mem.read(l + L_SYNCOBJ) === RW_SYNCOBJ || mem.read(l + L_SYNCOBJ) === MUTEX_SYNCOBJ) return false
  if (
    mem.read(mem.read(l + L_PROC) + P_STAT) !== SACTIVE &&
    mem.read(mem.read(l + L_PROC) + P_STAT) !== SSTOP
  ) {
    return false
  }
  return true
}

/**
 * uvm_swapout_threads (uvm_glue.c): swaps out every LWP that slept or was stopped for maxslp seconds or more; if there
 * is none and memory is very low, the longest sleeper or else the longest resident runnable one.
 *
 * Called by the pagedaemon with nothing held. Takes proc_lock, each l_swaplock by try under it. May sleep.
 */
export function* uvmSwapoutThreads(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  let didswap = 0

  if (cpu.config.debug && mem.read(ENABLESWAP) === 0) return

  // outl/outpri: stopped or sleeping LWP with the largest sleep time below maxslp
  // outl2/outpri2: the longest resident LWP (its swap time)
  let outl: LwpRef = NULL
  let outl2: LwpRef = NULL
  let outpri = 0
  let outpri2 = 0

  restart: for (;;) {
    yield* mutexEnter(cpu, PROC_LOCK)
    for (let l = mem.read(ALLLWP); l !== NULL; l = mem.read(l + L_LIST_NEXT)) {
      kassert(mem.read(l + L_PROC) !== NULL, 'l->l_proc != NULL')
      if (!mutexTryEnter(cpu, l + L_SWAPLOCK)) continue
      if (!swappable(cpu, l)) {
        mutexExit(cpu, l + L_SWAPLOCK)
        continue
      }
      switch (mem.read(l + L_STAT)) {
        case LSONPROC:
          break

        case LSRUN:
          if (mem.read(l + L_SWTIME) > outpri2) {
            outl2 = l
            outpri2 = mem.read(l + L_SWTIME)
          }
          break

        case LSSLEEP:
        case LSSTOP:
          if (mem.read(l + L_SLPTIME) >= cpu.config.maxslp) {
            mutexExit(cpu, PROC_LOCK)
            yield* uvmSwapout(cpu, l)
            // Locking in the wrong direction: try to prevent the LWP from exiting.
            const gotit = mutexTryEnter(cpu, PROC_LOCK)
            mutexExit(cpu, l + L_SWAPLOCK)
            didswap++
            if (!gotit) continue restart
            continue
          } else if (mem.read(l + L_SLPTIME) > outpri) {
            outl = l
            outpri = mem.read(l + L_SLPTIME)
          }
          break
      }
      mutexExit(cpu, l + L_SWAPLOCK)
    }
    break
  }

  // No real duds: toss out the next most likely candidate, but only when really low, since it gains only USPACE.
  if (didswap === 0 && mem.read(UVMEXP_FREE) <= atop(roundPage(uspace(cpu)))) {
    const l = outl === NULL ? outl2 : outl
    if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_SWAPOUT) !== 0) {
      cpu.events.print(`uvm_swapout_threads: no duds, try procp ${l}`)
    }
    if (l !== NULL) {
      yield* mutexEnter(cpu, l + L_SWAPLOCK)
      mutexExit(cpu, PROC_LOCK)
      if (swappable(cpu, l)) yield* uvmSwapout(cpu, l)
      mutexExit(cpu, l + L_SWAPLOCK)
      return
    }
  }

  mutexExit(cpu, PROC_LOCK)
}

/**
 * uvm_swapout (uvm_glue.c): swaps out `l`, which means: unwires its u-area and collects its pmap.
 *
 * l_swaplock held throughout; takes and releases lwp_lock. May sleep. Does nothing if `l` is no longer swappable.
 */
export function* uvmSwapout(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu

  kassert(mutexOwned(cpu, l + L_SWAPLOCK), 'mutex_owned(&l->l_swaplock)', l + L_SWAPLOCK)

  if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_SWAPOUT) !== 0) {
    cpu.events.print(
      `uvm_swapout: lid ${mem.read(mem.read(l + L_PROC) + P_PID)}.${mem.read(l + L_LID)}@${mem.read(l + L_ADDR)}, stat ${mem.read(l + L_STAT)} pri ${mem.read(l + L_SLPTIME)} free ${mem.read(UVMEXP_FREE)}`,
    )
  }

  // Mark it as (potentially) swapped out.
  lwpLock(cpu, l)
  if (!swappable(cpu, l)) {
    if (cpu.config.kdassert) kdassert(mem.read(l + L_CPU) !== cpu.ci, 'l->l_cpu != curcpu()', l + L_CPU)
    lwpUnlock(cpu, l)
    return
  }
  mem.write(l + L_FLAG, mem.read(l + L_FLAG) & ~LW_INMEM)
  mem.write(l + L_SWTIME, 0)
  if (mem.read(l + L_STAT) === LSRUN) schedDequeue(cpu, l)
  lwpUnlock(cpu, l)
  mem.write(l + L_RU_NSWAP, mem.read(l + L_RU_NSWAP) + 1)
  mem.write(UVMEXP_SWAPOUTS, mem.read(UVMEXP_SWAPOUTS) + 1)
  cpu.events.record(EV_SWAPOUT, l, 0)

  // Machine-dependent work before the u-area goes, such as saving the floating-point state.
  cpuSwapout(cpu, l)

  // Unwire the user struct and kernel stack of the LWP.
  yield* uareaSwapout(cpu, mem.read(l + L_ADDR))
  const map = mem.read(mem.read(l + L_PROC) + P_VMSPACE) + VM_MAP
  if (vmMapLockTry(cpu, map)) {
    pmapCollect(cpu, vmMapPmap(cpu, map))
    vmMapUnlock(cpu, map)
  }
}
