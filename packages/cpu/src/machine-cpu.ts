import type { Actor, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import type { Cpu, EventLog, LwpRef } from '@holdfast/kernel'
import type { VmOps } from '@holdfast/mm'
import type { MachineCpuRef } from './globals.js'

/** A simulated CPU with everything the machine below the kernel keeps of it. */
export interface MachineCpu extends Cpu {
  readonly machine: MachineConfig
  readonly mc: MachineCpuRef
  readonly kernel: KernelOps
  readonly clock: ClockOps
  readonly events: CpuEvents
  /** The kernel coroutines that live on this CPU, by LWP. */
  readonly coroutines: Map<LwpRef, Sleeps<void>>
  /** Polls until the next look at the local timer: a look costs more than a poll may. */
  pollsToTimer: number
  /** Host time of the next tick of the local timer, in ms. */
  timerNext: number
}

/** The machine's own configuration. Plain data, constant after boot. */
export interface MachineConfig {
  readonly ncpu: number
  /** Address of machine_cpu 0, and the distance between two. */
  readonly machineCpus: MachineCpuRef
  readonly machineCpuWords: number
  /** Host nanoseconds in a tick of the simulated clock. */
  readonly tickNs: number
  /** Longest wait of an idle CPU other than the primary, in host ms: then it looks for LWPs to steal. */
  readonly idleMs: number
}

/** What the machine asks of the kernel above it. */
export interface KernelOps {
  /** A fresh coroutine for an LWP that has none on this CPU: its first act is lwp_switched. */
  lwpCoroutine(cpu: Cpu, lwp: LwpRef): Sleeps<void>
  /** The CPU begins to run: from here on others may wait for its answers. */
  online(cpu: Cpu): void
  /** Clock interrupt. */
  hardclock(cpu: Cpu): void
  /** Shootdown interrupt: may run at any spin depth, so it takes no lock. */
  tlbInterrupt(cpu: Cpu): void
  /** Disk interrupt: completes the transfers that are due. */
  diskIntr(cpu: Cpu): void
  /** Kernel preemption, where sleeping is allowed. */
  kpreempt(cpu: Actor): Sleeps<void>
}

/** The tables of operations that a CPU is built from. */
export interface KernelTables {
  readonly kernel: KernelOps
  readonly turnstile: TurnstileOps
  readonly sleepq: SleepOps
  readonly vmops: VmOps
}

/** The local timer of a CPU. */
export interface ClockOps {
  /** Ticks that became due since the last call. */
  ticksDue(cpu: MachineCpu): number
  /** How long the CPU may idle before its timer wants it, in host ms. */
  idleMs(cpu: MachineCpu): number
}

/** Where a CPU notes what it did, as the machine sees it. */
export interface CpuEvents extends EventLog {
  /** Simulated time that the following events carry, in ticks. */
  setTick(tick: number): void
  /** Adds one to a count of the machine's own, COUNT_*. */
  bump(count: number): void
  /** The last lines printed, oldest first. */
  messages(): readonly string[]
}

/** The machine's own counts. */
export const COUNT_RESUMED = 0
export const COUNT_INTERRUPTS = 1
export const COUNT_CLOCK = 2
export const COUNT_IDLES = 3
export const MACHINE_COUNTS = 8
