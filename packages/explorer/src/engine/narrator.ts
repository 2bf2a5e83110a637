import type { World } from './world.js'

/** Something worth saying about a step, in the words of the machine. */
export interface Remark {
  /** `takes target (2.1).l_swaplock`. */
  readonly text: string
  /** How much it matters to who knows that it is about the fault: 1 the protocol itself, 2 what goes with it, 3 details. */
  readonly weight: 1 | 2 | 3
  /** The things it is about, by number: see {@link Narrator.subjectOf}. */
  readonly about: readonly number[]
  /** Where, if that is not the place of the step: `uvm_scheduler:121`. */
  readonly at?: string
  /** Number of the lock that it takes, or releases: a critical section in which nothing happens is not worth telling. */
  readonly opens?: number
  readonly closes?: number
}

/**
 * What a machine knows of its own doings: it sees each step of an execution that is written down, and puts into words those that mean
 * something. Only findings ask for it, so it may be slow.
 */
export interface Narrator {
  /** Called when an execution begins, memory being the image. */
  reset(world: World): void
  /** Called for each event, memory being as after it: what it means, or undefined. */
  event(world: World): Remark | undefined
  /** Called once the actor of that event stands at its next operation: what it has noted on its way there. */
  after(world: World): readonly Remark[]
  /** Number of the thing that a word belongs to, or 0: remarks about it are about a fault of that word. */
  subjectOf(addr: number, words: Int32Array): number
  /** The words that tell in which state such a thing is. */
  stateOf(subject: number): readonly number[]
}
