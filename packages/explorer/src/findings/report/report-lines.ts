import { eventText, nextText, pendingText } from './event-text.js'
import type { EventText } from './event-text.js'
import type { EventRow } from './events.js'
import type { Finding } from '../finding.js'
import { merged, MOST_TURNS, runsOf, skippedText } from './gaps.js'
import type { Gap, Skipped } from './gaps.js'
import { fileName, outerPlaces } from './place-text.js'
import { faultSteps, interestingSteps, involvedActors, isTold } from './report-choice.js'
import { shownOf, storyItems, worthTelling } from './report-story.js'
import type { Shown } from './report-story.js'

/** The columns of a table, one for each actor that matters, and its lines from top to bottom. */
export interface ReportTable {
  readonly columns: readonly { readonly actor: number; readonly name: string }[]
  readonly lines: readonly ReportLine[]
}

/** A line has something in one column, or goes across all (column -1). */
export type ReportLine =
  /** A step. `fault`: the finding is about it. */
  | {
      readonly kind: 'step'
      readonly column: number
      readonly row: EventRow
      readonly text: EventText
      readonly fault: boolean
      /** It is the only one under its function, which has no line of its own then. */
      readonly alone: boolean
    }
  /** What an actor has noted, and where: `uvm_scheduler:121`. */
  | { readonly kind: 'note'; readonly column: number; readonly text: string; readonly at: string }
  /** The function that the steps below are in. */
  | {
      readonly kind: 'function'
      readonly column: number
      readonly name: string
      readonly file: string
      /** The calls it is in, `uvm_lwp_hold:120`, innermost first. */
      readonly callers: readonly string[]
    }
  /** What the actor runs from here on, if it has one name for itself and one for that. */
  | { readonly kind: 'runs'; readonly column: number; readonly text: string }
  /** Steps that are not shown. */
  | { readonly kind: 'skipped'; readonly column: number; readonly text: string }
  /** The actor loses its turn. `preempted`: against its will. */
  | {
      readonly kind: 'left'
      readonly column: number
      readonly text: string
      readonly preempted: boolean
    }
  /** What the actor waits for when all is over. */
  | { readonly kind: 'stuck'; readonly column: number; readonly text: string }

/** Steps of a machine that are not worth a line that says how many they are. */
const SMALLEST_GAP = 12
/** Characters of a column, about: what is longer takes another line. */
const USUAL_COLUMN = 50

/** Of a machine that tells what its steps mean, at most `rows` lines; of others so many steps, about. */
export function reportTable(finding: Finding, { rows }: { readonly rows: number }): ReportTable {
  const actors = involvedActors(finding)
  const columns = actors.map((actor) => ({ actor, name: nameOf(finding, actor) }))
  const linesOf = (shown: ReadonlyMap<number, Shown> | ReadonlySet<number>): ReportLine[] =>
    new Builder(finding, columns, shown).build()
  if (!isTold(finding)) return { columns, lines: linesOf(interestingSteps(finding, actors, rows)) }
  const items = storyItems(finding, actors)
  let most = Math.min(worthTelling(items), rows)
  let lines = linesOf(shownOf(items.slice(0, most)))
  while (most > 1 && height(lines) > rows) lines = linesOf(shownOf(items.slice(0, --most)))
  return { columns, lines }
}

function height(lines: readonly ReportLine[]): number {
  let all = 0
  for (const line of lines) {
    const { length } = line.kind === 'step' ? line.text.word : line.kind === 'function' ? '' : line.text
    all += Math.max(1, Math.ceil(length / USUAL_COLUMN))
  }
  return all
}

