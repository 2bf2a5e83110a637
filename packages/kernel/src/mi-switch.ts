import { kassert, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import {
  CI_CURLWP,
  CI_IDLELWP,
  CI_NSWITCHES,
  CI_ONPROC,
  CI_WANT_RESCHED,
  SPC_CURPRIORITY,
  SPC_LWPLOCK,
  SPC_MIGRATING,
  SPC_MUTEX,
  curlwp,
} from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_SWITCH } from './events.js'
import { lwpLocked, lwpSetlock, lwpUnlock, spcLock, spcUnlock } from './kern-lwp-lock.js'
import { lwpEprio } from './kern-lwp-pri.js'
import { schedDequeue, schedEnqueue, schedNextlwp } from './kern-runq.js'
import { pmapActivateLwp, pmapDeactivateLwp } from './lwp-pmap.js'
import {
  L_CPU,
  L_CTXSWTCH,
  L_DOPREEMPT,
  L_FLAG,
  L_KCPU,
  L_MUTEX,
  L_PFLAG,
  L_RU_NVCSW,
  L_STAT,
  L_TARGET_CPU,
} from './lwp.js'
import type { LwpRef } from './lwp.js'
import { LP_RUNNING, LSIDL, LSONPROC, LSRUN, LSZOMB, LW_IDLE } from './param.js'
import { pcbLoad, pcbSave } from './pcb.js'

/**
 * The switch from one LWP to the next (kern_synch.c).
 *
 *    old LWP                                             next LWP
 *    locked, in its new state
 *    spc_mutex; to the run queue if still LSONPROC
 *    nextlwp: dequeue, LSONPROC, LP_RUNNING, spc_lwplock
 *    drop spc_mutex (or spc_lwplock)
 *    l_ctxswtch = 1; clear LP_RUNNING
 *    unlock: from here on others may find it runnable, take it for another CPU, or swap it out
 *    pmap_deactivate; spin while next.l_ctxswtch
 *    cpu_switchto: save the PCB, ci_curlwp = next ------> load the PCB
 *                                                        pmap_activate; fence; prevlwp.l_ctxswtch = 0
 *
 * Interrupts stay out all the while: the spin depth is raised before the last lock goes, and lowered by the next LWP.
 */

/** nextlwp: chooses the LWP to run next on this CPU, and makes it LSONPROC. Own spc_mutex held. */
function nextlwp(cpu: Cpu): LwpRef {
  const { mem, ci } = cpu
  let newl = schedNextlwp(cpu)
  if (newl !== 0) {
    schedDequeue(cpu, newl)
    kassert(lwpLocked(cpu, newl, ci + SPC_MUTEX), 'lwp_locked(newl, spc->spc_mutex)')
    kassert(mem.read(newl + L_CPU) === ci, 'newl->l_cpu == ci')
    mem.write(newl + L_STAT, LSONPROC)
    mem.write(newl + L_PFLAG, mem.read(newl + L_PFLAG) | LP_RUNNING)
    mem.write(newl + L_KCPU, cpu.id + 1) // it gets a coroutine here
    lwpSetlock(cpu, newl, ci + SPC_LWPLOCK)
  } else {
    newl = mem.read(ci + CI_IDLELWP)
    mem.write(newl + L_STAT, LSONPROC)
    mem.write(newl + L_PFLAG, mem.read(newl + L_PFLAG) | LP_RUNNING)
  }
  mem.store(ci + CI_WANT_RESCHED, 0)
  mem.write(ci + SPC_CURPRIORITY, lwpEprio(cpu, newl))
  mem.write(ci + CI_ONPROC, newl)
  return newl
}

/**
 * mi_switch: runs another LWP. `lwp` is the current one, in its new state and locked, and that lock is the only spin
 * mutex held (panics otherwise); unlocked on return. Returns whether another LWP ran.
 */
