import { operations } from '@holdfast/atomics-sync'
import type { Actor, Sleeps } from '@holdfast/atomics-sync'
import { hardclock, kernelSleepOps, kernelTurnstileOps, kpreempt, lwpCoroutine } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { diskIntr, tlbInterrupt, tlbOnline } from '@holdfast/mm'
import type { KernelOps, KernelTables } from './machine-cpu.js'
import { machineVmOps } from './vm-ops.js'

function* preempt(cpu: Actor): Sleeps<void> {
  yield* kpreempt(cpu as Cpu)
}

/** The kernel and the memory system of this project, as the machine runs them. */
export const netbsdTables: KernelTables = {
  kernel: operations<KernelOps>({
    lwpCoroutine,
    online: tlbOnline,
    hardclock,
    tlbInterrupt,
    diskIntr,
    kpreempt: preempt,
  }),
  turnstile: kernelTurnstileOps,
  sleepq: kernelSleepOps,
  vmops: machineVmOps,
}
