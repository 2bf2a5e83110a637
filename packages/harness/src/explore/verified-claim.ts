import type { Machine, Scenario } from '../scenario/types.js'

/** Something that holds of the kernel in every interleaving of a scenario, within a bound. */
export interface Claim {
  readonly id: string
  /** One sentence. */
  readonly claim: string
  readonly scenario: Scenario
  /** What is different about the machine: `{ kpreempt: true }`. */
  readonly machine?: Machine
  /** Corrections of faults that are known, without which it does not hold; separated by commas. */
  readonly variant?: string
  /** Preemptions are taken from the tick `from` on, before the tick `to`. */
  readonly from: number
  readonly to: number
  /** And only while somebody has the l_swaplock of the first LWP of this process, from the first time on. */
  readonly swaplockOf?: string
  /** Operations of a turn before that, which decide on which CPU each LWP comes to be. Default 16. */
  readonly turn?: number
  /** Most preemptions. */
  readonly bound: number
  /**
   * Ticks of the clock that may come at any point of that, besides those of an idle machine: what was period stays so, though the tick is another. One that
   * comes while a CPU could go on counts as a preemption.
   */
  readonly ticks?: number
  /** Faults of the zoo that the same exploration must find, by name; {@link UNCORRECTED}: those that `variant` corrects. */
  readonly planted: readonly string[]
  /** Runs within seconds, so every test run does it. */
  readonly quick?: true
}

/** Where its choices are made, in words. */
export function periodText({ from, to, swaplockOf, ticks = 0 }: Claim): string {
  const period = to === from + 1 ? `at tick ${from}` : `from tick ${from} on, before tick ${to}`
  const held = swaplockOf === undefined ? '' : `, while the l_swaplock of ${swaplockOf} is held`
  if (ticks === 0) return period + held
  return `${period}${held}, ${ticks === 1 ? 'another tick' : `${ticks} ticks more`} at any point of it`
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