export function* miSwitch(cpu: Cpu, lwp: LwpRef): Sleeps<boolean> {
  const { mem, ci } = cpu

  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  kassert(lwp === curlwp(cpu), 'l == curlwp')
  kassert((mem.read(lwp + L_PFLAG) & LP_RUNNING) !== 0, '(l->l_pflag & LP_RUNNING) != 0')
  kassert(mem.read(lwp + L_CPU) === ci, 'l->l_cpu == curcpu()')
  kassert(mem.read(lwp + L_STAT) !== LSRUN, 'l->l_stat != LSRUN')
  if (cpu.spinDepth !== 1) panic('mi_switch: sleeping with a spin lock held')

  mutexSpinEnter(cpu, ci + SPC_MUTEX)

  // On the CPU still: then we yield.
  if (mem.read(lwp + L_STAT) === LSONPROC) {
    kassert(lwpLocked(cpu, lwp, ci + SPC_LWPLOCK), 'lwp_locked(l, spc->spc_lwplock)')
    if ((mem.read(lwp + L_FLAG) & LW_IDLE) === 0) {
      mem.write(lwp + L_STAT, LSRUN)
      lwpSetlock(cpu, lwp, ci + SPC_MUTEX)
      schedEnqueue(cpu, lwp, true)
      kassert(mem.read(ci + SPC_MIGRATING) === 0, 'spc->spc_migrating == NULL')
      // It wants to another CPU, and can: the idle LWP will see to it.
      if (mem.read(lwp + L_TARGET_CPU) !== 0 && mem.read(lwp + L_KCPU) === 0)
        mem.write(ci + SPC_MIGRATING, lwp)
    } else mem.write(lwp + L_STAT, LSIDL)
  }

  const newl = nextlwp(cpu)
  mem.and(lwp + L_DOPREEMPT, 0)
  cpu.preemptWanted = false

  if (lwp === newl) {
    // Nothing else to do. It was locked by spc_mutex on its way through the run queue, or is the idle LWP.
    spcUnlock(cpu, ci)
    lwpUnlock(cpu, lwp)
    return false
  }

  // Release all locks but that of the current LWP.
  if (mem.load(lwp + L_MUTEX) === ci + SPC_MUTEX) mutexSpinExit(cpu, ci + SPC_LWPLOCK)
  else spcUnlock(cpu, ci)

  kassert(mem.load(lwp + L_CTXSWTCH) === 0, 'l->l_ctxswtch == 0')
  mem.store(lwp + L_CTXSWTCH, 1)
  mem.write(lwp + L_RU_NVCSW, mem.read(lwp + L_RU_NVCSW) + 1)
  mem.write(lwp + L_PFLAG, mem.read(lwp + L_PFLAG) & ~LP_RUNNING)

  kassert(cpu.spinDepth === 1, 'ci->ci_mtx_count == -1')
  cpu.spinDepth++
  lwpUnlock(cpu, lwp)

  mem.write(ci + CI_NSWITCHES, mem.read(ci + CI_NSWITCHES) + 1)
  pmapDeactivateLwp(cpu, lwp)
  mem.spinWhile(newl + L_CTXSWTCH, 1) // it may be leaving another CPU

  cpu.prevlwp = lwp
  yield* cpuSwitchto(cpu, lwp, newl)
  lwpSwitched(cpu)

  kassert(mem.read(lwp + L_CPU) === cpu.ci, 'l->l_cpu == ci')
  kassert(lwp === curlwp(cpu), 'l == curlwp')
  kassert(mem.read(lwp + L_STAT) === LSONPROC, 'l->l_stat == LSONPROC')
  return true
}

/**
 * cpu_switchto (machine-dependent): leaves the stack of `old` (0: never to return to it) for that of `newl`. The bare
 * yield gives the CPU's loop control, which resumes the coroutine of curlwp. Spin depth 1; the same when resumed.
 */
export function* cpuSwitchto(cpu: Cpu, old: LwpRef, newl: LwpRef): Sleeps<void> {
  const { mem } = cpu
  if (old !== 0) pcbSave(cpu, old)
  cpu.events.record(EV_SWITCH, cpu.self, newl)
  // Orders what the old LWP stored before its departure: contenders for its mutexes rely on it.
  mem.fence()
  mem.store(cpu.ci + CI_CURLWP, newl)
  cpu.self = newl
  pcbLoad(cpu, newl)
  yield
}

/**
 * The first act of whoever runs after a switch, old LWP or new: takes over the address space, and lets the LWP that
 * left go. Spin depth 1 on entry (0 on a CPU that starts), 0 on return, pending interrupts served.
 */
export function lwpSwitched(cpu: Cpu): void {
  const { mem } = cpu
  pmapActivateLwp(cpu, curlwp(cpu))
  const { prevlwp } = cpu
  if (prevlwp !== 0) {
    cpu.prevlwp = 0
    mem.fence()
    mem.store(prevlwp + L_CTXSWTCH, 0)
  }
  kassert(cpu.spinDepth <= 1, 'ci->ci_mtx_count >= -1')
  cpu.spinDepth = 0
  cpu.interrupts.poll(cpu)
}

/**
 * lwp_exit_switchaway: leaves the CPU for ever. `lwp` is the current one, LSZOMB (or LSIDL) and unlocked; no spin mutex
 * held. As soon as ci_curlwp is another, its structure and its u-area may be freed.
 */
export function* lwpExitSwitchaway(cpu: Cpu, lwp: LwpRef): Sleeps<never> {
  const { mem, ci } = cpu
  const stat = mem.read(lwp + L_STAT)
  kassert(stat === LSZOMB || stat === LSIDL, 'l->l_stat == LSZOMB || l->l_stat == LSIDL')
  kassert(mem.read(lwp + L_CPU) === ci, 'ci == curcpu()')
  if (cpu.spinDepth !== 0) panic('lwp_exit_switchaway: exiting with a spin lock held')

  cpu.spinDepth++ // splsched()
  spcLock(cpu, ci)
  const newl = nextlwp(cpu)
  mem.write(lwp + L_PFLAG, mem.read(lwp + L_PFLAG) & ~LP_RUNNING)
  cpu.preemptWanted = false
  spcUnlock(cpu, ci)

  mem.write(ci + CI_NSWITCHES, mem.read(ci + CI_NSWITCHES) + 1)
  mem.spinWhile(newl + L_CTXSWTCH, 1)

  cpu.prevlwp = 0
  cpu.dropCoroutine = true
  yield* cpuSwitchto(cpu, 0, newl)
  return panic('lwp_exit_switchaway: a dead LWP was resumed')
}
