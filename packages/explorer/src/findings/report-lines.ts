import { eventText, nextText, pendingText } from './event-text.js'
import type { EventText } from './event-text.js'
import type { EventRow } from './events.js'
import type { Finding } from './finding.js'
import { fileName } from './place-text.js'
import { faultSteps, interestingSteps, involvedActors } from './report-choice.js'

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
  return { columns, lines: new Builder(finding, columns, shown).build() }
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
  private readonly columns: ReportTable['columns']
  private readonly shown: ReadonlySet<number>
  private readonly faults: ReadonlySet<number>
  private skipped: EventRow[] = []
  private inFunction = ''
  /** What each column's actor was last seen to run. */
  private readonly runs: string[] = []

  constructor(finding: Finding, columns: ReportTable['columns'], shown: ReadonlySet<number>) {
    this.finding = finding
    this.columns = columns
    this.shown = shown
    this.faults = faultSteps(finding)
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
      const column = this.columnOf(stuck)
      if (column >= 0) this.lines.push({ kind: 'stuck', column, text: `for ever: ${pendingText(stuck)}` })
    }
    return joined(this.lines)
  }

  private columnOf({ actor }: { readonly actor: number }): number {
    return this.columns.findIndex((column) => column.actor === actor)
  }

  private step(row: EventRow): void {
    const column = this.columnOf(row)
    const { place } = row
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
    const callers = row.callers.map(({ cName, line }) => `${cName}:${line}`)
    const where = place === undefined ? '' : [column, place.cName, place.file, ...callers].join(' ')
    if (place !== undefined && where !== this.inFunction) {
      this.lines.push({ kind: 'function', column, name: place.cName, file: fileName(place.file), callers })
    }
    this.inFunction = where
    const fault = this.faults.has(row.step)
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

/** ` in uvm_fault, pmap_enter …`: the functions in which most of the steps are. */
function functionsOf(rows: readonly EventRow[]): string {
  const names = busiest(rows.map(stackOf), 0, rows.length / MOST_NAMES / 2)
  if (names.length === 0) return ''
  const more = names.length > MOST_NAMES ? ' …' : ''
  return ` in ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}

/** The functions a step is in, outermost first. */
function stackOf({ callers, place }: EventRow): string[] {
  const stack = callers.map(({ cName }) => cName).reverse()
  return place === undefined ? stack : [...stack, place.cName]
}

/** The innermost functions that have at least so many of the steps within them, those with most first. */
function busiest(stacks: readonly (readonly string[])[], depth: number, least: number): string[] {
  const groups = new Map<string, (readonly string[])[]>()
  for (const stack of stacks) {
    const name = stack[depth]
    if (name === undefined) continue
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [stack])
    else known.push(stack)
  }
  const heavy = [...groups].filter(([, group]) => group.length >= least)
  heavy.sort(([, one], [, other]) => other.length - one.length)
  const names = heavy.flatMap(([name, group]) => {
    const inner = busiest(group, depth + 1, least)
    return inner.length > 0 ? inner : [name]
  })
  return [...new Set(names)]
}
