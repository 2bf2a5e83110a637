import type { TraceEvent, TraceFile } from '../trace-event.js'

type Slice = Extract<TraceEvent, { ph: 'X' }>

/** What of a trace is against the rules of the trace event format; none: nothing. */
export function brokenRules({ traceEvents }: TraceFile): string[] {
  const broken: string[] = []
  const rule = (holds: boolean, text: string, event: TraceEvent): void => {
    if (!holds) broken.push(`${text}: ${JSON.stringify(event)}`)
  }
  const named = new Set<string>()
  const lanes = new Map<string, Slice[]>()
  const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  for (const event of traceEvents) {
    rule(event.name !== '', 'an event has a name', event)
    rule(isWhole(event.pid) && isWhole(event.tid), 'pid and tid are numbers', event)
    if (event.ph === 'M') {
      named.add(`${event.name} ${event.pid} ${event.tid}`)
      continue
    }
    rule(isWhole(event.ts), 'ts is a time', event)
    rule(named.has(`process_name ${event.pid} 0`), 'its process has a name', event)
    rule(named.has(`thread_name ${event.pid} ${event.tid}`), 'its thread has a name', event)
    if (event.ph === 'X') {
      rule(isWhole(event.dur), 'dur is a time', event)
      const lane = `${event.pid} ${event.tid}`
      lanes.set(lane, [...(lanes.get(lane) ?? []), event])
    }
    if (event.ph === 'C') {
      const values = Object.values(event.args)
      rule(values.length > 0 && values.every(Number.isFinite), 'a counter has numbers', event)
    }
  }
  for (const slices of lanes.values()) broken.push(...overlaps(slices))
  return [...broken, ...brokenArrows(traceEvents, lanes)]
}

/** Slices of a thread that neither nest nor follow one another. */
function overlaps(slices: readonly Slice[]): string[] {
  const open: Slice[] = []
  const broken: string[] = []
  for (const slice of slices.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (open.length > 0 && endOf(open.at(-1) as Slice) <= slice.ts) open.pop()
    const outer = open.at(-1)
    if (outer !== undefined && endOf(slice) > endOf(outer))
      broken.push(`slices overlap: ${JSON.stringify(outer)} ${JSON.stringify(slice)}`)
    open.push(slice)
  }
  return broken
}

/** An arrow has one beginning and one end, not before it, each within a slice of its thread. */
function brokenArrows(events: readonly TraceEvent[], lanes: ReadonlyMap<string, readonly Slice[]>): string[] {
  const broken: string[] = []
  const starts = new Map<number, number>()
  for (const event of events) {
    if (event.ph !== 's' && event.ph !== 'f') continue
    const around = lanes.get(`${event.pid} ${event.tid}`) ?? []
    if (!around.some((slice) => slice.ts <= event.ts && event.ts < endOf(slice)))
      broken.push(`an arrow has no slice: ${JSON.stringify(event)}`)
    if (event.ph === 's') {
      if (starts.has(event.id)) broken.push(`two arrows have id ${event.id}`)
      starts.set(event.id, event.ts)
    } else if ((starts.get(event.id) ?? Infinity) > event.ts)
      broken.push(`an arrow ends before it begins: ${JSON.stringify(event)}`)
    else starts.delete(event.id)
  }
  return [...broken, ...[...starts.keys()].map((id) => `arrow ${id} has no end`)]
}

function endOf({ ts, dur }: Slice): number {
  return ts + dur
}
