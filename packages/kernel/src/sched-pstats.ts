import { mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_PSTATS } from './events.js'
import { ALLPROC, PROC_LOCK, SCHED_PSTATS_TICKS } from './globals.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { schedTakecpu } from './kern-runq.js'
import { L_CPU, L_FLAG, L_SIBLING_NEXT, L_SLPTIME, L_STAT, L_SWTIME, L_TARGET_CPU } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { LSRUN, LSSLEEP, LSSTOP, LSSUSPENDED, LW_IDLE, LW_SYSTEM } from './param.js'
import { P_LIST_NEXT, P_LOCK, P_LWPS } from './proc.js'
import { schedPstatsHook } from './sched-4bsd.js'
import { uvmMeter } from './uvm-meter.js'

/**
 * sched_pstats (kern_synch.c): once a second, ages every LWP but the idle ones: l_swtime, l_slptime, priority. Then
 * uvm_meter. No lock held; takes proc_lock, each p_lock, each LWP's lock. May sleep.
 */
export function* schedPstats(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  const second = mem.read(SCHED_PSTATS_TICKS) + 1
  mem.write(SCHED_PSTATS_TICKS, second)

  yield* mutexEnter(cpu, PROC_LOCK)
  for (let p = mem.read(ALLPROC); p !== 0; p = mem.read(p + P_LIST_NEXT)) {
    yield* mutexEnter(cpu, p + P_LOCK)
    for (let lwp = mem.read(p + P_LWPS); lwp !== 0; lwp = mem.read(lwp + L_SIBLING_NEXT)) {
      if ((mem.read(lwp + L_FLAG) & LW_IDLE) !== 0) continue
      lwpLock(cpu, lwp)
      mem.write(lwp + L_SWTIME, mem.read(lwp + L_SWTIME) + 1)
      schedLwpStats(cpu, lwp)
      lwpUnlock(cpu, lwp)
    }
    mutexExit(cpu, p + P_LOCK)
  }
  mutexExit(cpu, PROC_LOCK)
  cpu.events.record(EV_PSTATS, second, 0)

  yield* uvmMeter(cpu)
}

/** sched_lwp_stats (kern_runq.c): one second of `lwp`. LWP locked. */
function schedLwpStats(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const stat = mem.read(lwp + L_STAT)
  if (stat === LSSLEEP || stat === LSSTOP || stat === LSSUSPENDED) {
    mem.write(lwp + L_SLPTIME, mem.read(lwp + L_SLPTIME) + 1)
  }
  // Has waited for its CPU: have it move at its next chance, if another CPU is better.
  if (stat === LSRUN && mem.read(lwp + L_TARGET_CPU) === 0 && (mem.read(lwp + L_FLAG) & LW_SYSTEM) === 0) {
    const ci = schedTakecpu(cpu, lwp)
    if (ci !== mem.read(lwp + L_CPU)) mem.write(lwp + L_TARGET_CPU, ci)
  }
  schedPstatsHook(cpu, lwp)
}
