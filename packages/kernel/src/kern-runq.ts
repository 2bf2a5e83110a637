import { kassert } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import {
  CI_IDLELWP,
  CI_ONPROC,
  SPC_BITMAP,
  SPC_COUNT,
  SPC_CURPRIORITY,
  SPC_MAXPRIORITY,
  SPC_MCOUNT,
  SPC_MIGRATING,
  SPC_MUTEX,
  SPC_QUEUES,
} from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { EV_ENQUEUE } from './events.js'
import { lwpLocked } from './kern-lwp-lock.js'
import { lwpEprio } from './kern-lwp-pri.js'
import { tailqEmpty, tailqFirst, tailqInsertTail, tailqRemove } from './list.js'
import { L_CPU, L_KCPU, L_MUTEX, L_PFLAG, L_RUNQ_NEXT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { LP_BOUND, PRI_COUNT } from './param.js'
import { RESCHED_IMMED, RESCHED_KPREEMPT, cpuNeedResched } from './resched.js'
import { schedCatchAny } from './sched-migrate.js'

/**
 * Run queues (kern_runq.c): each CPU has a queue for each of the 224 priorities, and a bitmap of those in use.
 *
 *   SPC_BITMAP   word p >> 5, bit 31 - (p & 31): set if the queue of priority p is not empty
 *   SPC_QUEUES   2 words a priority: first and last LWP
 *   SPC_COUNT    LWPs queued; SPC_MCOUNT those of them that another CPU may take
 *
 * An LWP is on a run queue exactly when it is LSRUN and LW_INMEM (but for the moment in uvm_swapin and uvm_swapout
 * when its lock is held). There is no check for one that is already queued.
 */
const BITMAP_MSB = 0x8000_0000 | 0

/** sched_getrq: the queue of priority `pri`. */
export function schedGetrq(ci: CpuInfoRef, pri: number): Addr {
  kassert(pri >= 0 && pri < PRI_COUNT, 'prio < PRI_COUNT')
  return ci + SPC_QUEUES + pri * 2
}

/** Whether the LWP may be moved to another CPU: it is not bound, and has no kernel coroutine (L_KCPU). LWP locked. */
export function schedMigratable(cpu: Cpu, lwp: LwpRef): boolean {
  const { mem } = cpu
  return (mem.read(lwp + L_PFLAG) & LP_BOUND) === 0 && mem.read(lwp + L_KCPU) === 0
}

/**
 * sched_enqueue: appends `lwp` to the queue of its effective priority on its CPU, and has that CPU look if `lwp`
 * outranks what runs there. `swtch`: it is giving up the CPU. LWP locked by spc_mutex of l_cpu.
 */
export function schedEnqueue(cpu: Cpu, lwp: LwpRef, swtch: boolean): void {
  const { mem } = cpu
  const eprio = lwpEprio(cpu, lwp)
  const ci = mem.read(lwp + L_CPU)

  kassert(
    lwpLocked(cpu, lwp, ci + SPC_MUTEX),
    'lwp_locked(l, l->l_cpu->ci_schedstate.spc_mutex)',
    lwp + L_MUTEX,
  )

  const queue = schedGetrq(ci, eprio)
  if (tailqEmpty(mem, queue)) {
    const word = ci + SPC_BITMAP + (eprio >> 5)
    const bit = BITMAP_MSB >>> (eprio & 31)
    kassert((mem.read(word) & bit) === 0, '(ci_rq->r_bitmap[i] & q) == 0')
    mem.write(word, mem.read(word) | bit)
  }
  tailqInsertTail(mem, queue, lwp, L_RUNQ_NEXT)
  mem.write(ci + SPC_COUNT, mem.read(ci + SPC_COUNT) + 1)
  if (schedMigratable(cpu, lwp)) mem.write(ci + SPC_MCOUNT, mem.read(ci + SPC_MCOUNT) + 1)

  if (eprio > mem.read(ci + SPC_MAXPRIORITY)) mem.write(ci + SPC_MAXPRIORITY, eprio)
  cpu.events.record(EV_ENQUEUE, lwp, eprio)

  // Wake the CPU, or preempt what runs there. An idle CPU is woken even by priority 0: it does not tick in its sleep.
  const onproc = mem.read(ci + CI_ONPROC)
  const idle = onproc === 0 || onproc === mem.read(ci + CI_IDLELWP)
  if (!swtch && (eprio > mem.read(ci + SPC_CURPRIORITY) || idle)) {
    const preempt = cpu.config.kpreempt && eprio >= cpu.config.kpreemptPri
    cpuNeedResched(cpu, ci, preempt ? RESCHED_KPREEMPT : RESCHED_IMMED)
  }
}

/** sched_dequeue: takes `lwp` off the run queue it is on. LWP locked by spc_mutex of l_cpu. */
export function schedDequeue(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const eprio = lwpEprio(cpu, lwp)
  const ci = mem.read(lwp + L_CPU)

  kassert(lwpLocked(cpu, lwp, ci + SPC_MUTEX), 'lwp_locked(l, spc->spc_mutex)', lwp + L_MUTEX)
  kassert(eprio <= mem.read(ci + SPC_MAXPRIORITY), 'eprio <= spc->spc_maxpriority')
  kassert(mem.read(ci + SPC_BITMAP + (eprio >> 5)) !== 0, 'ci_rq->r_bitmap[eprio >> BITMAP_SHIFT] != 0')
  kassert(mem.read(ci + SPC_COUNT) > 0, 'ci_rq->r_count > 0')

  if (mem.read(ci + SPC_MIGRATING) === lwp) mem.write(ci + SPC_MIGRATING, 0)

  mem.write(ci + SPC_COUNT, mem.read(ci + SPC_COUNT) - 1)
  if (schedMigratable(cpu, lwp)) mem.write(ci + SPC_MCOUNT, mem.read(ci + SPC_MCOUNT) - 1)

  const queue = schedGetrq(ci, eprio)
  tailqRemove(mem, queue, lwp, L_RUNQ_NEXT)
  if (!tailqEmpty(mem, queue)) return

  const word = ci + SPC_BITMAP + (eprio >> 5)
  const bit = BITMAP_MSB >>> (eprio & 31)
  kassert((mem.read(word) & bit) !== 0, '(ci_rq->r_bitmap[i] & q) != 0')
  mem.write(word, mem.read(word) & ~bit)
  if (eprio === mem.read(ci + SPC_MAXPRIORITY)) {
    mem.write(ci + SPC_MAXPRIORITY, Math.max(schedHighest(cpu, ci, eprio), 0))
  }
}

/** The highest priority at or below `from` with an LWP queued on `ci`, or -1. spc_mutex held. */
export function schedHighest(cpu: Cpu, ci: CpuInfoRef, from: number): number {
  const { mem } = cpu
  for (let i = from >> 5; i >= 0; i--) {
    let bits = mem.read(ci + SPC_BITMAP + i)
    if (i === from >> 5) bits &= ~(0x7fff_ffff >>> (from & 31))
    if (bits !== 0) return (i << 5) + Math.clz32(bits & -bits)
  }
  return -1
}

/** sched_nextlwp: the LWP that should run on this CPU next, still queued, or 0 for the idle LWP. Own spc_mutex held. */
export function schedNextlwp(cpu: Cpu): LwpRef {
  const { mem, ci } = cpu
  // To the idle LWP if there is one to migrate: it does that.
  if (mem.read(ci + SPC_MIGRATING) !== 0) return 0
  if (mem.read(ci + SPC_COUNT) === 0) return schedCatchAny(cpu)

  const lwp = tailqFirst(mem, schedGetrq(ci, mem.read(ci + SPC_MAXPRIORITY)))
  kassert(lwp !== 0, 'l != NULL')
  return lwp
}

/** sched_curcpu_runnable_p: whether something is queued on this CPU, so that its idle loop should end. Unlocked. */
export function schedCurcpuRunnableP(cpu: Cpu): boolean {
  const { mem } = cpu
  return mem.load(cpu.ci + SPC_COUNT) !== 0
}

export { schedSetrunnable } from './sched-4bsd.js'
export { schedIdle, schedTakecpu } from './sched-migrate.js'
