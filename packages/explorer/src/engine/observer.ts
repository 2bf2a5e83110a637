import type { SyncFault } from '@holdfast/atomics-sync'
import type { World } from './world.js'

/** What watches executions, event by event: a checker, a recorder. It must not change anything. */
export interface Observer {
  readonly name: string
  /**
   * What it reports depends on the state before an event and on the event alone, not on the way to that state: so a search that visits each
   * state once (state-cache.ts) misses none of it. Left out: it may depend on the way.
   */
  readonly ofStates?: boolean
  /** It can do without the first events of an execution, if they are those of one before. Left out: it cannot. */
  readonly rejoins?: boolean
  /**
   * An execution is over that was, choice for choice, as one before that showed nothing: neither `reset` nor `event` nor `finish` was called. Left
   * out: it is to see each.
   */
  repeated?(): void
  /** An execution begins; its first actors exist. */
  reset(world: World): void
  /** `world.ev*` has just been executed; memory is as after it. Left out by those that look at the end alone. */
  event?(world: World): void
  /** The execution has ended, see `world.outcome`. */
  finish(world: World): void
}

/** An observer that sees each event. */
export type Watcher = Observer & Required<Pick<Observer, 'event'>>

/** Those of them that see each event, in their order. */
export function watchersAmong(observers: readonly Observer[]): Watcher[] {
  return observers.filter((each): each is Watcher => each.event !== undefined)
}

/** What the explorer's own checkers say of an execution. */
export type CheckerVerdict = SyncFault | 'assertion' | 'invariant' | 'nondeterminism' | 'stepLimit' | 'crash'

/** A verdict on an execution: a checker's, or a word of the target's own (`panic`). One word. */
export type Verdict = CheckerVerdict | (string & {})

/** Something wrong in the execution at hand. */
export interface Report {
  readonly verdict: Verdict
  /** One sentence: who did what to what, and the conflict. */
  readonly message: string
  /** The sites that make it this fault and no other, first the earlier. */
  readonly sites: readonly number[]
  /** Numbers of the steps it is about, first the earlier; where known. */
  readonly steps?: readonly number[]
  /** The words it is about. */
  readonly words?: readonly number[]
  /** It depends on the state before its event and on the event alone, whatever else its checker reports: see {@link Observer.ofStates}. */
  readonly ofState?: true
  /** Accesses that are unlocked by design: reported on demand only. */
  readonly byDesign?: string
}
