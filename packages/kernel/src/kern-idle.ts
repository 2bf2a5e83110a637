import { kassert } from '@holdfast/atomics-sync'
import { CI_ONPROC, CI_WANT_RESCHED, SPC_LWPLOCK, curlwp } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { schedCurcpuRunnableP, schedIdle } from './kern-runq.js'
import { L_CPU, L_MUTEX, L_PFLAG, L_STAT } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import { LP_RUNNING, LSONPROC } from './param.js'

/**
 * idle_loop (kern_idle.c): what the idle LWP of a CPU does for ever: look for work here and elsewhere, wait for an
 * interrupt, and switch when there is something to run. No lock held.
 */
export function* idleLoop(cpu: Cpu): Sleeps<never> {
  const { mem, ci } = cpu
  const lwp = curlwp(cpu)

  // The CPU starts here, or comes here by mi_switch: it runs, either way.
  lwpLock(cpu, lwp)
  mem.write(lwp + L_STAT, LSONPROC)
  mem.write(lwp + L_PFLAG, mem.read(lwp + L_PFLAG) | LP_RUNNING)
  lwpUnlock(cpu, lwp)
  mem.write(ci + CI_ONPROC, lwp)

  for (;;) {
    schedIdle(cpu)
    if (!schedCurcpuRunnableP(cpu)) {
      cpu.machdep.idle(cpu)
      if (!schedCurcpuRunnableP(cpu) && mem.load(ci + CI_WANT_RESCHED) === 0) continue
    }
    kassert(
      mem.load(lwp + L_MUTEX) === mem.read(lwp + L_CPU) + SPC_LWPLOCK,
      'l->l_mutex == l->l_cpu->ci_schedstate.spc_lwplock',
    )
    lwpLock(cpu, lwp)
    yield* miSwitch(cpu, lwp)
  }
}
