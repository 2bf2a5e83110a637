import { NULL, cvWait, mutexEnter, mutexExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { uvmPageout } from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { ENTRY_IDLE, ENTRY_INIT, ENTRY_PAGEDAEMON, ENTRY_SOFTCLOCK, ENTRY_SWAPPER } from './entry-numbers.js'
import { PROC_LOCK } from './globals.js'
import { softclockThread } from './kern-clock.js'
import { idleLoop } from './kern-idle.js'
import { doSysWait } from './kern-wait.js'
import { L_ENTRY } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { ECHILD } from './param.js'
import { P_CHILDREN, P_WAITCV } from './proc.js'
import { uvmScheduler } from './uvm-glue/scheduler.js'

/** Runs the entry function of the kernel thread `l`, the current LWP. Never returns. */
export function* threadEntry(cpu: Cpu, l: LwpRef): Sleeps<never> {
  const { mem } = cpu
  switch (mem.read(l + L_ENTRY)) {
    case ENTRY_IDLE:
      return yield* idleLoop(cpu)
    case ENTRY_SWAPPER:
      return yield* uvmScheduler(cpu)
    case ENTRY_PAGEDAEMON:
      return yield* uvmPageout(cpu)
    case ENTRY_SOFTCLOCK:
      return yield* softclockThread(cpu)
    case ENTRY_INIT:
      return yield* initMain(cpu, l)
    default:
      return panic(`lwp ${l} has no entry function`)
  }
}

/**
 * init(8), the reaper of orphans: collects whatever exits and has no other parent. Its LWP is no system LWP: it is
 * swapped out like any other, and an orphan's exit gets it swapped in. Takes proc_lock; sleeps. Never returns.
 */
function* initMain(cpu: Cpu, l: LwpRef): Sleeps<never> {
  const { mem, config } = cpu
  const { initproc } = config
  for (;;) {
    const pid = yield* doSysWait(cpu, l, 0)
    if (pid !== -ECHILD) continue
    yield* mutexEnter(cpu, PROC_LOCK)
    while (mem.read(initproc + P_CHILDREN) === NULL)
      yield* cvWait(cpu, initproc + P_WAITCV, PROC_LOCK, 'initidle')
    mutexExit(cpu, PROC_LOCK)
  }
}
