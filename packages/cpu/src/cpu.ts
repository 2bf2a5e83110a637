import type { Lockstat, Mem, Sleeps } from '@holdfast/atomics-sync'
import { CI_CURLWP } from '@holdfast/kernel'
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

/** Assembles CPU number `id`; its current LWP is the one its cpu_info names. Nothing runs yet. */
export function makeCpu(mem: Mem, id: number, parts: CpuParts): MachineCpu {
  const { config, machine, tables, clock, events, lockstat } = parts
  const ci = config.cpuInfos + id * config.cpuInfoWords
  return {
    id,
    mem,
    config,
    machine,
    ci,
    mc: machine.machineCpus + id * machine.machineCpuWords,
    self: mem.read(ci + CI_CURLWP),
    spinDepth: 0,
    preemptWanted: false,
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
