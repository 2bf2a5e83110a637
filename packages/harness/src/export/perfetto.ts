import { WROTE, loadTrace, locksOf, runsByTask, runsOf, valueText } from '@holdfast/viewer'
import type { Execution, Trace } from '@holdfast/viewer'
import { TrackGroup } from './trace-event.js'
import type { TraceArgs, TraceEvent, TraceFile } from './trace-event.js'

/** Words that are drawn as counters, if the execution has them, and what they count. */
const COUNTERS: readonly (readonly [RegExp, string])[] = [
  [/^uvmexp_(free|active|inactive)$/, '$1 pages'],
  [/^cpu_info\[(\d+)\]\.spc_count$/, 'run queue of CPU$1'],
]

/**
 * An execution as a trace of the Trace Event Format: a track for each CPU or thread, with its turns and in them its steps; one for each LWP, with
 * where it ran; one for each lock, with who held it; arrows from who released a lock to who took it next; counters. Step n is the microsecond
 * from n - 1 to n: there is no other time in it.
 */
export function perfettoOf(trace: Trace): TraceFile {
  const { subject, schedule, verdict, message } = trace
  const about = { schedule, verdict, message }
  const known = Object.entries(about).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]))
  return {
    displayTimeUnit: 'ns',
    otherData: { program: subject, time: 'one step is one microsecond', ...Object.fromEntries(known) },
    traceEvents: new Builder(loadTrace(trace)).build(),
  }
}

class Builder {
  private readonly found: TraceEvent[] = []
  private readonly execution: Execution
  private readonly actors: TrackGroup
  private readonly lwps = new TrackGroup(2, 'LWPs')
  private readonly locks = new TrackGroup(3, 'Locks')
  private readonly counters = new TrackGroup(4, 'Counters')

  constructor(execution: Execution) {
    this.execution = execution
    this.actors = new TrackGroup(1, execution.tasks.length > 0 ? 'CPUs' : 'Threads')
    for (const name of execution.actors) this.actors.tid(name)
  }

  build(): TraceEvent[] {
    const { execution } = this
    this.turns()
    for (let event = 0; event < execution.length; event++) this.step(event)
    this.notes()
    this.locksHeld()
    this.counted()
    this.fault()
    const groups = [this.actors, this.lwps, this.locks, this.counters]
    const times = this.found.toSorted((a, b) => timeOf(a) - timeOf(b) || lengthOf(b) - lengthOf(a))
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
    this.found.push({ ...where, ph: 'X', dur: to - from, ...(args === undefined ? {} : { args }) })
  }

  private actorOf(event: number): string {
    const { actors, events } = this.execution
    return actors[events.actor[event] as number] ?? ''
  }

  private turns(): void {
    const { execution } = this
    const { actors, tasks } = execution
    const runs = runsOf(execution)
    for (const { actor, task, from, to } of runs.flat()) {
      const name = actors[actor] ?? ''
      this.slice(this.actors, name, [from, to + 1], 'turn', tasks[task] ?? name)
    }
    for (const run of runsByTask(runs, tasks.length).flat())
      this.slice(this.lwps, tasks[run.task] ?? '', [run.from, run.to + 1], 'turn', `on ${actors[run.actor]}`)
  }

  private step(event: number): void {
    const { execution } = this
    const { events, ops, words, places, stacks, notesOf } = execution
    const op = ops[events.op[event] as number] ?? ''
    const number = events.word[event] as number
    const word = words[number]?.name
    const place = places[stacks[events.stack[event] as number]?.[0] ?? -1]
    const remark = notesOf.get(event)?.find(({ kind }) => kind === 'remark')?.text
    const isWritten = word !== undefined && ((events.flags[event] as number) & WROTE) !== 0
    const name = remark ?? `${op} ${word ?? ''}`.trimEnd()
    this.slice(this.actors, this.actorOf(event), [event, event + 1], 'step', name, {
      step: event + 1,
      op,
      ...(word === undefined ? {} : { word, old: valueText(execution, number, events.old[event] as number) }),
      ...(isWritten ? { new: valueText(execution, number, events.new[event] as number) } : {}),
      ...(place === undefined
        ? {}
        : { function: place.function, place: `${place.file}:${place.line}`, source: place.text }),
    })
  }

  /** What is noted is a moment; who waits does so from the step after which it waits to its next one. */
  private notes(): void {
    const { events, notes, length } = this.execution
    const next = new Map<number, number>()
    const until: number[] = []
    for (let event = length - 1; event >= 0; event--) {
      const actor = events.actor[event] as number
      until[event] = next.get(actor) ?? length
      next.set(actor, event)
    }
    for (const { event, kind, text } of notes) {
      const actor = this.actorOf(event)
      const end = until[event] as number
      if (kind === 'waits' && end > event + 1) this.slice(this.actors, actor, [event + 1, end], 'wait', text)
      else if (kind === 'note' || kind === 'left')
        this.found.push({ ...this.at(this.actors, actor, event, kind, text), ph: 'i', s: 't' })
    }
  }

  private locksHeld(): void {
    const { actors, tasks, words, length } = this.execution
    const nameOf = (who: number): string => (tasks.length > 0 ? tasks : actors)[who] ?? ''
    const { spans, arrows } = locksOf(this.execution)
    const busy = new Map<string, number>()
    for (const { word, who, kind, from, to, isOpen } of spans) {
      if (kind !== 'held') continue
      const end = isOpen ? length : to
      const lock = words[word]?.name ?? ''
      // A lock that several hold at once (readers) has as many tracks.
      let track = lock
      for (let n = 2; (busy.get(track) ?? 0) > from; n++) track = `${lock} (${n})`
      busy.set(track, end)
      this.slice(this.locks, track, [from, end], 'lock', nameOf(who))
    }
    for (const [at, { word, from, to }] of arrows.entries()) {
      const name = words[word]?.name ?? ''
      const id = at + 1
      this.found.push(
        { ...this.at(this.actors, this.actorOf(from), from, 'lock', name), ph: 's', id },
        { ...this.at(this.actors, this.actorOf(to), to, 'lock', name), ph: 'f', bp: 'e', id },
      )
    }
  }

  private counted(): void {
    const { words, changes } = this.execution
    const names = words.map(({ name }) => {
      const [pattern, text] = COUNTERS.find(([each]) => each.test(name)) ?? []
      return pattern === undefined || text === undefined ? undefined : name.replace(pattern, text)
    })
    const count = (word: number, ts: number, value: number): void => {
      const name = names[word]
      if (name === undefined) return
      this.found.push({ ...this.at(this.counters, name, ts, 'memory', name), ph: 'C', args: { value } })
    }
    for (const [word, { initial }] of words.entries()) count(word, 0, initial)
    for (const [at, event] of changes.event.entries())
      count(changes.word[at] as number, event + 1, changes.value[at] as number)
  }

  /** At the last of the steps that it is about. */
  private fault(): void {
    const { verdict, message = '', focus, length } = this.execution
    const event = focus.at(-1) ?? length - 1
    if (verdict === undefined || event < 0) return
    const where = this.at(this.actors, this.actorOf(event), event, 'fault', verdict)
    this.found.push({ ...where, ph: 'i', s: 'g', args: { message } })
  }
}

function timeOf(event: TraceEvent): number {
  return event.ph === 'M' ? -1 : event.ts
}

/** Of slices that begin together the longer comes first: it holds the other. */
function lengthOf(event: TraceEvent): number {
  return event.ph === 'X' ? event.dur : 0
}
