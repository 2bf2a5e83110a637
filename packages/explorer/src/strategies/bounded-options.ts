import type { World } from '../engine/world.js'

/** What a choice costs. At each step some choice costs 0, and between 0 and the largest cost none is left out. */
export interface Costs {
  readonly name: string
  /** What is paid, as in `at most 2 preemptions`. */
  readonly unit: string
  /** Writes the cost of `world.choices[i]` to `into[from + i]`; returns the largest. It may look at the world alone. */
  of(world: World, into: Uint8Array, from: number): number
  /** What of the past the costs depend on, besides the state: the last actor, where it matters who that was. */
  past(world: World): number
}

/** What a bounded search is made with. */
export interface BoundedOptions {
  /** Largest cost of an execution; default: no bound, round after round. */
  readonly bound?: number
  /** Gives an execution up where its state was visited before, see state-cache.ts. Default false. */
  readonly cache?: boolean
  /**
   * Of a search with `cache` of a target that tells of its calls: states are told apart by where coroutines stand, see engine/frames.ts, not by all they did. So there are
   * far fewer, and whoever judges by what was done on the way is misled. Default false.
   */
  readonly frames?: boolean
  /**
   * Makes no choice between operations on words that no other actor uses, see shared-words.ts: what is left out is equivalent to what is
   * visited. Of searches whose cost is preemptions. Default false.
   */
  readonly sharedOnly?: boolean
  /**
   * Choices are made only where this holds; before, the actors take turns, operation by operation, and afterwards each goes on while it can.
   * Default: everywhere.
   */
  readonly during?: Period
}

/** A part of each execution. */
export interface Period {
  /** In words: `from tick 12 to tick 14`. */
  readonly text: string
  /** Whether the execution, as far as it is, stands within that part. */
  holds(world: World): boolean
  /** Operations of a turn before that. Default 16. */
  readonly turn?: number
}
