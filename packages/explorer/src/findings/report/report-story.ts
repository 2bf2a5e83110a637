import type { Remark } from '../../engine/narrator.js'
import type { EventRow } from './events.js'
import type { Finding } from '../finding.js'
import { faultSteps, rareWords, touches } from './report-choice.js'

/** What is shown of a row. */
export interface Shown {
  readonly step: boolean
  /** Which of its notes. */
  readonly notes: readonly number[]
  /** That its actor is preempted then. */
  readonly left: boolean
}

/** Something that may be shown: the step itself, one of its notes, or that its actor is preempted. */
interface Item {
  readonly row: EventRow
  readonly part: 'step' | 'left' | number
  rank: number
  readonly remark: Remark | undefined
}

/** Ranks from here on are details: they fill up what is left of so many lines. */
const DETAIL = 5
const ENOUGH = 26
/** Preemptions that are told at most; of so many, only those that matter. */
const MOST_PREEMPTIONS = 10
const MANY = 12
/** Of no interest. */
const NONE = 9

/**
 * What is told of an execution of a machine that knows what its steps mean, the most important first:
 *
 *     1  what the finding is about
 *     2  what was done of the protocol to the things the finding is about; who was preempted after that
 *     3  what goes with it; changes of the words of the finding
 *     5  details of those things; other preemptions, if they are few
 *     6  what was done of the protocol to other things, and what goes with it
 */
export function storyItems(finding: Finding, actors: readonly number[]): readonly Item[] {
  const { events } = finding
  const about = new Set(finding.subjects)
  const faults = faultSteps(finding)
  const addrs = new Set(finding.words.map(({ addr }) => addr))
  const rare = rareWords(events)
  const items: Item[] = []
  for (const [i, row] of events.entries()) {
    if (!actors.includes(row.actor)) continue
    const { remark } = row
    let rank = remark === undefined ? NONE : rankOf(remark, about)
    if (faults.has(row.step)) rank = 1
    else if (row.wrote && row.old !== row.new && rare.has(row.addr ?? 0) && touches(row, addrs))
      rank = Math.min(rank, 3)
    items.push({ row, part: 'step', rank, remark })
    for (const [n, note] of row.notes.entries())
      items.push({ row, part: n, rank: rankOf(note, about), remark: note })
    if (row.left?.why === 'preempted' && nextActor(finding, i) !== row.actor)
      items.push({ row, part: 'left', rank: finding.preemptions > MANY ? NONE : DETAIL, remark: undefined })
  }
  dropRepeated(items)
  dropEmpty(items)
  rankPreemptions(items)
  const order = [...items.keys()].filter((i) => (items[i] as Item).rank < NONE)
  order.sort((one, other) => (items[one] as Item).rank - (items[other] as Item).rank || other - one)
  return order.map((i) => items[i] as Item)
}

/** How many of the items are worth it, whatever the room. */
export function worthTelling(items: readonly Item[]): number {
  const main = items.filter(({ rank }) => rank < DETAIL).length
  return Math.max(main, Math.min(items.length, ENOUGH))
}

/** The first so many items, by step. */
export function shownOf(items: readonly Item[]): ReadonlyMap<number, Shown> {
  const shown = new Map<number, Shown>()
  for (const { row, part } of items) {
    const known = shown.get(row.step) ?? { step: false, notes: [], left: false }
    if (part === 'step') shown.set(row.step, { ...known, step: true })
    else if (part === 'left') shown.set(row.step, { ...known, left: true })
    else shown.set(row.step, { ...known, notes: [...known.notes, part].sort((a, b) => a - b) })
  }
  return shown
}

/** Who takes the step after row `i`. */
function nextActor({ events, gaps }: Finding, i: number): number | undefined {
  const after = (events[i] as EventRow).step + 1
  const next = events[i + 1]
  if (next?.step === after) return next.actor
  return gaps.find(({ from }) => from === after)?.skipped[0]?.actor
}

function rankOf({ weight, about, closes }: Remark, subjects: ReadonlySet<number>): number {
  const isRelated = about.some((each) => subjects.has(each))
  if (isRelated) return weight === 3 || (weight === 2 && closes !== undefined) ? DETAIL : weight + 1
  return weight === 1 ? 6 : weight === 2 ? 7 : NONE
}

/** An actor that says the same twice running is heard once. */
function dropRepeated(items: readonly Item[]): void {
  const last = new Map<string, string>()
  for (const item of items) {
    if (item.remark === undefined || item.rank === NONE) continue
    const { actorName } = item.row
    if (last.get(actorName) === item.remark.text && item.rank > 1) item.rank = NONE
    last.set(actorName, item.remark.text)
  }
}

/** The preemptions that matter are those of an actor that has just done something that is told, and not all if they are many. */
function rankPreemptions(items: readonly Item[]): void {
  let last: Item | undefined
  const cut: Item[] = []
  for (const item of items) {
    if (item.part !== 'left') {
      if (item.rank <= 3) last = item
    } else if (last?.row.actorName === item.row.actorName) {
      item.rank = 2
      last = undefined
      cut.push(item)
    }
  }
  for (const item of cut.slice(0, -MOST_PREEMPTIONS)) item.rank = NONE
}

/** A critical section in which its holder does nothing that is told, is not told either. */
function dropEmpty(items: readonly Item[]): void {
  const open = new Map<string, Map<number, Item>>()
  const told = new Set<Item>()
  for (const item of items) {
    if (item.rank === NONE) continue
    const { actorName } = item.row
    const own = open.get(actorName) ?? new Map<number, Item>()
    open.set(actorName, own)
    const { opens, closes } = item.remark ?? {}
    if (closes !== undefined) {
      const opened = own.get(closes)
      own.delete(closes)
      if (opened !== undefined && !told.has(opened) && opened.rank > 1 && item.rank > 1) {
        opened.rank = NONE
        item.rank = NONE
        continue
      }
    }
    // What is told here is told of every lock that is held.
    if (item.rank <= DETAIL && closes === undefined && opens === undefined) {
      for (const opened of own.values()) told.add(opened)
    }
    if (opens !== undefined) own.set(opens, item)
  }
  // Locks that are still held at the end.
  for (const own of open.values()) for (const item of own.values()) if (item.rank === 3) item.rank = 2
}
