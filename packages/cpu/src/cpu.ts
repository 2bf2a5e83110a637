import type { Lockstat, Mem, Sleeps } from '@holdfast/atomics-sync'
import type { KernelConfig, LwpRef } from '@holdfast/kernel'
import { machineInterrupts } from './intr.js'
import { machineMachdep } from './machdep.js'
import type { ClockOps, CpuEvents, KernelTables, MachineConfig, MachineCpu } from './machine-cpu.js'

/** What a CPU is assembled from. */
export interface CpuParts {
  readonly config: KernelConfig
  readonly machine: MachineConfig
  readonly tables: KernelTables
  readonly clock: ClockOps
  readonly events: CpuEvents
  readonly lockstat: Lockstat | null
}

/**
 * Assembles CPU number `id`, whose current LWP is `self`: the one that its cpu_info names, or 0 before it has one.
 * Nothing runs yet, and no word is touched.
 */
export function makeCpu(mem: Mem, id: number, self: LwpRef, parts: CpuParts): MachineCpu {
  const { config, machine, tables, clock, events, lockstat } = parts
  const ci = config.cpuInfos + id * config.cpuInfoWords
  return {
    id,
    mem,
    config,
    machine,
    ci,
    mc: machine.machineCpus + id * machine.machineCpuWords,
    self,
    spinDepth: 0,
    preemptWanted: false,
    mmuBusy: false,
    prevlwp: 0,
    dropCoroutine: false,
    coroutines: new Map<LwpRef, Sleeps<void>>(),
    pollsToTimer: 0,
    timerNext: 0,
    turnstile: tables.turnstile,
    sleepq: tables.sleepq,
    vmops: tables.vmops,
    kernel: tables.kernel,
    interrupts: machineInterrupts,
    machdep: machineMachdep,
    clock,
    events,
    lockstat,
  }
}
