import type { EventRow } from './events.js'

/** Steps of one actor that are not shown, one after the other. */
export interface Skipped {
  readonly actor: number
  readonly actorName: string
  readonly steps: number
  /** The functions in which most of them are, and how many. */
  readonly functions: readonly { readonly name: string; readonly steps: number }[]
}

/** Steps of an execution that a finding does not keep: from a step on, by whom. */
export interface Gap {
  readonly from: number
  readonly skipped: readonly Skipped[]
}

/** Names that a collapsed run lists at most. */
const MOST_NAMES = 3
const MOST_KEPT = 8
/** Turns that are told apart. */
export const MOST_TURNS = 2

/** Splits the rows of an execution into those that are kept, and what is to be said of the others. */
export function compacted(
  events: readonly EventRow[],
  isKept: (row: EventRow) => boolean,
): { readonly events: readonly EventRow[]; readonly gaps: readonly Gap[] } {
  const kept: EventRow[] = []
  const gaps: Gap[] = []
  let left: EventRow[] = []
  const close = (): void => {
    const [first] = left
    if (first !== undefined) gaps.push({ from: first.step, skipped: merged(runsOf(left)).map(shortened) })
    left = []
  }
  for (const row of events) {
    if (isKept(row)) {
      close()
      kept.push(row)
    } else left.push(row)
  }
  close()
  return { events: kept, gaps }
}

/** Runs of rows of the same actor. */
export function runsOf(rows: readonly EventRow[]): Skipped[] {
  const runs: EventRow[][] = []
  for (const row of rows) {
    const last = runs.at(-1)
    if (last?.[0]?.actorName === row.actorName) last.push(row)
    else runs.push([row])
  }
  return runs.map((run) => {
    const { actor, actorName } = run[0] as EventRow
    return { actor, actorName, steps: run.length, functions: functionsOf(run) }
  })
}

/** The same in at most a few parts: neighbours of one actor are one; if they still are many, each actor's are. */
export function merged(runs: readonly Skipped[]): Skipped[] {
  const joined: Skipped[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last?.actorName === run.actorName) joined[joined.length - 1] = sum(last, run)
    else joined.push(run)
  }
  if (joined.length <= MOST_TURNS) return joined
  const byName = new Map<string, Skipped>()
  for (const run of joined) {
    const known = byName.get(run.actorName)
    byName.set(run.actorName, known === undefined ? run : sum(known, run))
  }
  return [...byName.values()]
}

/** `… 214 steps in uvm_fault, pmap_enter …`. */
export function skippedText(runs: readonly Skipped[]): string {
  const all = runs.reduce(sum)
  const { steps } = all
  const heavy = all.functions.filter((each) => each.steps >= steps / MOST_NAMES / 2)
  const names = heavy.slice(0, MOST_NAMES).map(({ name }) => name)
  const more = heavy.length > MOST_NAMES ? ' …' : ''
  return `… ${steps} step${steps === 1 ? '' : 's'}${names.length === 0 ? '' : ` in ${names.join(', ')}${more}`}`
}

/** With as many functions as are ever named. */
function shortened(run: Skipped): Skipped {
  return { ...run, functions: run.functions.slice(0, MOST_NAMES) }
}

function sum(one: Skipped, other: Skipped): Skipped {
  const functions = new Map(one.functions.map(({ name, steps }) => [name, steps]))
  for (const { name, steps } of other.functions) functions.set(name, (functions.get(name) ?? 0) + steps)
  return { ...one, steps: one.steps + other.steps, functions: ordered(functions) }
}

function ordered(functions: ReadonlyMap<string, number>): Skipped['functions'] {
  return [...functions]
    .map(([name, steps]) => ({ name, steps }))
    .sort((one, other) => other.steps - one.steps)
    .slice(0, MOST_KEPT)
}

function functionsOf(rows: readonly EventRow[]): Skipped['functions'] {
  const found = new Map<string, number>()
  for (const { name, steps } of busiest(rows.map(stackOf), 0, rows.length / MOST_NAMES / 2))
    found.set(name, (found.get(name) ?? 0) + steps)
  return ordered(found)
}

/** The functions a step is in, outermost first. */
function stackOf({ callers, place }: EventRow): string[] {
  const stack = callers.map(({ cName }) => cName).reverse()
  return place === undefined ? stack : [...stack, place.cName]
}

/** The innermost functions that have at least so many of the steps within them. */
function busiest(
  stacks: readonly (readonly string[])[],
  depth: number,
  least: number,
): { name: string; steps: number }[] {
  const groups = new Map<string, (readonly string[])[]>()
  for (const stack of stacks) {
    const name = stack[depth]
    if (name === undefined) continue
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [stack])
    else known.push(stack)
  }
  const heavy = [...groups].filter(([, group]) => group.length >= least)
  return heavy.flatMap(([name, group]) => {
    const inner = busiest(group, depth + 1, least)
    return inner.length > 0 ? inner : [{ name, steps: group.length }]
  })
}
