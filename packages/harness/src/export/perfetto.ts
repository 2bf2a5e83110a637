import type { EventRow, Schedule } from '@holdfast/explorer'
import type { CounterChange, LockHold } from './execution-probe.js'
import { TrackGroup } from './trace-event.js'
import type { TraceArgs, TraceEvent, TraceFile } from './trace-event.js'

/** What a trace is made of. */
export interface TracedExecution {
  readonly schedule: Pick<Schedule, 'subject' | 'hash'>
  readonly rows: readonly EventRow[]
  readonly holds: readonly LockHold[]
  readonly counters: readonly CounterChange[]
  /** What it shows; undefined: nothing. */
  readonly fault: { readonly verdict: string; readonly message: string } | undefined
}

/** The idle LWPs of all CPUs have one name. */
const IDLE = 'an idle LWP'

/**
 * An execution as a trace: a track for each CPU or thread, with its turns and in them its steps; one for each LWP, with where it ran; one for each lock,
 * with who held it; arrows from who released a lock to who took it next; counters. A step is a microsecond: there is no other time in it.
 */
export function traceOf(execution: TracedExecution): TraceFile {
  const { schedule, rows, fault } = execution
  return {
    displayTimeUnit: 'ns',
    otherData: {
      program: schedule.subject,
      build: schedule.hash,
      time: 'one step is one microsecond',
      ...(fault === undefined ? {} : { verdict: fault.verdict, message: fault.message }),
    },
    traceEvents: new Builder(rows).build(execution),
  }
}

/** Who an actor runs: `CPU0 (the swapper)`. */
function runningIn({ actorName }: EventRow): { readonly actor: string; readonly runs: string | undefined } {
  const [, actor = actorName, runs] = /^(CPU\d+) \((.*)\)$/s.exec(actorName) ?? []
  return { actor, runs }
}

class Builder {
  private readonly events: TraceEvent[] = []
  private readonly rows: readonly EventRow[]
  private readonly actors: TrackGroup
  private readonly lwps = new TrackGroup(2, 'LWPs')
  private readonly locks = new TrackGroup(3, 'Locks')
  private readonly counters = new TrackGroup(4, 'Counters')
  private readonly end: number

  constructor(rows: readonly EventRow[]) {
    this.rows = rows
    const isMachine = rows.some((row) => runningIn(row).runs !== undefined)
    this.actors = new TrackGroup(1, isMachine ? 'CPUs' : 'Threads')
    this.end = (rows.at(-1)?.step ?? -1) + 1
    const names = new Map(rows.map((row) => [row.actor, runningIn(row).actor]))
    for (const [, name] of [...names].sort(([a], [b]) => a - b)) this.actors.tid(name)
  }

  build({ holds, counters, fault }: TracedExecution): TraceEvent[] {
    this.turns()
    for (const row of this.rows) this.step(row)
    this.waits()
    this.holds(holds)
    this.arrows(holds)
    for (const { step, counter, value } of counters)
      this.events.push({
        ...this.at(this.counters, counter, step, 'memory', counter),
        ph: 'C',
        args: { value },
      })
    const last = this.rows.at(-1)
    if (fault !== undefined && last !== undefined)
      this.events.push({
        ...this.at(this.actors, runningIn(last).actor, last.step, 'fault', fault.verdict),
        ph: 'i',
        s: 'g',
        args: { message: fault.message },
      })
    const groups = [this.actors, this.lwps, this.locks, this.counters]
    const times = this.events.toSorted((a, b) => timeOf(a) - timeOf(b) || lengthOf(b) - lengthOf(a))
    return [...groups.flatMap((group) => group.metadata()), ...times]
  }

  private at(group: TrackGroup, track: string, ts: number, cat: string, name: string) {
    return { name, cat, pid: group.pid, tid: group.tid(track), ts }
  }

