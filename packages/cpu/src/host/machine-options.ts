import type { ResourceLimits } from 'node:worker_threads'
import type { Mem } from '@holdfast/atomics-sync'
import type { Finding } from './findings.js'
import type { MachineImage } from './image.js'
import type { Workload } from './lwp-states.js'
import type { SanitizeOptions } from './sanitize/options.js'
import type { SanitizeReport } from './sanitize/report.js'

/** How a machine is run. All times are host ms. */
export interface MachineOptions {
  /** Entry module of the CPUs' workers, built code. Default: NetBSD's kernel on the machine. */
  readonly worker?: URL
  /** Collect lock statistics. Default false. */
  readonly lockstat?: boolean
  /** How long a CPU may take to a rendezvous. Default 5 s and a quarter more for each CPU. */
  readonly rendezvousMs?: number
  /** How long no user operation may complete while LWPs have work, before the machine is stalled. Default 30 s. */
  readonly stallMs?: number
  /** How long a busy wait may last. Default 60 s. */
  readonly spinDeadlineMs?: number
  /** How long workers may take to start. Default 30 s and a quarter more for each CPU. */
  readonly startMs?: number
  /** How long a CPU may take to end once it was told to. Default 2 s and a quarter more for each CPU. */
  readonly endMs?: number
  readonly resourceLimits?: ResourceLimits
  /** Called at once with each finding, before the machine has ended and its events are known. */
  readonly onFinding?: (finding: Finding) => void
  /** What the CPUs' sanitizers are told; `worker` must be one that has them. */
  readonly sanitize?: SanitizeOptions
  /** Called with what they report, while the machine runs. */
  readonly onReport?: (report: SanitizeReport) => void
  /** What the user LWPs are up to. Default: what the kernel's lwp table says. */
  readonly workload?: (mem: Mem, image: MachineImage) => Workload
}

/** A worker holds the coroutines and compiled code of one CPU, nothing large. */
export const WORKER_LIMITS: ResourceLimits = {
  maxOldGenerationSizeMb: 64,
  maxYoungGenerationSizeMb: 8,
  codeRangeSizeMb: 16,
  stackSizeMb: 2,
}

export type Deadlines = Required<
  Pick<MachineOptions, 'rendezvousMs' | 'stallMs' | 'spinDeadlineMs' | 'startMs' | 'endMs'>
>

const MS_PER_CPU = 250

/** The deadlines of a machine of `ncpu` CPUs, which may be many more than the host has cores. */
export function deadlinesOf(options: MachineOptions, ncpu: number): Deadlines {
  const more = MS_PER_CPU * ncpu
  return {
    rendezvousMs: options.rendezvousMs ?? 5_000 + more,
    stallMs: options.stallMs ?? 30_000 + more,
    spinDeadlineMs: options.spinDeadlineMs ?? 60_000,
    startMs: options.startMs ?? 30_000 + more,
    endMs: options.endMs ?? 2_000 + more,
  }
}
