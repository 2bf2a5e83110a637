import type { Site } from '@holdfast/compiler'
import { faultKey } from '../explore.js'
import type { Report, Verdict } from '../engine/observer.js'
import type { Subject } from '../subject.js'
import type { EventRow, Stuck } from './events.js'
import { replay } from './replay.js'
import type { Schedule } from './schedule.js'
import { encodeSchedule } from './schedule-string.js'

/** A fault with all that is needed to understand it and to have it again. */
export interface Finding {
  /** Id of the subject. */
  readonly subject: string
  /** Of the build, in full. */
  readonly hash: string
  /** Name of the correction or mutant it was built with; undefined: none. */
  readonly variant: string | undefined
  /** What the subject was made of, if its id does not say. */
  readonly scenario: unknown
  readonly strategy: string
  readonly seed: number | undefined
  /** Number of the execution that showed it first. */
  readonly execution: number
  readonly verdict: Verdict
  readonly message: string
  /** The places that make it this fault. */
  readonly sites: readonly Site[]
  /** The schedule string. */
  readonly schedule: string
  readonly preemptions: number
  /** That there is no execution with fewer preemptions that shows it has been proven. */
  readonly minimal: boolean
  readonly events: readonly EventRow[]
  /** Steps that it is about. */
  readonly steps: readonly number[]
  /** The words that it is about. */
  readonly words: readonly WordState[]
  /** Who waited for what, if nothing could go on at the end. */
  readonly stuck: readonly Stuck[]
  /** What it took to find it. */
  readonly found: { readonly executions: number; readonly seconds: number }
}

/** A word, at the start and at the end of the execution. */
export interface WordState {
  readonly addr: number
  readonly name: string
  readonly before: number
  readonly after: number
  readonly meaning: { readonly old: string; readonly new: string } | undefined
}

/** How a fault was found. */
export interface FindingContext {
  readonly variant?: string | undefined
  readonly strategy: string
  readonly seed?: number | undefined
  readonly execution: number
  readonly executions: number
  readonly seconds: number
}

/** Words that a finding lists at most. */
const MOST_WORDS = 12
/** Of words that a report does not name. */
const GUESSED_WORDS = 8
const FEW_WORDS = 4

/** Writes a fault down: replays its schedule for the table. Throws if that does not show it. */
export function makeFinding(
  {
    subject,
    report,
    schedule,
    minimal,
  }: {
    readonly subject: Subject
    readonly report: Report
    readonly schedule: Schedule
    readonly minimal: boolean
  },
  context: FindingContext,
): Finding {
  const events: EventRow[] = []
  const { reports, preemptions, stuck, words } = replay(subject, schedule, {
    onEvent: (row) => events.push(row),
  })
  const key = faultKey(report)
  const again = reports.find((each) => faultKey(each) === key)
  if (again === undefined) {
    const instead = reports.length === 0 ? 'nothing' : reports.map(({ message }) => message).join('; ')
    throw new Error(
      `the schedule is to show '${report.message}' in ${subject.id}; when replayed it shows ${instead}`,
    )
  }
  const steps = again.steps ?? []
  const addrs = wordsOf(again, events, stuck)
  return {
    subject: subject.id,
    hash: subject.hash,
    variant: context.variant,
    scenario: subject.data,
    strategy: context.strategy,
    seed: context.seed,
    execution: context.execution,
    verdict: again.verdict,
    message: again.message,
    sites: again.sites.flatMap((site) => subject.sites[site] ?? []),
    schedule: encodeSchedule(schedule),
    preemptions,
    minimal,
    events,
    steps,
    words: addrs.map((addr) => wordState(subject, addr, words)),
    stuck,
    found: { executions: context.executions, seconds: context.seconds },
  }
}

function wordState({ target }: Subject, addr: number, words: Int32Array): WordState {
  const before = target.image[addr] as number
  const after = words[addr] as number
  const old = target.valueText?.(addr, before)
  const now = target.valueText?.(addr, after)
  const meaning = old === undefined || now === undefined ? undefined : { old, new: now }
  return { addr, name: target.nameOf?.(addr) ?? `word ${addr}`, before, after, meaning }
}

/**
 * The words a report names, those its steps access, and what is waited for.
 *
 * If it names none and is about one actor only, also the last words through which that one had to do with others, and if these are
 * few, what else it accessed last; if there are none at all, those through which any actors had to do with each other.
 */
function wordsOf(report: Report, events: readonly EventRow[], stuck: readonly Stuck[]): number[] {
  const found = new Set<number>(report.words)
  const named = found.size
  const actors = new Set<number>()
  for (const step of report.steps ?? []) {
    const row = events[step]
    if (row === undefined) continue
    actors.add(row.actor)
    if (row.addr !== undefined) found.add(row.addr)
  }
  for (const { addr } of stuck) if (addr !== undefined) found.add(addr)
  if (named === 0 && (actors.size === 1 || found.size === 0)) {
    const shared = sharedWords(events)
    const isTheirs = (row: EventRow): boolean => actors.size === 0 || actors.has(row.actor)
    addLast(found, events, GUESSED_WORDS, (row, addr) => shared.has(addr) && isTheirs(row))
    addLast(found, events, FEW_WORDS, (row) => actors.has(row.actor))
  }
  return [...found].slice(0, MOST_WORDS).sort((one, other) => one - other)
}

/** Adds the words of the last rows that are wanted, until there are so many. */
function addLast(
  found: Set<number>,
  events: readonly EventRow[],
  most: number,
  isWanted: (row: EventRow, addr: number) => boolean,
): void {
  for (const row of events.toReversed()) {
    if (found.size >= most) return
    if (row.addr !== undefined && isWanted(row, row.addr)) found.add(row.addr)
  }
}

/** Words that one actor has written and another accessed. */
export function sharedWords(events: readonly EventRow[]): Set<number> {
  const users = new Map<number, { first: number; several: boolean; written: boolean }>()
  for (const { addr, actor, wrote } of events) {
    if (addr === undefined) continue
    const known = users.get(addr)
    if (known === undefined) users.set(addr, { first: actor, several: false, written: wrote })
    else {
      if (known.first !== actor) known.several = true
      if (wrote) known.written = true
    }
  }
  return new Set([...users].flatMap(([addr, { several, written }]) => (several && written ? [addr] : [])))
}
