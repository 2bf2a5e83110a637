import type { Frames } from '../engine/frames.js'
import type { World } from '../engine/world.js'

/**
 * A way to choose among what is enabled, execution by execution.
 *
 * The same strategy with the same seed makes the same choices of the same target: it may use nothing but the world and its own
 * generator of numbers.
 */
export interface Strategy {
  readonly name: string
  /** It visits each execution it is to visit once, and knows when it has visited all. */
  readonly exhaustive: boolean
  /**
   * Called once, before the first execution: it may run executions of its own, which are not counted, to learn about the target.
   * Left out, or not called: it learns from its first executions, if it has to.
   */
  learn?(world: World): void
  /** Prepares the next execution. False: there is none left. `index` is its number, from 0. */
  begin(index: number): boolean
  /** Picks one of `world.choices[0 .. world.choiceCount)`; -1 gives the execution up, as one that need not be finished. */
  choose(world: World): number
  /** Told of calls and returns: see frames.ts. Left out: nobody wants to know. */
  readonly frames?: Frames | undefined
  /** `executed` can do without what the strategy repeats by World.follow. Left out: it cannot. */
  readonly rejoins?: boolean
  /** The event chosen last has been executed. Left out by strategies that do not look. */
  executed?(world: World): void
  /** The execution is over. */
  end?(world: World): void
  /** What was left out on purpose, in words for the user (`every interleaving with at most 2 preemptions`), or null. */
  bound?(): string | null
  /** Executions that are still to be visited, estimated; unknown: null. */
  remaining?(): number | null
}
