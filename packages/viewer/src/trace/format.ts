/**
 * The trace format: one execution, step by step, in columns. docs/trace-format.md describes it for other tools.
 *
 * Everything that repeats is a table, and events name rows of it by number; a column is a list of numbers, as long as there are events.
 * Step n of an execution (people count from 1) is event n - 1.
 */
export const TRACE_FORMAT = 'holdfast-trace/1'

/** Flags of an event. */
export const PREEMPTS = 1
export const WROTE = 2
export const REPORTED = 4
export const ENDED = 8

/** What a lock event does to its lock. */
export const ACQUIRES = 0
export const RELEASES = 1
export const WAITS = 2

/** One execution. `T` is how a column is kept: a list in a file, a typed array in the page. */
export interface Trace<T = readonly number[]> {
  readonly format: typeof TRACE_FORMAT
  readonly title: string
  /** What was run: `scenario:hold-vs-swapper`. */
  readonly subject: string
  /** The schedule string that replays it. */
  readonly schedule?: string | undefined
  /** The fault that it shows, if it shows one. */
  readonly verdict?: string | undefined
  readonly message?: string | undefined
  /** How it was made, where that is not obvious: of a replay that could not go on, where and why. */
  readonly note?: string | undefined
  /** CPUs, or threads: a lane each. */
  readonly actors: readonly string[]
  /** What the actors run: LWPs. Empty where an actor runs nothing but itself. */
  readonly tasks: readonly string[]
  /** Names of kinds of words, in the order in which they are shown. */
  readonly groups: readonly string[]
  readonly words: readonly TraceWord[]
  readonly ops: readonly string[]
  readonly places: readonly TracePlace[]
  /** Lists of places, innermost first: where an event is, and the calls that it is in. */
  readonly stacks: readonly (readonly number[])[]
  /** Lines of sources that places are in, and of the originals they were ported from. */
  readonly files: readonly TraceFile[]
  readonly events: TraceEvents<T>
  readonly changes: TraceChanges<T>
  readonly locks: TraceLocks<T>
  readonly meanings: TraceMeanings<T>
  readonly notes: readonly TraceNote[]
  /** Events that the fault is about, in order. */
  readonly focus: readonly number[]
}

/** A word of memory that something touches. */
export interface TraceWord {
  /** `target (2.1).l_flag`: what precedes the last dot is its record. */
  readonly name: string
  /** Number of its group. */
  readonly group: number
  /** What it holds before the first event. */
  readonly initial: number
  /** The word is a lock. */
  readonly isLock?: boolean | undefined
  /** It matters: the fault is about it, or it tells in any case where the program stands. */
  readonly isKey?: boolean | undefined
}

/** A place in the source. */
export interface TracePlace {
  /** Name of a file, as in `files`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly function: string
  /** The operation as it is written. */
  readonly text: string
  /** The lines of the original that it was ported from, first and last: one line, or a whole function. */
  readonly original?: { readonly file: string; readonly from: number; readonly to: number } | undefined
}

/** A source file, as far as places refer to it. */
export interface TraceFile {
  readonly name: string
  /** Pairs of a line's number and its text; lines that nothing refers to may be missing. */
  readonly lines: readonly (readonly [number, string])[]
}

/** Columns, one entry for each event; -1 is none. */
export interface TraceEvents<T> {
  readonly actor: T
  readonly task: T
  readonly op: T
  readonly stack: T
  /** How many of the stack, innermost first, are the code of a lock or the like. */
  readonly inner: T
  /** First word accessed, and its value before and after. */
  readonly word: T
  readonly old: T
  readonly new: T
  /** PREEMPTS | WROTE | REPORTED | ENDED */
  readonly flags: T
}

/** Every change of a word, in the order of events. */
export interface TraceChanges<T> {
  readonly event: T
  readonly word: T
  /** What the word holds from then on. */
  readonly value: T
}

/** What events do to locks, in the order of events. */
export interface TraceLocks<T> {
  readonly event: T
  readonly word: T
  /** ACQUIRES, RELEASES or WAITS. */
  readonly what: T
}

/** What values of words mean: `LW_INMEM`, `held by holder (4.1)`. */
export interface TraceMeanings<T> {
  readonly word: T
  readonly value: T
  readonly text: readonly string[]
}

/**
 * Something to be said of an event: `report` a fault; `remark` what it means; `note` what happened besides; `waits` what its actor waits for
 * from then on; `left` why else it goes no further.
 */
export interface TraceNote {
  readonly event: number
  readonly kind: 'report' | 'remark' | 'note' | 'waits' | 'left'
  readonly text: string
}
