import type { Site } from '@holdfast/compiler'
import { faultKey } from '../explore.js'
import type { Narrator } from '../engine/narrator.js'
import type { Report, Verdict } from '../engine/observer.js'
import type { Subject } from '../subject.js'
import type { EventRow, Stuck } from './report/events.js'
import { compacted } from './report/gaps.js'
import type { Gap } from './report/gaps.js'
import { outerPlaces } from './report/place-text.js'
import { replay } from './replay/replay.js'
import { interestingSteps, involvedActors, isTold } from './report/report-choice.js'
import { shownOf, storyItems } from './report/report-story.js'
import type { Schedule } from './replay/schedule.js'
import { encodeSchedule } from './replay/schedule-string.js'

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
  /** Schedule strings of executions that its checker has to have seen before, in this order; none: it is shown by its own alone. */
  readonly after: readonly string[]
  readonly preemptions: number
  /** That there is no execution with fewer preemptions that shows it has been proven. */
  readonly minimal: boolean
  /** No execution with fewer preemptions than so many shows it: that has been proven. */
  readonly atLeast: number
  /** Its steps, how many there are, and those that are worth keeping. */
  readonly length: number
  readonly events: readonly EventRow[]
  /** The others. */
  readonly gaps: readonly Gap[]
  /** What it is about, by the numbers that remarks give things. */
  readonly subjects: readonly number[]
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
  /** Who changed it last, of machines. */
  readonly changed: string | undefined
}

/** How a fault was found. */
export interface FindingContext {
  readonly variant?: string | undefined
  readonly strategy: string
  readonly seed?: number | undefined
  readonly execution: number
  readonly executions: number
  readonly seconds: number
  /** See {@link Finding.after}: the subject is then one that has seen them (history.ts). Default: none. */
  readonly after?: readonly string[]
}

/** Words that a finding lists at most. */
const MOST_WORDS = 12
/** Of words that a report does not name. */
const GUESSED_WORDS = 8
const FEW_WORDS = 4
/** Rows that are kept of any execution, and of one that is longer. */
const MOST_EVENTS = 300
const LONGEST_REPORT = 60
/** Callers that are kept of these. */
const KEPT_CALLERS = 4
/** Steps before a fault of which it may be, and the things that it may be about then. */
const NEAR = 40
const FEW_SUBJECTS = 2

