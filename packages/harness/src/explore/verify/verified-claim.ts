import type { Machine, Scenario } from '../../scenario/types.js'
import type { TickingPeriod } from './period.js'

/** Something that holds of the kernel in every interleaving of a scenario, within a bound. */
export interface Claim extends TickingPeriod {
  readonly id: string
  /** One sentence. */
  readonly claim: string
  readonly scenario: Scenario
  /** What is different about the machine: `{ kpreempt: true }`. */
  readonly machine?: Machine
  /** Corrections of faults that are known, without which it does not hold; separated by commas. */
  readonly variant?: string
  /** Most preemptions. */
  readonly bound: number
  /** Faults of the zoo that the same exploration must find, by name; {@link UNCORRECTED}: those that `variant` corrects. */
  readonly planted: readonly string[]
  /** Runs within seconds, so every test run does it. */
  readonly quick?: true
}

/** The kernel without the corrections of the claim. */
export const UNCORRECTED = 'uncorrected'

/** What an exploration came to. */
export interface Explored {
  /** All that were run, and those of the last pass, which visited everything. */
  readonly executions: number
  readonly lastPass: number
  readonly states: number
  readonly seconds: number
  /** Everything within the bound was visited, to its end. */
  readonly complete: boolean
  /** What was visited, in words. */
  readonly bound: string
  /** `stackTouch: CPU0 swaps out ...`, without repetition. */
  readonly found: readonly string[]
}

/** A claim, looked into. */
export interface Verified {
  readonly id: string
  readonly claim: Explored
  readonly planted: readonly { readonly name: string; readonly explored: Explored }[]
  /** Nothing was found, everything was visited, and every planted fault was found. */
  readonly holds: boolean
}
