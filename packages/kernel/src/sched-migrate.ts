import { kassert, mutexSpinTryEnter } from '@holdfast/atomics-sync'
import {
  CI_INDEX,
  SPC_COUNT,
  SPC_CURPRIORITY,
  SPC_MAXPRIORITY,
  SPC_MCOUNT,
  SPC_MIGRATING,
  SPC_MUTEX,
  cpuInfo,
} from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { EV_MIGRATE, EV_STEAL } from './events.js'
import { lwpLocked, lwpSetlock, lwpUnlockTo, spcDlock, spcLock, spcUnlock } from './kern-lwp-lock.js'
import { lwpEprio } from './kern-lwp-pri.js'
import { schedDequeue, schedEnqueue, schedGetrq, schedHighest, schedMigratable } from './kern-runq.js'
import { tailqFirst, tailqNext } from './list.js'
import { L_CPU, L_CTXSWTCH, L_FLAG, L_RUNQ_NEXT, L_STAT, L_TARGET_CPU } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { LSRUN, LW_INMEM, PRI_COUNT } from './param.js'

/**
 * Which CPU an LWP runs on, and how it gets to another (kern_runq.c).
 *
 * Only an LWP without kernel coroutine (L_KCPU is 0) can move: one that has not run yet, or one that was preempted
 * at the user boundary, whose whole state is in its PCB. The others are bound to their CPU as LP_BOUND binds in C.
 *
 * Race    a thief must not run an LWP whose old CPU is still on its stack:
 *
 *             CPU 1 (mi_switch away from it)              CPU 2 (sched_catchlwp)
 *             queues it, l_ctxswtch = 1, unlocks
 *             saves its PCB                               dequeues it; spins on l_ctxswtch
 *             next LWP: l_ctxswtch = 0                    l_cpu = CPU 2, queues it there
 */

/** Fewest migratable LWPs a CPU must have queued to be robbed (min_catch). */
const MIN_CATCH = 1

/** sched_takecpu: the CPU on which `lwp`, about to become runnable, should run. LWP locked; changes nothing. */
export function schedTakecpu(cpu: Cpu, lwp: LwpRef): CpuInfoRef {
  const { mem, config } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')

  const own = mem.read(lwp + L_CPU)
  if (!schedMigratable(cpu, lwp)) return own

  // If its CPU has nothing queued, run there.
  if (mem.read(own + SPC_COUNT) === 0) return own

  // Run here if it outranks what runs here.
  const eprio = lwpEprio(cpu, lwp)
  if (eprio > mem.read(cpu.ci + SPC_CURPRIORITY)) return cpu.ci

  // The CPU with the lowest priority at work; among equals, the one with the fewest LWPs.
  let best = own
  let lowest = PRI_COUNT
  let fewest = 0
  const first = mem.read(own + CI_INDEX)
  for (let i = 0; i < config.ncpu; i++) {
    const ci = cpuInfo(cpu, (first + i) % config.ncpu)
    const pri = Math.max(mem.read(ci + SPC_CURPRIORITY), mem.read(ci + SPC_MAXPRIORITY))
    const count = mem.read(ci + SPC_COUNT)
    if (pri > lowest || (pri === lowest && fewest < count)) continue
    best = ci
    lowest = pri
    fewest = count
  }
  return best
}

/** sched_balance: the CPU with the most migratable LWPs queued, by unlocked counts; this one if none has any. */
function schedBusiest(cpu: Cpu): CpuInfoRef {
  const { mem, config } = cpu
  let busiest = cpu.ci
  let most = 0
  const first = mem.read(cpu.ci + CI_INDEX)
  for (let i = 1; i < config.ncpu; i++) {
    const ci = cpuInfo(cpu, (first + i) % config.ncpu)
    const count = mem.read(ci + SPC_MCOUNT)
    if (count <= most) continue
    busiest = ci
    most = count
  }
  return busiest
}

/** The second half of sched_nextlwp: this CPU has nothing queued; takes an LWP from another, or returns 0. */
export function schedCatchAny(cpu: Cpu): LwpRef {
  const victim = schedBusiest(cpu)
  // Own spc_mutex is held, so the victim's can only be tried.
  if (victim === cpu.ci || !mutexSpinTryEnter(cpu, victim + SPC_MUTEX)) return 0
  return schedCatchlwp(cpu, victim)
}

