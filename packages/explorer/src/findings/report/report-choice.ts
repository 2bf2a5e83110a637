import type { EventRow } from './events.js'
import { sharedWords } from '../finding.js'
import type { Finding } from '../finding.js'

/** Columns of a table at most. */
const MOST_COLUMNS = 4
/** Steps shown before and after a switch, if not all are. */
const AROUND = 2
/** A gap smaller than this is not worth a line that says how many steps it has. */
const SMALLEST_GAP = 2
/** Changes of a word that are worth a line each. */
const RARE = 12
/** Steps shown of those ranks of which not all are worth it. */
const MOST_OTHERS = 10
/** An execution of so many times the rows is short. */
const SHORT = 4
/** Of no interest. */
const NONE = 7

/** Whether the finding is of a machine that tells what its steps mean. */
export function isTold({ events }: Pick<Finding, 'events'>): boolean {
  return events.some(({ remark }) => remark !== undefined)
}

/**
 * The actors a finding is about: those of a machine that tells, its CPUs; else those whose steps it names, who waits for ever, and whose stores reached
 * memory late; else those that touch its words.
 */
export function involvedActors(finding: Finding): number[] {
  const { events, steps, stuck, words } = finding
  if (isTold(finding))
    return [...new Set(events.map(({ actor }) => actor))]
      .slice(0, MOST_COLUMNS)
      .sort((one, other) => one - other)
  const involved = new Set<number>()
  for (const row of events) if (steps.includes(row.step)) involved.add(row.actor)
  for (const { actor } of stuck) involved.add(actor)
  const addrs = new Set(words.map(({ addr }) => addr))
  for (const row of events.toReversed()) if (row.wrote && touches(row, addrs)) involved.add(row.actor)
  for (const row of events) if (row.op === 'drain') involved.add(row.actor)
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
 *     3  changes of its words that are rare, the last first
 *     4  the last of the other accesses to its words
 *     5  the last of the ends of other turns
 *     6  other accesses to words that the actors have in common, if it is short and there is room for all
 */
export function interestingSteps(finding: Finding, actors: readonly number[], rows: number): Set<number> {
  const { events, words } = finding
  const own = events.filter(({ actor }) => actors.includes(actor))
  if (own.length <= rows) return new Set(own.map(({ step }) => step))
  const addrs = new Set(words.map(({ addr }) => addr))
  const shared = sharedWords(own)
  const faults = faultSteps(finding)
  const rare = rareWords(own)
  const isShort = own.length <= rows * SHORT
  const ranks = own.map((row) => {
    if (faults.has(row.step)) return 1
    if (touches(row, addrs)) return row.wrote && row.old !== row.new && rare.has(row.addr as number) ? 3 : 4
    return isShort && touches(row, shared) ? 6 : NONE
  })
  rankSwitches(own, ranks)
  const few = ranks.filter((rank) => rank < NONE).length <= rows
  if (!few) for (const rank of [4, 5]) demote(ranks, rank, MOST_OTHERS)
  const order = [...own.keys()].filter((i) => (ranks[i] as number) < (few ? NONE : 6))
  order.sort((one, other) => (ranks[one] as number) - (ranks[other] as number) || other - one)
  const kept = own.map(() => false)
  for (const i of order.slice(0, rows)) kept[i] = true
  fillGaps(kept)
  return new Set(own.flatMap(({ step }, i) => (kept[i] === true ? [step] : [])))
}

/** All but the last few of a rank are of no interest. */
function demote(ranks: number[], rank: number, last: number): void {
  let left = last
  for (let i = ranks.length - 1; i >= 0; i--) if (ranks[i] === rank && left-- <= 0) ranks[i] = NONE
}

/** Steps that the finding names; if it names none, those at which it was reported. */
export function faultSteps(finding: Finding): ReadonlySet<number> {
  const { events, steps, stuck, message } = finding
  if (steps.length > 0) return new Set(steps)
  // The last step of a machine that has stopped was one of looking for something to do.
  if (stuck.length > 0 && isTold(finding)) return new Set()
  return new Set(events.filter(({ reports }) => reports.includes(message)).map(({ step }) => step))
}

/** Words that are not changed often, as the words of locks are. */
export function rareWords(rows: readonly EventRow[]): ReadonlySet<number> {
  const changes = new Map<number, number>()
  for (const { addr, wrote, old, new: now } of rows) {
    if (addr !== undefined && wrote && old !== now) changes.set(addr, (changes.get(addr) ?? 0) + 1)
  }
  return new Set([...changes].flatMap(([addr, count]) => (count <= RARE ? [addr] : [])))
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

export function touches({ addr, words }: EventRow, addrs: ReadonlySet<number>): boolean {
  if (addr === undefined) return false
  for (let word = addr; word < addr + words; word++) if (addrs.has(word)) return true
  return false
}