/** Writes a fault down: replays its schedule for the table. Throws if that does not show it. */
export function makeFinding(
  {
    subject,
    report,
    schedule,
    minimal,
    atLeast = 0,
  }: {
    readonly subject: Subject
    readonly report: Report
    readonly schedule: Schedule
    readonly minimal: boolean
    readonly atLeast?: number
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
  const narrator = subject.target.narrator?.()
  const named = wordsOf(again, events, stuck, narrator !== undefined)
  const subjects = narrator === undefined ? [] : subjectsOf(narrator, again, named, events, words)
  const addrs = [...named, ...subjects.flatMap((each) => narrator?.stateOf(each) ?? [])]
  const whole: Finding = {
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
    after: context.after ?? [],
    preemptions,
    minimal,
    atLeast: minimal ? preemptions : atLeast,
    length: events.length,
    events,
    gaps: [],
    subjects,
    steps,
    words: [...new Set(addrs)].slice(0, MOST_WORDS).map((addr) => wordState(subject, addr, words, events)),
    stuck,
    found: { executions: context.executions, seconds: context.seconds },
  }
  if (events.length <= MOST_EVENTS) return whole
  const { events: kept, gaps } = compacted(events, worthKeeping(whole))
  return { ...whole, events: kept.map(shortened), gaps }
}

/** A row without the callers that no report shows. */
function shortened(row: EventRow): EventRow {
  const isInner = row.inner > 0
  const callers = outerPlaces(row).slice(isInner ? 0 : 1)
  return { ...row, callers: callers.slice(0, KEPT_CALLERS), inner: isInner ? 1 : 0 }
}

/** Rows that the longest report of a finding would show. */
function worthKeeping(finding: Finding): (row: EventRow) => boolean {
  const actors = involvedActors(finding)
  const shown = isTold(finding)
    ? shownOf(storyItems(finding, actors).slice(0, LONGEST_REPORT))
    : interestingSteps(finding, actors, LONGEST_REPORT)
  const last = finding.events.at(-1)
  return (row) => shown.has(row.step) || row === last
}

/** The things that a finding is about: those of its words; if these are of none, those that its last steps had to do with. */
function subjectsOf(
  narrator: Narrator,
  { steps = [] }: Report,
  named: readonly number[],
  events: readonly EventRow[],
  words: Int32Array,
): number[] {
  const found = new Set(named.map((addr) => narrator.subjectOf(addr, words)))
  found.delete(0)
  const actor = events[steps.at(-1) ?? -1]?.actor
  const last = events.slice(0, (steps.at(-1) ?? events.length) + 1).slice(-NEAR)
  const isRecord = (subject: number): boolean => narrator.stateOf(subject).length > 0
  if (found.size === 0) {
    for (const row of last.toReversed()) {
      if (row.addr === undefined || (actor !== undefined && row.actor !== actor)) continue
      const subject = narrator.subjectOf(row.addr, words)
      if (isRecord(subject)) found.add(subject)
      if ([...found].filter(isRecord).length >= FEW_SUBJECTS) break
    }
  }
  return [...found]
}

function wordState(
  { target }: Subject,
  addr: number,
  words: Int32Array,
  events: readonly EventRow[],
): WordState {
  const before = target.image[addr] as number
  const after = words[addr] as number
  const old = target.valueText?.(addr, before, target.image)
  const now = target.valueText?.(addr, after, words)
  const meaning = old === undefined || now === undefined ? undefined : { old, new: now }
  const name = target.nameOf?.(addr, words) ?? `word ${addr}`
  const changed = target.narrator === undefined ? undefined : changedBy(addr, events)
  return { addr, name, before, after, meaning, changed }
}

/** `since step 9098, by CPU0 (the swapper) in uvm_swapin:31 < uvm_scheduler:130`; of a lock, since it was taken or released. */
function changedBy(addr: number, events: readonly EventRow[]): string | undefined {
  const row =
    events.findLast(({ remark }) => remark?.opens === addr || remark?.closes === addr) ??
    events.findLast((each) => changes(each, addr))
  if (row === undefined) return undefined
  const [place, caller] = outerPlaces(row)
  const at = place === undefined ? '' : ` in ${place.cName}:${place.line}`
  return `since step ${row.step + 1}, by ${row.actorName}${at}${caller === undefined ? '' : ` < ${caller.cName}:${caller.line}`}`
}

function changes(row: EventRow, word: number): boolean {
  if (row.addr === undefined || !row.wrote || word < row.addr || word >= row.addr + row.words) return false
  return row.words > 1 || row.old !== row.new
}

/**
 * The words a report names, those its steps access, and what is waited for.
 *
 * If it names none and is about one actor only, also the last words through which that one had to do with others, and if these are
 * few, what else it accessed last; if there are none at all, those through which any actors had to do with each other.
 */
function wordsOf(
  report: Report,
  events: readonly EventRow[],
  stuck: readonly Stuck[],
  isTelling: boolean,
): number[] {
  const found = new Set<number>(report.words)
  const named = found.size
  const actors = new Set<number>()
  for (const step of report.steps ?? []) {
    const row = events[step]
    if (row === undefined) continue
    actors.add(row.actor)
    if (row.addr !== undefined) found.add(row.addr)
  }
  // What the CPUs of a machine wait for is, most often, something to do.
  if (!isTelling) for (const { addr } of stuck) if (addr !== undefined) found.add(addr)
  if (!isTelling && named === 0 && (actors.size === 1 || found.size === 0)) {
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

/** Where each step of a finding was, as far as it is kept: for {@link replay}. */
export function stepPlaces({ length, events }: Pick<Finding, 'length' | 'events'>): (Site | undefined)[] {
  const places = Array<Site | undefined>(length).fill(undefined)
  for (const { step, place } of events) places[step] = place
  return places
}
