import type { Sleeps } from '@holdfast/atomics-sync'
import { allocKernel, bootKernel } from '@holdfast/kernel'
import type { KernelParams, Workload as KernelWorkload } from '@holdfast/kernel'
import { bootMm } from '@holdfast/mm'
import { buildImage } from './image.js'
import type { MachineImage, MachineSize } from './image.js'
import type { MachineCpu } from '../machine-cpu.js'
import { netbsdTables } from '../netbsd.js'

/** A machine: the kernel's parameters, and the machine's own. The workload is given apart. */
export interface MachineParams extends MachineSize, Omit<KernelParams, 'workload'> {}

/**
 * Builds and boots a machine that will run `workload`, on the calling thread, up to the moment before its first
 * LWP runs. Throws RangeError, naming the field, its value and what is allowed, if the machine is impossible.
 */
export function buildMachine(params: MachineParams, workload: KernelWorkload): MachineImage {
  return buildImage(params, {
    tables: netbsdTables,
    alloc: (arena) => allocKernel(arena, { ...params, workload }),
    boot: (cpu) => bootNetbsd(cpu, workload),
  })
}

/** The boot order: memory, then the kernel, whose first LWP is the one that boots. */
function* bootNetbsd(cpu: MachineCpu, workload: KernelWorkload): Sleeps<void> {
  cpu.self = cpu.config.lwp0
  yield* bootMm(cpu)
  yield* bootKernel(cpu, workload)
}
