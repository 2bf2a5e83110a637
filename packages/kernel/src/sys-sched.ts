import { kassert, mutexEnter, mutexExit, mutexOwned } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { lwpChangepri } from './kern-lwp-pri.js'
import { schedNice } from './sched-4bsd.js'
import { L_CLASS, L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { EINVAL, MAXPRI_USER, PRI_KERNEL_RT, PRI_USER, PRI_USER_RT, SCHED_OTHER, SCHED_RR } from './param.js'
import { P_LOCK } from './proc.js'
import type { ProcRef } from './proc.js'

/**
 * do_sched_setparam (sys_sched.c): sets class and priority of LWP `t`. p_lock of its process held, and so it stays.
 * Never sleeps. Returns 0, or EINVAL if `sclass` is none or `pri` is not of it (0-63, or 128-191).
 */
export function sysSchedSetparam(cpu: Cpu, t: LwpRef, sclass: number, pri: number): number {
  const { mem } = cpu
  kassert(mutexOwned(cpu, mem.read(t + L_PROC) + P_LOCK), 'mutex_owned(p->p_lock)')
  if (sclass < SCHED_OTHER || sclass > SCHED_RR) return EINVAL
  if (sclass === SCHED_OTHER && (pri < PRI_USER || pri > MAXPRI_USER)) return EINVAL
  if (sclass !== SCHED_OTHER && (pri < PRI_USER_RT || pri >= PRI_KERNEL_RT)) return EINVAL
  lwpLock(cpu, t)
  mem.write(t + L_CLASS, sclass)
  lwpChangepri(cpu, t, pri)
  lwpUnlock(cpu, t)
  return 0
}

/** donice (kern_resource.c): sets p_nice of `p`, kept within 0 to 39. Takes and releases p_lock. May sleep. */
export function* donice(cpu: Cpu, p: ProcRef, nice: number): Sleeps<void> {
  yield* mutexEnter(cpu, p + P_LOCK)
  schedNice(cpu, p, Math.min(Math.max(nice, 0), 39))
  mutexExit(cpu, p + P_LOCK)
}
