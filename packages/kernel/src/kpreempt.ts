import { kassert } from '@holdfast/atomics-sync'
import { curlwp } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_KPREEMPT } from './events.js'
import { lwpLock } from './kern-lwp-lock.js'
import { L_DOPREEMPT, L_FLAG, L_NOPREEMPT, L_STAT } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import { LSONPROC, LW_IDLE } from './param.js'

/**
 * Kernel preemption (kern_synch.c): a real-time LWP takes the CPU from one that is in the kernel.
 *
 * The request is `l_dopreempt` of the LWP that runs, set by whoever queued the real-time LWP. `cpu.preemptWanted` is
 * the CPU's copy: set by IPI_KPREEMPT, and tested wherever the kernel could sleep. The LWP that gives way stays LSRUN
 * on this CPU's run queue with its kernel coroutine, and perhaps with adaptive mutexes.
 */

/**
 * kpreempt: gives the CPU away if that was asked for and is allowed; else it is done when it becomes allowed, at the
 * next point where the kernel could sleep. No spin mutex held.
 */
export function* kpreempt(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  while (mem.load(lwp + L_DOPREEMPT) !== 0) {
    // About to block, or die: let it. The idle LWP looks at the run queue by itself.
    if (mem.read(lwp + L_STAT) !== LSONPROC || (mem.read(lwp + L_FLAG) & LW_IDLE) !== 0) {
      mem.and(lwp + L_DOPREEMPT, 0)
      break
    }
    // Preemption is disabled: the request stands, and so does preemptWanted.
    if (mem.read(lwp + L_NOPREEMPT) !== 0 || cpu.spinDepth !== 0) return
    cpu.events.record(EV_KPREEMPT, lwp, 0)
    lwpLock(cpu, lwp)
    yield* miSwitch(cpu, lwp)
  }
  cpu.preemptWanted = false
}

/** KPREEMPT_DISABLE (sys/lwp.h): the current LWP may not be preempted in the kernel. Nests. */
export function kpreemptDisable(cpu: Cpu): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  mem.write(lwp + L_NOPREEMPT, mem.read(lwp + L_NOPREEMPT) + 1)
}

/** KPREEMPT_ENABLE (sys/lwp.h): undoes one {@link kpreemptDisable}. A request that came meanwhile is honoured later. */
export function kpreemptEnable(cpu: Cpu): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  const depth = mem.read(lwp + L_NOPREEMPT)
  kassert(depth > 0, 'l->l_nopreempt > 0')
  mem.write(lwp + L_NOPREEMPT, depth - 1)
  if (depth === 1 && mem.load(lwp + L_DOPREEMPT) !== 0) cpu.preemptWanted = true
}