  private slice(
    group: TrackGroup,
    track: string,
    [from, to]: readonly [number, number],
    cat: string,
    name: string,
    args?: TraceArgs,
  ): void {
    const where = this.at(group, track, from, cat, name)
    this.events.push({ ...where, ph: 'X', dur: to - from, ...(args === undefined ? {} : { args }) })
  }

  /** Steps of one actor, one after the other, running the same. */
  private turns(): void {
    let first: EventRow | undefined
    const close = (end: number): void => {
      if (first === undefined) return
      const { actor, runs } = runningIn(first)
      this.slice(this.actors, actor, [first.step, end], 'turn', runs ?? actor)
      if (runs !== undefined && runs !== IDLE)
        this.slice(this.lwps, runs, [first.step, end], 'turn', `on ${actor}`)
    }
    for (const row of this.rows) {
      if (row.actorName === first?.actorName) continue
      close(row.step)
      first = row
    }
    close(this.end)
  }

  private step(row: EventRow): void {
    const { actor } = runningIn(row)
    const { step, op, word, place, remark, old, new: now, wrote, meaning, left } = row
    const next = step + 1
    this.slice(this.actors, actor, [step, next], 'step', remark?.text ?? `${op} ${word ?? ''}`.trimEnd(), {
      step: next,
      op,
      ...(word === undefined ? {} : { word, old: meaning?.old ?? old }),
      ...(word !== undefined && wrote ? { new: meaning?.new ?? now } : {}),
      ...(place === undefined
        ? {}
        : { function: place.cName, place: `${place.file}:${place.line}`, source: place.text }),
    })
    for (const { text } of row.notes)
      this.events.push({ ...this.at(this.actors, actor, step, 'note', text), ph: 'i', s: 't' })
    if (left?.why === 'preempted')
      this.events.push({ ...this.at(this.actors, actor, step, 'preemption', 'preempted'), ph: 'i', s: 't' })
  }

  /** From the step after which an actor waits to its next one. */
  private waits(): void {
    const next = new Map<number, number>()
    for (const row of this.rows.toReversed()) {
      const { actor, step, left } = row
      const until = next.get(actor) ?? this.end
      if (left?.why === 'waits' && until > step + 1) {
        const held = left.holder === undefined ? '' : `, held by ${left.holder}`
        const what = `waits: ${left.op} ${left.word ?? ''}`.trimEnd() + held
        this.slice(this.actors, runningIn(row).actor, [step + 1, until], 'wait', what)
      }
      next.set(actor, step)
    }
  }

  /** A lock that several hold at once (readers) has as many tracks. */
  private holds(holds: readonly LockHold[]): void {
    const busy = new Map<string, number>()
    for (const { lock, holder, from, released } of holds) {
      const to = released?.step ?? this.end
      let track = lock
      for (let n = 2; (busy.get(track) ?? 0) > from; n++) track = `${lock} (${n})`
      busy.set(track, to)
      this.slice(this.locks, track, [from, to], 'lock', holder)
    }
  }

  private arrows(holds: readonly LockHold[]): void {
    const names = new Map(this.rows.map((row) => [row.actor, runningIn(row).actor]))
    const last = new Map<string, LockHold>()
    let id = 0
    for (const hold of holds) {
      const before = last.get(hold.lock)
      last.set(hold.lock, hold)
      const { released } = before ?? {}
      if (released === undefined || before?.holder === hold.holder || hold.handed) continue
      if (released.step >= hold.from) continue
      const from = names.get(released.actor)
      const to = names.get(hold.actor)
      if (from === undefined || to === undefined) continue
      id++
      this.events.push(
        { ...this.at(this.actors, from, released.step, 'lock', hold.lock), ph: 's', id },
        { ...this.at(this.actors, to, hold.from, 'lock', hold.lock), ph: 'f', bp: 'e', id },
      )
    }
  }
}

function timeOf(event: TraceEvent): number {
  return event.ph === 'M' ? -1 : event.ts
}

/** Of slices that begin together the longer comes first: it holds the other. */
function lengthOf(event: TraceEvent): number {
  return event.ph === 'X' ? event.dur : 0
}
