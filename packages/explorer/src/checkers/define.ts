import type { Observer } from '../engine/observer.js'
import type { Target } from '../engine/target.js'
import type { EventLog } from './event-log.js'
import type { LockTracker } from './lock-tracker.js'

/** What a checker may ask. Both observers have been told of the event at hand already. */
export interface CheckerTools {
  /** What is explored: names of addresses (`nameOf`) and, of the kernel, of their fields (`fieldAt`). */
  readonly target: Target
  /** The execution so far. */
  readonly log: EventLog
  /** Who holds which lock. */
  readonly locks: LockTracker
}

/** The part of an observer that a checker writes; what it does not need is left out. */
export type CheckerHandlers = Partial<Omit<Observer, 'name'>>

/** A checker in a file of a user's own; it is named by its path. */
export interface OwnChecker {
  /** What it verifies, in a sentence. */
  readonly about: string
  /** Makes a fresh one: called for each part of an exploration, for each attempt to shrink, and for each replay. */
  make(tools: CheckerTools): CheckerHandlers
}

/** Declares a checker: the default export of a file that `--checker` names. */
export function defineChecker(checker: OwnChecker): OwnChecker {
  return checker
}
