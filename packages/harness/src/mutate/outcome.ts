import type { Mutant } from './mutant.js'

/** What became of a mutant. */
export type Outcome =
  /** It shows something that its twin does not. */
  | { readonly status: 'caught'; readonly by: Catch; readonly executions: number }
  /** The compiler's pass refuses it: it is not counted as generated. */
  | { readonly status: 'rejected'; readonly reason: string }
  /** No execution can tell it from its twin. */
  | { readonly status: 'equivalent'; readonly reason: string }
  /** Nothing told them apart. */
  | { readonly status: 'survived'; readonly reason: string; readonly executions: number }

/** How a mutant was caught. */
export interface Catch {
  readonly scenario: string
  readonly strategy: string
  /** Number of the execution of that strategy and scenario, from 0. */
  readonly execution: number
  readonly verdict: string
  readonly message: string
}

export interface Tried {
  readonly mutant: Mutant
  readonly outcome: Outcome
}
