import type { EventRow } from './events.js'
import { sharedWords } from './finding.js'
import type { Finding } from './finding.js'

/** Columns of a table at most. */
const MOST_COLUMNS = 4
/** Steps shown before and after a switch, if not all are. */
const AROUND = 2
/** A gap smaller than this is not worth a line that says how many steps it has. */
const SMALLEST_GAP = 2
/** Of no interest. */
const NONE = 7

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

/**
 * Steps that are shown: all if they are few, else at most `rows`, those that matter most:
 *
 *     1  what the finding is about
 *     2  the ends of turns that were cut short
 *     3  changes of its words, the last first
 *     4  other accesses to them
 *     5  the ends of other turns
 *     6  accesses to words that the actors have in common
 */
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
  const ranks = own.map((row) => {
    if (faults.has(row.step) || row.reports.length > 0) return 1
    if (touches(row, addrs)) return row.wrote && row.old !== row.new ? 3 : 4
    return touches(row, shared) ? 6 : NONE
  })
  rankSwitches(own, ranks)
  const order = [...own.keys()].filter((i) => (ranks[i] as number) < NONE)
  order.sort((one, other) => (ranks[one] as number) - (ranks[other] as number) || other - one)
  const kept = own.map(() => false)
  for (const i of order.slice(0, rows)) kept[i] = true
  fillGaps(kept)
  return new Set(own.flatMap(({ step }, i) => (kept[i] === true ? [step] : [])))
}

/** Steps around the place where another actor goes on. */
function rankSwitches(rows: readonly EventRow[], ranks: number[]): void {
  for (let i = 0; i + 1 < rows.length; i++) {
    const [last, first] = [rows[i] as EventRow, rows[i + 1] as EventRow]
    if (last.actor === first.actor) continue
    const rank = last.left?.why === 'preempted' ? 2 : 5
    for (let near = Math.max(0, i - AROUND + 1); near <= i + AROUND && near < rows.length; near++) {
      ranks[near] = Math.min(ranks[near] as number, rank)
    }
  }
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
