import type { Trace, TraceChanges, TraceEvents, TraceLocks, TraceNote } from '../trace/format.js'

/** A trace in memory: columns as typed arrays, and notes by event. */
export interface Execution extends Omit<Trace, 'events' | 'changes' | 'locks'> {
  /** How many events there are. */
  readonly length: number
  readonly events: TraceEvents<Int32Array>
  readonly changes: TraceChanges<Int32Array>
  readonly locks: TraceLocks<Int32Array>
  readonly notesOf: ReadonlyMap<number, readonly TraceNote[]>
  /** What a value of a word means, or undefined: only itself. */
  meaning(word: number, value: number): string | undefined
}

/** Loads a trace that has been checked. */
export function loadTrace(trace: Trace): Execution {
  const notesOf = new Map<number, TraceNote[]>()
  for (const note of trace.notes) {
    const known = notesOf.get(note.event)
    if (known === undefined) notesOf.set(note.event, [note])
    else known.push(note)
  }
  const { word, value, text } = trace.meanings
  const meanings = new Map(text.map((each, at) => [`${word[at]}:${value[at]}`, each]))
  return {
    ...trace,
    length: trace.events.actor.length,
    events: typed(trace.events),
    changes: typed(trace.changes),
    locks: typed(trace.locks),
    notesOf,
    meaning: (of, holding) => meanings.get(`${of}:${holding}`),
  }
}

function typed<K extends string>(columns: Readonly<Record<K, readonly number[]>>): Record<K, Int32Array> {
  const entries = Object.entries(columns) as [K, readonly number[]][]
  return Object.fromEntries(entries.map(([name, values]) => [name, Int32Array.from(values)])) as Record<
    K,
    Int32Array
  >
}

/** First index whose value is `least` or more, in an ascending list; its length if there is none. */
export function lowerBound(values: ArrayLike<number>, least: number): number {
  let from = 0
  let to = values.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((values[middle] as number) < least) from = middle + 1
    else to = middle
  }
  return from
}

/** The record that a word belongs to and the field it is: `target (2.1)` and `l_flag`; a global is a field of nothing. */
export function partsOf(name: string): { record: string; field: string } {
  const dot = name.lastIndexOf('.')
  // `2.1` in the name of an LWP is no field.
  if (dot < 0 || /^\d/.test(name.slice(dot + 1))) return { record: '', field: name }
  return { record: name.slice(0, dot), field: name.slice(dot + 1) }
}
