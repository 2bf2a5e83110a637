import {
  NULL,
  type Sleeps,
  cvSignal,
  cvWait,
  mutexEnter,
  mutexExit,
  mutexSpinEnter,
} from '@holdfast/atomics-sync'
import { UVMEXP_FREE, atop, uvmWait } from '@holdfast/mm'
import { type Cpu, curlwp } from '../cpu.js'
import {
  ALLLWP,
  ENABLESWAP,
  PROC_LOCK,
  SWAPDEBUG,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
  UVM_SCHEDULER_MUTEX,
  UVM_SWAP_RUNNING,
} from '../globals.js'
import { lwpLock, lwpUnlock } from '../kern-lwp-lock.js'
import {
  L_ADDR,
  L_CLASS,
  L_FLAG,
  L_LIST_NEXT,
  L_PRIORITY,
  L_PROC,
  L_SLPTIME,
  L_STAT,
  L_SWAPLOCK,
  L_SWTIME,
  type LwpRef,
} from '../lwp.js'
import { INT_MIN, LSRUN, LW_INMEM, NZERO, PRI_VM, SCHED_FIFO } from '../param.js'
import { P_NICE, P_PID } from '../proc.js'
import { SDB_FOLLOW, SDB_SWAPIN } from './debug.js'
import { uspace } from './uarea.js'
import { uvmSwapin } from './swapin.js'

/**
 * uvm_kick_scheduler (uvm_glue.c): gets the swapper going if it is asleep. Called when a swapped-out LWP was woken.
 *
 * Takes and releases uvm_scheduler_mutex (spin), so no sleep-queue lock may be held. Never sleeps.
 */
export function uvmKickScheduler(cpu: Cpu): void {
  const { mem } = cpu

  if (mem.read(UVM_SWAP_RUNNING) === 0) return

  mutexSpinEnter(cpu, UVM_SCHEDULER_MUTEX)
  mem.write(UVM_SCHEDULER_KICKED, 1)
  cvSignal(cpu, UVM_SCHEDULER_CV)
  mutexExit(cpu, UVM_SCHEDULER_MUTEX)
}

/**
 * uvm_scheduler (uvm_glue.c): main loop of process zero, the swapper. Brings in every swapped-out, runnable LWP in
 * the order of priority; if memory is short, wakes the pagedaemon and waits.
 *
 * Takes proc_lock, then l_swaplock under it. Never returns.
 */
export function* uvmScheduler(cpu: Cpu): Sleeps<never> {
  const { mem } = cpu

  let l = curlwp(cpu)
  lwpLock(cpu, l)
  mem.write(l + L_PRIORITY, PRI_VM)
  mem.write(l + L_CLASS, SCHED_FIFO)
  lwpUnlock(cpu, l)

  for (;;) {
    if (cpu.config.debug) {
      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)
      while (mem.read(ENABLESWAP) === 0)
        yield* cvWait(cpu, UVM_SCHEDULER_CV, UVM_SCHEDULER_MUTEX, 'schedwait')
      mutexExit(cpu, UVM_SCHEDULER_MUTEX)
    }
    let ll: LwpRef = NULL // LWP to choose
    let ppri = INT_MIN // its priority

    yield* mutexEnter(cpu, PROC_LOCK)
    for (l = mem.read(ALLLWP); l !== NULL; l = mem.read(l + L_LIST_NEXT)) {
      // is it a runnable swapped out LWP?
      if (mem.read(l + L_STAT) === LSRUN && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {
        const pri =
          mem.read(l + L_SWTIME) +
          mem.read(l + L_SLPTIME) -
          (mem.read(mem.read(l + L_PROC) + P_NICE) - NZERO) * 8
        if (pri > ppri) {
          ll = l
          ppri = pri
        }
      }
    }
    if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_FOLLOW) !== 0) {
      cpu.events.print(`uvm_scheduler: running, procp ${ll} pri ${ppri}`)
    }

    // Nothing to do, back to sleep.
    l = ll
    if (l === NULL) {
      mutexExit(cpu, PROC_LOCK)
      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)
      if (mem.read(UVM_SCHEDULER_KICKED) === 0) {
        yield* cvWait(cpu, UVM_SCHEDULER_CV, UVM_SCHEDULER_MUTEX, 'uvm_sched')
      }
      mem.write(UVM_SCHEDULER_KICKED, 0)
      mutexExit(cpu, UVM_SCHEDULER_MUTEX)
      continue
    }

    // The C says of this test that the swapper may deadlock on memory in spite of it.
    if (mem.read(UVMEXP_FREE) > atop(uspace(cpu))) {
      if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_SWAPIN) !== 0) {
        cpu.events.print(
          `swapin: pid ${mem.read(mem.read(l + L_PROC) + P_PID)}@${mem.read(l + L_ADDR)}, pri ${ppri} free ${mem.read(UVMEXP_FREE)}`,
        )
      }
      yield* mutexEnter(cpu, l + L_SWAPLOCK)
      mutexExit(cpu, PROC_LOCK)
      yield* uvmSwapin(cpu, l)
      mutexExit(cpu, l + L_SWAPLOCK)
    } else {
      // Not enough memory: jab the pagedaemon and wait till the coast is clear.
      mutexExit(cpu, PROC_LOCK)
      if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_FOLLOW) !== 0) {
        cpu.events.print(
          `uvm_scheduler: no room for pid ${mem.read(mem.read(l + L_PROC) + P_PID)}, free ${mem.read(UVMEXP_FREE)}`,
        )
      }
      yield* uvmWait(cpu, 'schedpwait')
      if (cpu.config.debug && (mem.read(SWAPDEBUG) & SDB_FOLLOW) !== 0) {
        cpu.events.print(`uvm_scheduler: room again, free ${mem.read(UVMEXP_FREE)}`)
      }
    }
  }
}
