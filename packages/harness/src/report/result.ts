import type { Verdict } from '@holdfast/cpu'

/**
 * What a run leaves behind: the data from which both the JSON and the report for people are made.
 */

/** One lock, or one class of locks (all `l_swaplock`s), as lockstat(8) counts it. */
export interface LockRow {
  readonly name: string
  readonly acquisitions: number
  /** Acquisitions that had to wait. */
  readonly contended: number
  /** Busy waits. */
  readonly spins: number
  /** Waits in which the CPU was given up. */
  readonly sleeps: number
  /** Wall-clock time, in nanoseconds, as the next. */
  readonly heldNs: number
  readonly waitedNs: number
}

/** One lock, or class of locks, at one place of the source that takes it. */
export interface LockSite extends LockRow {
  /** Function and place that took the lock. */
  readonly caller: string
}

/** A word of the machine's memory as a finding shows it. */
export interface FindingWord {
  readonly name: string
  readonly address: number
  readonly value: number
  /** What the value points to, where it is a pointer: the LWP that owns a lock, the lock that covers an LWP. */
  readonly means?: string
}

/** The last events of one CPU, oldest first. */
export interface CpuEvents {
  readonly cpu: number
  readonly events: readonly string[]
}

/** Something found wrong, in the words of a report. */
export interface Finding {
  readonly verdict: Verdict
  readonly message: string
  /** The CPU on which it showed, if one did. */
  readonly cpu?: number
  readonly words: readonly FindingWord[]
  /** Where that CPU's code was, innermost call first. */
  readonly stack: readonly string[]
  /** The other place that it is about, where there is one: who was there, innermost call first. */
  readonly other?: { readonly who: string; readonly stack: readonly string[] }
  /** Seconds after the start at which it was first seen, and how often it was; of what does not end the run. */
  readonly firstSeconds?: number
  readonly times?: number
  /** What each LWP was doing, where the machine as a whole is concerned. */
  readonly lwps: readonly string[]
  readonly events: readonly CpuEvents[]
  readonly seed: number
  /** The command that runs the same again. */
  readonly repeat: string
}

/** Page activity over the whole run. */
export interface Paging {
  readonly faults: number
  readonly pageins: number
  readonly pageouts: number
  readonly zeroFilled: number
  readonly copied: number
  /** Rounds of the pagedaemon, and pages it freed. */
  readonly pagedaemonRounds: number
  readonly pagesFreed: number
  /** Free pages at the end. */
  readonly free: number
}

/** Keys in the order in which they are printed. */
export interface RunResult {
  readonly command: 'run'
  readonly scenario: string
  readonly cpus: number
  /** User LWPs when it started. */
  readonly lwps: number
  /** Wall-clock seconds that the CPUs ran. */
  readonly seconds: number
  /** How many operations of each kind LWPs completed. */
  readonly operations: Readonly<Record<string, number>>
  readonly swapins: number
  readonly swapouts: number
  readonly switches: number
  /** TLB shootdowns, by whichever CPU asked for them. */
  readonly shootdowns: number
  readonly locks: readonly LockRow[]
  readonly findings: readonly Finding[]
  /**
   * Why it ended: its time was up; every user LWP exited; those left wait for what nothing will do; somebody
   * stopped it; something was found.
   */
  readonly outcome: 'time' | 'done' | 'quiet' | 'interrupted' | 'found'
  readonly seed: number
  /** Page frames. */
  readonly memory: number
  /** Kernel preemption. */
  readonly preempt: boolean
  /** Clock ticks, as seconds of the simulated machine. */
  readonly simulatedSeconds: number
  /** Times the machine was stopped and its invariants checked. */
  readonly checks: number
  /** System calls that failed, by error. */
  readonly errors: Readonly<Record<string, number>>
  /** LWP structures freed, processes reaped, LWPs stopped. */
  readonly lives: { readonly lwpsFreed: number; readonly reaped: number; readonly stopped: number }
  readonly paging: Paging
  readonly lockSites: readonly LockSite[]
  /** Of a sanitized run. */
  readonly sanitize?: SanitizeSummary
  /** Last lines that the kernel printed, as `cpu0: [tick] line`. */
  readonly messages: readonly string[]
}

/** How a sanitized run compares with a plain one of the same scenario. */
export interface SanitizeSummary {
  readonly chaos: boolean
  /** Corrections and mutants that it ran with. */
  readonly variant: string
  /** Completed operations a second, once warm, in a plain run before it and in itself. Null: no plain run was made. */
  readonly plainRate: number | null
  readonly rate: number
  /** How many times slower it was; null as above, or where nothing was completed. */
  readonly slowdown: number | null
  /** Watchpoints set. */
  readonly watchpoints: number
}

/** Operations of all kinds. */
export function totalOperations(result: Pick<RunResult, 'operations'>): number {
  return Object.values(result.operations).reduce((sum, count) => sum + count, 0)
}

/** Full cycles of swap-out and swap-in. */
export function swapCycles(result: Pick<RunResult, 'swapins' | 'swapouts'>): number {
  return Math.min(result.swapins, result.swapouts)
}
