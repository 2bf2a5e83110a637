import { mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { allocKernel, bootKernel } from '@holdfast/kernel'
import type { KernelParams, Workload as KernelWorkload } from '@holdfast/kernel'
import { UVM_PAGEQLOCK, bootMm, uvmPagealloc, uvmPagewire } from '@holdfast/mm'
import { buildImage } from './image.js'
import type { MachineImage, MachineSize } from './image.js'
import type { MachineCpu } from '../machine-cpu.js'
import { netbsdTables } from '../netbsd.js'

/** A machine: the kernel's parameters, and the machine's own. The workload is given apart. */
export interface MachineParams extends MachineSize, Omit<KernelParams, 'workload'> {
  /** Page frames that boot takes and keeps wired, as drivers' buffers do; default 0. */
  readonly wired?: number
}

/**
 * Builds and boots a machine that will run `workload`, on the calling thread, up to the moment before its first
 * LWP runs. Throws RangeError, naming the field, its value and what is allowed, if the machine is impossible.
 */
export function buildMachine(params: MachineParams, workload: KernelWorkload): MachineImage {
  return buildImage(params, {
    tables: netbsdTables,
    alloc: (arena) => allocKernel(arena, { ...params, workload }),
    boot: (cpu) => bootNetbsd(cpu, workload, params.wired ?? 0),
  })
}

/** The boot order: memory, then the kernel, whose first LWP is the one that boots. */
function* bootNetbsd(cpu: MachineCpu, workload: KernelWorkload, wired: number): Sleeps<void> {
  cpu.self = cpu.config.lwp0
  yield* bootMm(cpu)
  yield* bootKernel(cpu, workload)
  wirePages(cpu, wired)
}

/** Takes `count` frames for good, before anything runs. Throws RangeError if there are not so many to spare. */
function wirePages(cpu: MachineCpu, count: number): void {
  for (let taken = 0; taken < count; taken++) {
    const pg = uvmPagealloc(cpu, 0, 0, 0, 0)
    if (pg === 0) throw new RangeError(`wired is ${count}; at most ${taken} page frames are left after boot`)
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPagewire(cpu, pg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
  }
}
