import { kassert } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { lwpLocked } from './kern-lwp-lock.js'
import { L_INHERITEDPRIO, L_KPRIBASE, L_KPRIORITY, L_PRIORITY, L_SYNCOBJ } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { PRI_KERNEL } from './param.js'
import { syncobjOps } from './syncobj.js'

/**
 * lwp_eprio (sys/lwp.h): the effective priority. A user priority is lifted above PRI_KERNEL while the LWP sleeps, or
 * runs on after a sleep, in the kernel (l_kpriority); an inherited priority counts if it is higher.
 */
export function lwpEprio(cpu: Cpu, lwp: LwpRef): number {
  const { mem } = cpu
  let pri = mem.read(lwp + L_PRIORITY)
  if (mem.read(lwp + L_KPRIORITY) !== 0 && pri < PRI_KERNEL) pri = (pri >> 1) + mem.read(lwp + L_KPRIBASE)
  return Math.max(mem.read(lwp + L_INHERITEDPRIO), pri)
}

/** lwp_changepri (sys/lwp.h): sets l_priority, and the LWP's place in the queue it is on. LWP locked, and stays so. */
export function lwpChangepri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'mutex_owned(l->l_mutex)')
  if (mem.read(lwp + L_PRIORITY) === pri) return
  syncobjOps(mem.read(lwp + L_SYNCOBJ)).changepri(cpu, lwp, pri)
}

/** lwp_lendpri (sys/lwp.h): sets l_inheritedprio (-1: nothing inherited). LWP locked, and stays so. */
export function lwpLendpri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'mutex_owned(l->l_mutex)')
  if (mem.read(lwp + L_INHERITEDPRIO) === pri) return
  syncobjOps(mem.read(lwp + L_SYNCOBJ)).lendpri(cpu, lwp, pri)
}

/**
 * lwp_unsleep (sys/lwp.h): wakes `lwp` out of turn. LWP locked on entry; `cleanup` releases the lock, and kicks the
 * swapper when wanted. Returns 1 if `lwp` needs swap-in. Panics if it waits for a mutex or rwlock, or not at all.
 */
export function lwpUnsleep(cpu: Cpu, lwp: LwpRef, cleanup: boolean): number {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'mutex_owned(l->l_mutex)')
  return syncobjOps(mem.read(lwp + L_SYNCOBJ)).unsleep(cpu, lwp, cleanup)
}
