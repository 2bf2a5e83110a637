import { eventText, nextText, pendingText } from './event-text.js'
import type { EventText } from './event-text.js'
import type { EventRow } from './events.js'
import type { Finding } from './finding.js'
import { fileName } from './place-text.js'
import { interestingSteps, involvedActors } from './report-choice.js'

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

/** Names that a collapsed run lists at most. */
const MOST_NAMES = 3
/** Turns without anything of interest that are told apart. */
const MOST_TURNS = 2

export function reportTable(finding: Finding, options: { readonly rows: number }): ReportTable {
  const actors = involvedActors(finding)
  const shown = interestingSteps(finding, actors, options.rows)
  const columns = actors.map((actor) => ({ actor, name: nameOf(finding, actor) }))
  const builder = new Builder(finding, actors, shown)
  return { columns, lines: builder.build() }
}

/** What the names of an actor have in common: it may run one thing after the other. */
function nameOf({ events, stuck }: Finding, actor: number): string {
  const names = [...new Set(events.filter((row) => row.actor === actor).map((row) => row.actorName))]
  const [first] = names
  if (first === undefined) return stuck.find((each) => each.actor === actor)?.actorName ?? `actor ${actor}`
  let { length } = first
  while (!names.every((name) => name.startsWith(first.slice(0, length)))) length--
  return names.length === 1
    ? first
    : first.slice(0, length).replace(/[^\p{L}\p{N}]+$/u, '') || `actor ${actor}`
}

/** A function with one step only shares its line. */
function joined(lines: readonly ReportLine[]): ReportLine[] {
  const isAlone = (i: number): boolean =>
    lines[i]?.kind === 'function' && lines[i + 1]?.kind === 'step' && lines[i + 2]?.kind !== 'step'
  return lines.flatMap((line, i) => {
    if (isAlone(i)) return []
    return line.kind === 'step' && isAlone(i - 1) ? [{ ...line, alone: true }] : [line]
  })
}

class Builder {
  private readonly lines: ReportLine[] = []
  private readonly finding: Finding
  private readonly actors: readonly number[]
  private readonly shown: ReadonlySet<number>
  private readonly faults: ReadonlySet<number>
  private skipped: EventRow[] = []
  private inFunction = ''
  /** What each column's actor was last seen to run. */
  private readonly runs: string[] = []

  constructor(finding: Finding, actors: readonly number[], shown: ReadonlySet<number>) {
    this.finding = finding
    this.actors = actors
    this.shown = shown
    this.faults = new Set(finding.steps)
  }

  build(): ReportLine[] {
    const { events } = this.finding
    for (const [i, row] of events.entries()) {
      if (this.shown.has(row.step)) {
        this.skip()
        this.step(row)
      } else this.skipped.push(row)
      this.left(row, events[i + 1])
    }
    this.skip()
    for (const stuck of this.finding.stuck) {
      const column = this.actors.indexOf(stuck.actor)
      if (column >= 0) this.lines.push({ kind: 'stuck', column, text: `for ever: ${pendingText(stuck)}` })
    }
    return joined(this.lines)
  }

  private columnOf({ actor }: EventRow): number {
    return this.actors.indexOf(actor)
  }

  private step(row: EventRow): void {
    const column = this.columnOf(row)
    const { place } = row
    const name = nameOf(this.finding, row.actor)
    if (row.actorName !== name && this.runs[column] !== row.actorName) {
      this.lines.push({
        kind: 'runs',
        column,
        text: row.actorName.slice(name.length).replace(/^[^\p{L}\p{N}(]+/u, ''),
      })
      this.inFunction = ''
    }
    this.runs[column] = row.actorName
    const callers = row.callers.map(({ cName, line }) => `${cName}:${line}`)
    const where = place === undefined ? '' : [column, place.cName, place.file, ...callers].join(' ')
    if (place !== undefined && where !== this.inFunction) {
      this.lines.push({ kind: 'function', column, name: place.cName, file: fileName(place.file), callers })
    }
    this.inFunction = where
    const fault = this.faults.has(row.step) || (this.faults.size === 0 && row.reports.length > 0)
    this.lines.push({ kind: 'step', column, row, text: eventText(row), fault, alone: false })
  }

  /** Says what was skipped: in a column if it is of one actor, else across all; two turns are still told apart. */
  private skip(): void {
    if (this.skipped.length === 0) return
    const turns: EventRow[][] = []
    for (const row of this.skipped) {
      const last = turns.at(-1)
      if (last !== undefined && this.columnOf(last[0] as EventRow) === this.columnOf(row)) last.push(row)
      else turns.push([row])
    }
    for (const rows of turns.length <= MOST_TURNS ? turns : [this.skipped]) {
      const names = [...new Set(rows.map(({ actorName }) => actorName))]
      const column = turns.length <= MOST_TURNS ? this.columnOf(rows[0] as EventRow) : -1
      const steps = `… ${rows.length} step${rows.length === 1 ? '' : 's'}${functionsOf(rows)}`
      this.lines.push({
        kind: 'skipped',
        column,
        text: column >= 0 ? steps : `${steps}, by ${names.join(', ')}`,
      })
    }
    this.skipped = []
    this.inFunction = ''
  }

  /** How a turn ends, where that is a preemption, or is next to a step that is shown. */
  private left(row: EventRow, next: EventRow | undefined): void {
    const column = this.columnOf(row)
    const { left } = row
    if (left === undefined || column < 0) return
    const isNear = this.shown.has(row.step) || (next !== undefined && this.shown.has(next.step))
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

/** ` in uvm_fault, pmap_enter …`: the functions with most of the steps. */
function functionsOf(rows: readonly EventRow[]): string {
  const counts = new Map<string, number>()
  for (const { place } of rows) {
    if (place !== undefined) counts.set(place.cName, (counts.get(place.cName) ?? 0) + 1)
  }
  const names = [...counts].sort(([, one], [, other]) => other - one).map(([name]) => name)
  if (names.length === 0) return ''
  const more = names.length > MOST_NAMES ? ' …' : ''
  return ` in ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}
