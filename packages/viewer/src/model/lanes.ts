import type { Execution } from './execution.js'
import { firstEnding, locksOf, runsByTask, runsOf } from './spans.js'
import type { Arrow, LockSpan, RunSpan } from './spans.js'

/** Pixels. */
export const ROW = 13
const ACTOR_HEIGHT = 26
const RUN_HEIGHT = 16
const GAP = 6

/** A lane: of a CPU (a thread), or of an LWP. */
export interface Lane {
  readonly kind: 'actor' | 'task'
  readonly name: string
  readonly number: number
  /** From the top of the first lane, in pixels. */
  readonly top: number
  readonly height: number
  /** Height of the part that shows runs; the rows of locks are below it. */
  readonly runHeight: number
  /** Where it runs, in order. */
  readonly runs: readonly RunSpan[]
  /** What is on the CPU from its first event to the first of the next. */
  readonly tenures: readonly RunSpan[]
  /** Locks held and waited for, by row; in each in order and apart. */
  readonly rows: readonly (readonly LockSpan[])[]
}

/** All that is drawn of an execution. */
export interface Picture {
  readonly lanes: readonly Lane[]
  readonly height: number
  /** In the order of their ends. */
  readonly arrows: readonly Arrow[]
  /** Lane that shows the locks of a task (an actor, where there are no tasks). */
  laneOf(who: number): Lane | undefined
  /** Row of its lane in which `who` holds or waits for `word` at `event`. */
  rowOf(who: number, word: number, event: number): number
}

/**
 * Lays the lanes out: CPUs first, then LWPs: those the fault is about, those that waited for a lock or had one that was waited for, the others in
 * the order in which they first run, those that idle.
 * `like`: another execution, of whose order as much is kept as there is.
 */
export function pictureOf(execution: Execution, like: Execution = execution): Picture {
  const { actors, tasks, length } = execution
  const runs = runsOf(execution)
  const { spans, arrows } = locksOf(execution)
  const rowsOf = rowsByWho(spans)
  const hasTasks = tasks.length > 0
  const lanes: Lane[] = []
  let top = 0
  const add = (kind: Lane['kind'], number: number, name: string, laneRuns: readonly RunSpan[]): void => {
    const rows = hasTasks === (kind === 'task') ? (rowsOf.get(number) ?? []) : []
    const runHeight = kind === 'actor' ? ACTOR_HEIGHT : RUN_HEIGHT
    const height = runHeight + rows.length * ROW
    const tenures = kind === 'actor' && hasTasks ? tenuresOf(laneRuns, length) : []
    lanes.push({ kind, number, name, top, height, runHeight, runs: laneRuns, tenures, rows })
    top += height + GAP
  }
  for (const [number, name] of actors.entries()) add('actor', number, name, runs[number] ?? [])
  const byTask = runsByTask(runs, tasks.length)
  for (const number of inOrderOf(execution, arrows, like))
    add('task', number, tasks[number] ?? '', byTask[number] ?? [])
  const own = new Map(
    lanes.filter(({ kind }) => hasTasks === (kind === 'task')).map((lane) => [lane.number, lane]),
  )
  return {
    lanes,
    height: top,
    arrows: arrows.sort((one, other) => one.to - other.to),
    laneOf: (who) => own.get(who),
    rowOf: (who, word, event) => {
      const rows = rowsOf.get(who) ?? []
      const found = rows.findIndex((row) => {
        const span = row[firstEnding(row, event)]
        return span !== undefined && span.word === word && span.from <= event
      })
      return Math.max(0, found)
    },
  }
}

function inOrderOf(execution: Execution, arrows: readonly Arrow[], like: Execution): number[] {
  const ordered = inOrder(execution, arrows)
  if (like === execution) return ordered
  const names = inOrder(like, locksOf(like).arrows).map((task) => like.tasks[task])
  const place = (task: number): number => {
    const at = names.indexOf(execution.tasks[task])
    return at < 0 ? names.length : at
  }
  return ordered.sort((one, other) => place(one) - place(other))
}

function inOrder({ tasks, events, focus, message = '' }: Execution, arrows: readonly Arrow[]): number[] {
  const involved = new Set(focus.map((event) => events.task[event]))
  const waited = new Set(arrows.flatMap((arrow) => (arrow.waited ? [arrow.releaser, arrow.acquirer] : [])))
  const rank = (task: number): number => {
    const name = tasks[task] ?? ''
    if (involved.has(task) || message.includes(name)) return 0
    if (name.startsWith('idle')) return 3
    return waited.has(task) ? 1 : 2
  }
  return [...tasks.keys()].sort((one, other) => rank(one) - rank(other) || one - other)
}

function rowsByWho(spans: readonly LockSpan[]): Map<number, LockSpan[][]> {
  const rowsOf = new Map<number, LockSpan[][]>()
  for (const span of spans) {
    const rows = rowsOf.get(span.who) ?? []
    rowsOf.set(span.who, rows)
    const row = rows[span.row] ?? []
    rows[span.row] = row
    row.push(span)
  }
  return rowsOf
}

/** A CPU runs an LWP until it runs another. */
function tenuresOf(runs: readonly RunSpan[], length: number): RunSpan[] {
  const found: RunSpan[] = []
  for (const run of runs) {
    const last = found.at(-1)
    if (last?.task === run.task) continue
    if (last !== undefined) found[found.length - 1] = { ...last, to: run.from - 1 }
    found.push({ ...run, to: length - 1 })
  }
  return found
}