/**
 * sched_catchlwp: moves the highest LWP that may move from `ci`'s run queue to this CPU's, and returns it (0: none).
 * Both spc_mutex held on entry; `ci`'s is released.
 */
function schedCatchlwp(cpu: Cpu, ci: CpuInfoRef): LwpRef {
  const { mem } = cpu
  if (mem.read(ci + SPC_MCOUNT) < MIN_CATCH) {
    spcUnlock(cpu, ci)
    return 0
  }
  // C looks into the queue of the highest priority alone; here most LWPs in the kernel cannot move.
  for (let pri = mem.read(ci + SPC_MAXPRIORITY); pri >= 0; pri = schedHighest(cpu, ci, pri - 1)) {
    for (let lwp = tailqFirst(mem, schedGetrq(ci, pri)); lwp !== 0; lwp = tailqNext(mem, lwp, L_RUNQ_NEXT)) {
      kassert(mem.read(lwp + L_STAT) === LSRUN, 'l->l_stat == LSRUN')
      kassert((mem.read(lwp + L_FLAG) & LW_INMEM) !== 0, '(l->l_flag & LW_INMEM) != 0')
      if (!schedMigratable(cpu, lwp)) continue

      schedDequeue(cpu, lwp)
      mem.spinWhile(lwp + L_CTXSWTCH, 1) // its CPU may still be on its stack
      mem.write(lwp + L_CPU, cpu.ci)
      lwpUnlockTo(cpu, lwp, cpu.ci + SPC_MUTEX)
      schedEnqueue(cpu, lwp, false)
      cpu.events.record(EV_STEAL, lwp, ci)
      return lwp
    }
  }
  spcUnlock(cpu, ci)
  return 0
}

/** sched_idle: what the idle LWP does before it rests: migrate what wants to, then rob a busy CPU. No lock held. */
export function schedIdle(cpu: Cpu): void {
  const { mem, ci } = cpu
  if (mem.read(ci + SPC_MIGRATING) !== 0) {
    schedMigrate(cpu)
    return // and do not rob the other CPU of it at once (C: it is cache-hot)
  }
  if (mem.read(ci + SPC_COUNT) !== 0) return
  const victim = schedBusiest(cpu)
  if (victim === ci) return
  spcDlock(cpu, ci, victim)
  schedCatchlwp(cpu, victim)
  spcUnlock(cpu, ci)
}

/** The first half of sched_idle: moves spc_migrating, queued here, to its l_target_cpu. */
function schedMigrate(cpu: Cpu): void {
  const { mem, ci } = cpu
  let target = 0
  let dlock = false

  spcLock(cpu, ci)
  for (;;) {
    const lwp = mem.read(ci + SPC_MIGRATING)
    if (lwp === 0) break

    // On a second attempt the target may have changed.
    const wanted = mem.read(lwp + L_TARGET_CPU)
    if (dlock && target !== wanted) {
      spcUnlock(cpu, target)
      dlock = false
    }
    target = wanted
    if (target === 0 || target === ci) {
      mem.write(ci + SPC_MIGRATING, 0)
      mem.write(lwp + L_TARGET_CPU, 0)
      break
    }

    // Take both run queue locks, the lower address first.
    if (!dlock) {
      dlock = true
      if (ci < target) spcLock(cpu, target)
      else if (!mutexSpinTryEnter(cpu, target + SPC_MUTEX)) {
        spcUnlock(cpu, ci)
        spcLock(cpu, target)
        spcLock(cpu, ci)
        continue
      }
    }

    kassert(mem.read(lwp + L_STAT) === LSRUN, 'l->l_stat == LSRUN')
    mem.write(ci + SPC_MIGRATING, 0)
    mem.write(lwp + L_TARGET_CPU, 0)
    schedDequeue(cpu, lwp)
    mem.write(lwp + L_CPU, target)
    lwpSetlock(cpu, lwp, target + SPC_MUTEX)
    schedEnqueue(cpu, lwp, false)
    cpu.events.record(EV_MIGRATE, lwp, target)
    break
  }
  if (dlock) spcUnlock(cpu, target)
  spcUnlock(cpu, ci)
}
