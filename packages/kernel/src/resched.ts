import { CI_IDLELWP, CI_ONPROC, CI_WANT_RESCHED, SPC_CURPRIORITY } from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { lwpEprio } from './kern-lwp-pri.js'
import { L_CPU, L_DOPREEMPT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { IPI_KPREEMPT, IPI_RESCHED } from './param.js'

/** At the next return to user mode; the CPU finds out by itself. */
export const RESCHED_LAZY = 0
/** At the next return to user mode; interrupt the CPU, so that there is one. */
export const RESCHED_IMMED = 2
/** In the kernel, where it may be preempted. */
export const RESCHED_KPREEMPT = 4

/**
 * cpu_need_resched (x86 cpu.c): has `ci`'s CPU choose again what it runs. Its spc_mutex or spc_lwplock is held by
 * convention. `flags` is a RESCHED_* value. Never sleeps.
 */
export function cpuNeedResched(cpu: Cpu, ci: CpuInfoRef, flags: number): void {
  const { mem } = cpu
  const lwp = mem.read(ci + CI_ONPROC)
  mem.store(ci + CI_WANT_RESCHED, 1)

  // Idle, or not started yet: then its idle loop will look at the queue.
  if (lwp === 0 || lwp === mem.read(ci + CI_IDLELWP)) {
    if (ci !== cpu.ci) cpu.machdep.ipi(cpu, ci, IPI_RESCHED)
    return
  }
  if (flags === RESCHED_KPREEMPT) {
    mem.or(lwp + L_DOPREEMPT, 1)
    if (ci === cpu.ci) cpu.preemptWanted = true
    else cpu.machdep.ipi(cpu, ci, IPI_KPREEMPT)
  } else if (ci !== cpu.ci && flags === RESCHED_IMMED) cpu.machdep.ipi(cpu, ci, IPI_RESCHED)
}

/** resched_cpu (kern_synch.c): has the CPU of `lwp` choose again if `lwp` outranks what it runs. LWP locked. */
export function reschedCpu(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const ci = mem.read(lwp + L_CPU)
  if (lwpEprio(cpu, lwp) > mem.read(ci + SPC_CURPRIORITY)) cpuNeedResched(cpu, ci, RESCHED_LAZY)
}
