/**
 * Events of the Trace Event Format (Chrome, Perfetto), as far as they are used here. `ts` and `dur` are microseconds there; here one is a step.
 * See "Trace Event Format", sections Duration, Instant, Counter, Flow and Metadata Events.
 */
export type TraceEvent =
  /** A slice. Slices of one thread nest, or do not overlap. */
  | (OnTrack & { readonly ph: 'X'; readonly dur: number; readonly args?: TraceArgs })
  /** A moment, of its thread or of the whole trace. */
  | (OnTrack & { readonly ph: 'i'; readonly s: 't' | 'g'; readonly args?: TraceArgs })
  /** A counter has a new value. */
  | (OnTrack & { readonly ph: 'C'; readonly args: Readonly<Record<string, number>> })
  /** An arrow begins within the slice that is open there. */
  | (OnTrack & { readonly ph: 's'; readonly id: number })
  /** It ends, within the slice that is open there. */
  | (OnTrack & { readonly ph: 'f'; readonly id: number; readonly bp: 'e' })
  | {
      readonly ph: 'M'
      readonly name: 'process_name' | 'thread_name' | 'process_sort_index' | 'thread_sort_index'
      readonly pid: number
      readonly tid: number
      readonly args: TraceArgs
    }

interface OnTrack {
  readonly name: string
  readonly cat: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
}

export type TraceArgs = Readonly<Record<string, string | number>>

/** The JSON object form of the format. */
export interface TraceFile {
  readonly displayTimeUnit: 'ns' | 'ms'
  readonly otherData: TraceArgs
  readonly traceEvents: readonly TraceEvent[]
}

/** A group of tracks, by the names of its tracks. Tracks are numbered from 1 as they are named. */
export class TrackGroup {
  readonly pid: number
  private readonly name: string
  private readonly tids = new Map<string, number>()

  constructor(pid: number, name: string) {
    this.pid = pid
    this.name = name
  }

  /** Number of the track of that name. */
  tid(name: string): number {
    const tid = this.tids.get(name) ?? this.tids.size + 1
    this.tids.set(name, tid)
    return tid
  }

  metadata(): TraceEvent[] {
    if (this.tids.size === 0) return []
    const { pid } = this
    const threads = [...this.tids].flatMap(([name, tid]): TraceEvent[] => [
      { ph: 'M', name: 'thread_name', pid, tid, args: { name } },
      { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
    ])
    return [
      { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: this.name } },
      { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
      ...threads,
    ]
  }
}
