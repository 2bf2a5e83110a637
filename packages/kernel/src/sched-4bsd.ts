import { kassert, mutexOwned } from '@holdfast/atomics-sync'
import { CI_IDLELWP, SPC_CURPRIORITY, SPC_TICKS, curlwp } from './cpu.js'
import type { Cpu } from './cpu.js'
import { AVERUNNABLE } from './globals.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { lwpChangepri } from './kern-lwp-pri.js'
import {
  L_CLASS,
  L_CPTICKS,
  L_ESTCPU,
  L_KPRIORITY,
  L_PRIORITY,
  L_PROC,
  L_SIBLING_NEXT,
  L_SLPTIME,
} from './lwp.js'
import type { LwpRef } from './lwp.js'
import { PRI_KERNEL, SCHED_FIFO, SCHED_OTHER } from './param.js'
import { P_LOCK, P_LWPS, P_NICE } from './proc.js'
import type { ProcRef } from './proc.js'
import { RESCHED_LAZY, cpuNeedResched } from './resched.js'
import { FSCALE } from './uvm-meter.js'

/**
 * The policy for SCHED_OTHER, after sched_4bsd.c: who used the CPU loses priority, and gains it back with time.
 *
 *   priority = 63 - l_estcpu / 2048 - nice       l_estcpu += 2048 every 4 ticks on the CPU, at most 20 * 2048
 *                                                l_estcpu *= load / (load + 1) every second, load = 2 * load average
 *
 * The lowest SCHED_OTHER priority is 1, since 0 is that of the idle LWP.
 */
const ESTCPU_SHIFT = 11
const ESTCPU_MAX = 20 << ESTCPU_SHIFT
/** Clock ticks between two charges of schedclock. */
const SCHEDCLOCK_TICKS = 4

/** resetpriority: computes the priority of `lwp` anew. LWP locked. */
function resetpriority(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  if (mem.read(lwp + L_CLASS) !== SCHED_OTHER) return
  const used = mem.read(lwp + L_ESTCPU) >> ESTCPU_SHIFT
  const pri = Math.max(PRI_KERNEL - 1 - used - mem.read(mem.read(lwp + L_PROC) + P_NICE), 1)
  if (pri !== mem.read(lwp + L_PRIORITY)) lwpChangepri(cpu, lwp, pri)
}

/** decay_cpu: one second's decay of `estcpu`. */
function decayCpu(cpu: Cpu, estcpu: number): number {
  const { mem } = cpu
  const load = 2 * mem.read(AVERUNNABLE)
  return Math.floor((estcpu * load) / (load + FSCALE))
}

/** sched_nice: sets p_nice of `p` (0 to 39; 20 is neutral), and the priorities of its LWPs. p_lock held. */
export function schedNice(cpu: Cpu, p: ProcRef, nice: number): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, p + P_LOCK), 'mutex_owned(p->p_lock)')
  mem.write(p + P_NICE, nice)
  for (let lwp = mem.read(p + P_LWPS); lwp !== 0; lwp = mem.read(lwp + L_SIBLING_NEXT)) {
    lwpLock(cpu, lwp)
    resetpriority(cpu, lwp)
    lwpUnlock(cpu, lwp)
  }
}

/** sched_pstats_hook: once a second. LWP locked. */
export function schedPstatsHook(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  // While it sleeps, sched_setrunnable makes up for it.
  if (mem.read(lwp + L_SLPTIME) > 1) return
  mem.write(lwp + L_ESTCPU, decayCpu(cpu, mem.read(lwp + L_ESTCPU)))
  resetpriority(cpu, lwp)
}

/** sched_setrunnable: makes up for the decays it slept through, before its l_slptime is cleared. LWP locked. */
export function schedSetrunnable(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const slept = mem.read(lwp + L_SLPTIME)
  if (slept <= 1) return
  let estcpu = mem.read(lwp + L_ESTCPU)
  for (let second = 1; second < slept && estcpu > 0; second++) estcpu = decayCpu(cpu, estcpu)
  mem.write(lwp + L_ESTCPU, estcpu)
}

/** schedclock: charges the current LWP for its use of the CPU. Clock interrupt, no lock held; takes the LWP's. */
export function schedclock(cpu: Cpu): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  if (lwp === mem.read(cpu.ci + CI_IDLELWP)) return
  const cpticks = mem.add(lwp + L_CPTICKS, 1) + 1
  if (cpticks % SCHEDCLOCK_TICKS !== 0 || mem.read(lwp + L_CLASS) !== SCHED_OTHER) return
  lwpLock(cpu, lwp)
  mem.write(lwp + L_ESTCPU, Math.min(mem.read(lwp + L_ESTCPU) + (1 << ESTCPU_SHIFT), ESTCPU_MAX))
  resetpriority(cpu, lwp)
  lwpUnlock(cpu, lwp)
}

/** sched_tick: the time slice is over. FIFO runs on; the others make room for their equals. Clock interrupt. */
export function schedTick(cpu: Cpu): void {
  const { mem, ci, config } = cpu
  const lwp = curlwp(cpu)
  mem.write(ci + SPC_TICKS, config.rrticks)
  if (lwp === mem.read(ci + CI_IDLELWP) || mem.read(lwp + L_CLASS) === SCHED_FIFO) return
  cpuNeedResched(cpu, ci, RESCHED_LAZY)
}

/**
 * The scheduler's part of mi_userret (sys/userret.h): back to user mode, the LWP has its user priority again.
 * No lock held, as in C.
 */
export function schedUserret(cpu: Cpu): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  mem.write(lwp + L_KPRIORITY, 0)
  mem.write(cpu.ci + SPC_CURPRIORITY, mem.read(lwp + L_PRIORITY))
}
