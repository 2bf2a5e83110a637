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
    }
  /** The function that the steps below are in. */
  | { readonly kind: 'function'; readonly column: number; readonly name: string; readonly file: string }
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

export function reportTable(finding: Finding, options: { readonly rows: number }): ReportTable {
  const actors = involvedActors(finding)
  const shown = interestingSteps(finding, actors, options.rows)
  const columns = actors.map((actor) => ({ actor, name: nameOf(finding, actor) }))
  const builder = new Builder(finding, actors, shown)
  return { columns, lines: builder.build() }
}

function nameOf({ events, stuck }: Finding, actor: number): string {
  const names = new Set(events.filter((row) => row.actor === actor).map((row) => row.actorName))
  if (names.size === 0) return stuck.find((each) => each.actor === actor)?.actorName ?? `actor ${actor}`
  const [first, ...others] = names
  return others.length === 0 ? (first as string) : `${first as string} and ${others.length} more`
}

class Builder {
  private readonly lines: ReportLine[] = []
  private readonly finding: Finding
  private readonly actors: readonly number[]
  private readonly shown: ReadonlySet<number>
  private readonly faults: ReadonlySet<number>
  private skipped: EventRow[] = []
  private inFunction = ''

  constructor(finding: Finding, actors: readonly number[], shown: ReadonlySet<number>) {
    this.finding = finding
    this.actors = actors
    this.shown = shown
    this.faults = new Set(finding.steps)
  }

  build(): ReportLine[] {
    const { events } = this.finding
    for (const row of events) {
      if (this.skipped.length > 0 && this.columnOf(this.skipped[0] as EventRow) !== this.columnOf(row)) this.skip()
      if (!this.shown.has(row.step)) this.skipped.push(row)
      else {
        this.skip()
        this.step(row)
      }
      this.left(row)
    }
    this.skip()
    for (const stuck of this.finding.stuck) {
      const column = this.actors.indexOf(stuck.actor)
      if (column >= 0) this.lines.push({ kind: 'stuck', column, text: `for ever: ${pendingText(stuck)}` })
    }
    return this.lines
  }

  private columnOf({ actor }: EventRow): number {
    return this.actors.indexOf(actor)
  }

  private step(row: EventRow): void {
    const column = this.columnOf(row)
    const { place } = row
    const name = place === undefined ? '' : `${column} ${place.cName} ${place.file}`
    if (place !== undefined && name !== this.inFunction) {
      this.lines.push({ kind: 'function', column, name: place.cName, file: fileName(place.file) })
    }
    this.inFunction = name
    const fault = this.faults.has(row.step) || (this.faults.size === 0 && row.reports.length > 0)
    this.lines.push({ kind: 'step', column, row, text: eventText(row), fault })
  }

  private skip(): void {
    const [first] = this.skipped
    if (first === undefined) return
    const column = this.columnOf(first)
    const { length } = this.skipped
    const steps = `… ${length} step${length === 1 ? '' : 's'}${functionsOf(this.skipped)}`
    const names = [...new Set(this.skipped.map(({ actorName }) => actorName))]
    this.lines.push({
      kind: 'skipped',
      column,
      text: column >= 0 ? steps : `${steps}, by ${names.join(', ')}`,
    })
    this.skipped = []
    this.inFunction = ''
  }

  private left(row: EventRow): void {
    const column = this.columnOf(row)
    const { left } = row
    if (left === undefined || column < 0) return
    this.skip()
    this.inFunction = ''
    if (left.why === 'preempted') {
      const text = `preempted before ${nextText(left)}`
      this.lines.push({ kind: 'left', column, text, preempted: true })
    } else if (left.why === 'ended') this.lines.push({ kind: 'left', column, text: 'ends', preempted: false })
    else this.lines.push({ kind: 'left', column, text: `waits: ${pendingText(left)}`, preempted: false })
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
