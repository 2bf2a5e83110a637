import type { EventRow } from './events.js'
import { sharedWords } from './finding.js'
import type { Finding } from './finding.js'

/** Columns of a table at most. */
const MOST_COLUMNS = 4
/** Steps shown before and after a switch, if not all are. */
const AROUND = 2
/** A gap smaller than this is not worth a line that says how many steps it has. */
const SMALLEST_GAP = 3

/** The actors a finding is about: whose steps it names, who waits for ever; else those that touch its words. */
export function involvedActors({ events, steps, stuck, words }: Finding): number[] {
  const involved = new Set<number>()
  for (const step of steps) {
    const row = events[step]
    if (row !== undefined) involved.add(row.actor)
  }
  for (const { actor } of stuck) involved.add(actor)
  const addrs = new Set(words.map(({ addr }) => addr))
  for (const row of events.toReversed()) if (row.wrote && touches(row, addrs)) involved.add(row.actor)
  if (involved.size < 2)
    for (const row of events.toReversed()) if (touches(row, addrs)) involved.add(row.actor)
  if (involved.size === 0) for (const { actor } of events) involved.add(actor)
  return [...involved].slice(0, MOST_COLUMNS).sort((one, other) => one - other)
}

/** Steps that are shown, so that there are about `rows` of them: all if they are few, else more or less around what matters. */
export function interestingSteps(
  { events, steps, words }: Finding,
  actors: readonly number[],
  rows: number,
): Set<number> {
  const own = events.filter(({ actor }) => actors.includes(actor))
  if (own.length <= rows) return new Set(own.map(({ step }) => step))
  const addrs = new Set(words.map(({ addr }) => addr))
  const shared = sharedWords(own)
  const faults = new Set(steps)
  const matters = (row: EventRow): boolean =>
    faults.has(row.step) || row.reports.length > 0 || touches(row, addrs)
  const richest = withSwitches(own, (row) => matters(row) || touches(row, shared), AROUND)
  if (richest.size <= rows) return richest
  const rich = withSwitches(own, matters, AROUND)
  if (rich.size <= rows) return rich
  const last = new Set([...rich].sort((one, other) => one - other).slice(-rows))
  for (const step of steps) last.add(step)
  return last
}

/** The steps that matter, those around the ends of turns, and the small gaps between them. */
function withSwitches(
  rows: readonly EventRow[],
  matters: (row: EventRow) => boolean,
  around: number,
): Set<number> {
  const kept = rows.map((row, i) => {
    if (matters(row)) return true
    for (let near = i - around; near < i + around; near++) {
      const [one, other] = [rows[near], rows[near + 1]]
      if (one !== undefined && other !== undefined && one.actor !== other.actor) return true
    }
    return false
  })
  fillGaps(kept)
  return new Set(rows.flatMap(({ step }, i) => (kept[i] === true ? [step] : [])))
}

function fillGaps(kept: boolean[]): void {
  let last = -1
  for (let i = 0; i < kept.length; i++) {
    if (kept[i] !== true) continue
    if (last >= 0 && i - last - 1 < SMALLEST_GAP) kept.fill(true, last, i)
    last = i
  }
}

function touches({ addr, words }: EventRow, addrs: ReadonlySet<number>): boolean {
  if (addr === undefined) return false
  for (let word = addr; word < addr + words; word++) if (addrs.has(word)) return true
  return false
}