/** What the names of an actor have in common: it may run one thing after the other. */
function nameOf(finding: Finding, actor: number): string {
  const { events, stuck } = finding
  const names = [...new Set(events.filter((row) => row.actor === actor).map((row) => row.actorName))]
  const [first] = names
  // What a CPU runs, it is said to run.
  if (first !== undefined && isTold(finding)) return first.replace(/ \(.*$/, '')
  if (first === undefined) return stuck.find((each) => each.actor === actor)?.actorName ?? `actor ${actor}`
  let { length } = first
  while (!names.every((name) => name.startsWith(first.slice(0, length)))) length--
  return names.length === 1
    ? first
    : first.slice(0, length).replace(/[^\p{L}\p{N}]+$/u, '') || `actor ${actor}`
}

/** A function with one step only shares its line. */
function joined(lines: readonly ReportLine[]): ReportLine[] {
  const isAlone = (i: number): boolean => {
    if (lines[i]?.kind !== 'function' || lines[i + 1]?.kind !== 'step') return false
    let next = i + 2
    while (lines[next]?.kind === 'note') next++
    return lines[next]?.kind !== 'step'
  }
  return lines.flatMap((line, i) => {
    if (isAlone(i)) return []
    return line.kind === 'step' && isAlone(i - 1) ? [{ ...line, alone: true }] : [line]
  })
}

class Builder {
  private readonly lines: ReportLine[] = []
  private readonly finding: Finding
  private readonly columns: ReportTable['columns']
  /** What is shown of the steps of a machine that tells, or which of the steps are. */
  private readonly shown: ReadonlyMap<number, Shown> | ReadonlySet<number>
  private readonly faults: ReadonlySet<number>
  private readonly isTold: boolean
  private skipped: Skipped[] = []
  /** The last of them. */
  private rows: EventRow[] = []
  private inFunction = ''
  /** What each column's actor was last seen to run. */
  private readonly runs: string[] = []

  constructor(
    finding: Finding,
    columns: ReportTable['columns'],
    shown: ReadonlyMap<number, Shown> | ReadonlySet<number>,
  ) {
    this.finding = finding
    this.columns = columns
    this.shown = shown
    this.isTold = 'get' in shown
    this.faults = faultSteps(finding)
  }

  build(): ReportLine[] {
    const { events, gaps } = this.finding
    const left: Gap[] = [...gaps]
    for (const [i, row] of events.entries()) {
      while ((left[0]?.from ?? Infinity) < row.step) this.gap(left.shift() as Gap)
      const next = events[i + 1]
      const { shown } = this
      if ('get' in shown) this.told(row, shown.get(row.step), next)
      else {
        if (shown.has(row.step)) {
          this.skip()
          this.step(row)
        } else this.rows.push(row)
        this.left(row, next, shown)
      }
    }
    for (const gap of left) this.gap(gap)
    this.skip()
    if (this.isTold && this.finding.stuck.length > 0) {
      this.lines.push({ kind: 'stuck', column: -1, text: `${this.finding.verdict}: nothing moves any more` })
      return joined(this.lines)
    }
    for (const stuck of this.finding.stuck) {
      const column = this.columnOf(stuck)
      if (column >= 0) this.lines.push({ kind: 'stuck', column, text: `for ever: ${pendingText(stuck)}` })
    }
    return joined(this.lines)
  }

  private gap({ skipped }: Gap): void {
    this.close()
    this.skipped.push(...skipped)
  }

  private close(): void {
    this.skipped.push(...runsOf(this.rows))
    this.rows = []
  }

  /** A row of a machine that tells what its steps mean. */
  private told(row: EventRow, shown: Shown | undefined, next: EventRow | undefined): void {
    const column = this.columnOf(row)
    if (shown === undefined || (!shown.step && shown.notes.length === 0)) this.rows.push(row)
    else {
      this.skip()
      if (shown.step) this.step(row)
      else this.running(row)
      for (const n of shown.notes) {
        const { text = '', at = '' } = row.notes[n] ?? {}
        this.lines.push({ kind: 'note', column, text, at: shown.step ? '' : at })
      }
    }
    const { left } = row
    if (left?.why === 'ended' && next === undefined) {
      this.turnEnds({ kind: 'stuck', column, text: this.finding.verdict })
    } else if (shown?.left === true && left?.why === 'preempted') {
      const { place } = left
      const text = place === undefined ? 'preempted' : `preempted in ${place.cName}:${place.line}`
      this.turnEnds({ kind: 'left', column, text, preempted: true })
    }
  }

  private columnOf({ actor }: { readonly actor: number }): number {
    return this.columns.findIndex((column) => column.actor === actor)
  }

  private step(row: EventRow): void {
    this.inside(row)
    const fault = this.faults.has(row.step)
    const column = this.columnOf(row)
    this.lines.push({ kind: 'step', column, row, text: eventText(row), fault, alone: false })
  }

  /** Says who runs, if that has changed. */
  private running(row: EventRow): void {
    const column = this.columnOf(row)
    const name = this.columns[column]?.name ?? ''
    if (row.actorName !== name && this.runs[column] !== row.actorName) {
      this.lines.push({
        kind: 'runs',
        column,
        text: row.actorName.slice(name.length).replace(/^\W*?\((.*)\)$|^\W+/u, '$1'),
      })
      this.inFunction = ''
    }
    this.runs[column] = row.actorName
  }

  /** Says who runs, and in which function, if that has changed. */
  private inside(row: EventRow): void {
    this.running(row)
    const column = this.columnOf(row)
    const [place, ...outer] = outerPlaces(row)
    const callers = outer.map(({ cName, line }) => `${cName}:${line}`)
    const where = place === undefined ? '' : [column, place.cName, place.file, ...callers].join(' ')
    if (place !== undefined && where !== this.inFunction) {
      this.lines.push({ kind: 'function', column, name: place.cName, file: fileName(place.file), callers })
    }
    this.inFunction = where
  }

  /** Says what was skipped: in a column if it is of one actor, else across all; two turns are still told apart. */
  private skip(): void {
    this.close()
    if (this.skipped.length === 0) return
    const turns = merged(this.skipped)
    if (this.isTold && turns.reduce((sum, { steps }) => sum + steps, 0) < SMALLEST_GAP) {
      this.skipped = []
      return
    }
    for (const runs of turns.length <= MOST_TURNS ? this.byColumn(turns) : [turns]) {
      const column = runs.length === 1 ? this.columnOf(runs[0] as Skipped) : -1
      if (this.isTold && runs.length === 1 && (runs[0] as Skipped).steps < SMALLEST_GAP) continue
      const names = [...new Set(runs.map(({ actorName }) => actorName))]
      const text = skippedText(runs)
      this.lines.push({
        kind: 'skipped',
        column,
        text: column >= 0 ? text : `${text}, by ${names.join(', ')}`,
      })
    }
    this.skipped = []
    this.inFunction = ''
  }

  /** Turns of actors that have no column are one. */
  private byColumn(turns: readonly Skipped[]): Skipped[][] {
    const groups: Skipped[][] = []
    for (const turn of turns) {
      const last = groups.at(-1)
      if (last?.[0] !== undefined && this.columnOf(last[0]) < 0 && this.columnOf(turn) < 0) last.push(turn)
      else groups.push([turn])
    }
    return groups
  }

  /** How a turn ends, where that is a preemption, or is next to a step that is shown. */
  private left(row: EventRow, next: EventRow | undefined, shown: ReadonlySet<number>): void {
    const column = this.columnOf(row)
    const { left } = row
    if (left === undefined || column < 0) return
    const isNear = shown.has(row.step) || (next !== undefined && shown.has(next.step))
    const goesOn = next?.actor === row.actor
    if (left.why === 'preempted') {
      const how = goesOn ? 'interrupted' : 'preempted'
      this.turnEnds({ kind: 'left', column, text: `${how} before ${nextText(left)}`, preempted: true })
    } else if (isNear && !goesOn) {
      const text = left.why === 'ended' ? 'ends' : `waits: ${pendingText(left)}`
      this.turnEnds({ kind: 'left', column, text, preempted: false })
    }
  }

  private turnEnds(line: ReportLine): void {
    this.skip()
    this.inFunction = ''
    this.lines.push(line)
  }
}
