import { mutexEnter, mutexExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { SPC_LWPLOCK, SPC_MUTEX } from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { LWP_DETACHED, lwpCreate, lwpReserve } from './kern-lwp.js'
import { lwpLock, lwpUnlock, lwpUnlockTo } from './kern-lwp-lock.js'
import { schedEnqueue } from './kern-runq.js'
import { L_CPU, L_PFLAG, L_PRIORITY, L_STAT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { LP_BOUND, LSRUN, SCHED_FIFO } from './param.js'
import { P_LOCK, P_NRLWPS } from './proc.js'
import { uvmLwpHold } from './uvm-glue/hold.js'
import { uvmUareaAlloc } from './uvm-glue/uarea.js'

/** kthread_create flags: the idle LWP of a CPU, which is on no run queue. */
export const KTHREAD_IDLE = 1

/**
 * kthread_create (kern_kthread.c): a kernel thread of proc0 with priority `pri` that begins at `entry` of the thread entries.
 * With `ci` not 0 it is bound to that CPU. It is held in memory for ever. No lock held. May sleep. Panics if the table
 * of LWPs is full.
 */
export function* kthreadCreate(
  cpu: Cpu,
  pri: number,
  flags: number,
  ci: CpuInfoRef,
  entry: number,
): Sleeps<LwpRef> {
  const { mem, config } = cpu
  const { lwp0, proc0 } = config
  if (!lwpReserve(cpu, 1)) panic('kthread_create: no LWP left')
  const uaddr = yield* uvmUareaAlloc(cpu)
  const l = yield* lwpCreate(cpu, lwp0, proc0, uaddr, true, LWP_DETACHED, entry, 0, SCHED_FIFO)
  yield* uvmLwpHold(cpu, l)

  yield* mutexEnter(cpu, proc0 + P_LOCK)
  lwpLock(cpu, l)
  mem.write(l + L_PRIORITY, pri)
  if (ci !== 0) {
    if (ci !== mem.read(l + L_CPU)) {
      lwpUnlockTo(cpu, l, ci + SPC_MUTEX)
      lwpLock(cpu, l)
    }
    mem.write(l + L_PFLAG, mem.read(l + L_PFLAG) | LP_BOUND)
    mem.write(l + L_CPU, ci)
  }
  mem.write(proc0 + P_NRLWPS, mem.read(proc0 + P_NRLWPS) + 1)
  if ((flags & KTHREAD_IDLE) === 0) {
    mem.write(l + L_STAT, LSRUN)
    schedEnqueue(cpu, l, false)
    lwpUnlock(cpu, l)
  } else {
    lwpUnlockTo(cpu, l, mem.read(l + L_CPU) + SPC_LWPLOCK)
  }
  mutexExit(cpu, proc0 + P_LOCK)
  return l
}
