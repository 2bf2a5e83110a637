import { driftText, encodeSchedule, findProgram, replay, stepPlaces } from '@holdfast/explorer'
import type {
  EventRow,
  Finding,
  Report,
  ReplayOptions,
  Replayed,
  Schedule,
  Subject,
  World,
} from '@holdfast/explorer'
import { TRACE_FORMAT, type Trace } from '@holdfast/viewer'
import { secondsFor, within } from '../explore/deadline.js'
import { kindOf } from '../explore/subject/subject-of.js'
import { originalOf, originalFile } from './original-lines.js'
import { sourceFiles } from './source-files.js'
import { type Recorded, TraceRecorder } from './trace-recorder.js'

/** What a trace is made of. */
export interface TraceSource {
  readonly subject: Subject
  readonly schedule: Schedule
  /** What is known of it, if it is a finding. */
  readonly finding: Finding | undefined
  /** As people call it. */
  readonly title: string
  /** Goes on where the program has drifted, as far as the choices are possible: a variant of what was recorded. */
  readonly force: boolean
  /** Which of the reports is the fault. */
  faultOf(replayed: Replayed, finding: Finding | undefined): Report | undefined
}

/** An execution written down, and where it is no longer the one recorded: `drift` is then what the program does instead. */
export interface MadeTrace {
  readonly trace: Trace
  readonly drift: string | undefined
  /** The program is another, and `force` was not asked for: the trace is of nothing, or ends where they differ. */
  readonly isRefused: boolean
}

/** Replays a schedule and writes a trace of it. */
export function makeTrace(source: TraceSource): MadeTrace {
  const { subject, schedule, finding, force } = source
  const recorder = new TraceRecorder()
  const options: ReplayOptions = {
    force,
    observers: [...subject.observers(), recorder],
    onEvent: (row: EventRow, world: World) => recorder.row(row, world),
    ...(finding === undefined || force ? {} : { places: stepPlaces(finding) }),
  }
  const followed = force ? { ...schedule, hash: subject.hash } : schedule
  const replayed = within(secondsFor(schedule.choices.length), subject.id, () =>
    replay(subject, followed, options),
  )
  const fault = source.faultOf(replayed, finding)
  const isProgram = kindOf(schedule.subject) === 'program'
  const keys = new Set([...(finding?.words.map(({ addr }) => addr) ?? []), ...(fault?.words ?? [])])
  const recorded = recorder.recorded(keys)
  const drift = replayed.drift === undefined ? undefined : driftText(replayed.drift)
  const { sites, addresses: _addresses, ...tables } = recorded
  const used = sites.map((site) => ({ site, original: originalOf(site) }))
  const originals = new Set(used.flatMap(({ original }) => original?.file ?? []))
  const trace: Trace = {
    format: TRACE_FORMAT,
    title: source.title,
    subject: subject.id,
    schedule: finding?.schedule ?? encodeSchedule(schedule),
    verdict: fault?.verdict,
    message: fault?.message,
    note: force ? comparedHow(replayed, schedule, drift) : undefined,
    ...tables,
    places: used.map(({ site: { file, line, cName, text }, original }) => ({
      file,
      line,
      function: cName,
      text,
      ...(original === undefined ? {} : { original }),
    })),
    files: [
      ...sourceFiles(sites, isProgram ? findProgramPath(schedule.subject) : undefined),
      ...[...originals].map(originalFile),
    ],
    focus: focusOf(recorded, fault, keys),
  }
  return { trace, drift, isRefused: drift !== undefined && !force }
}

function comparedHow({ steps }: Replayed, { choices }: Schedule, drift: string | undefined): string {
  const end = drift === undefined ? 'to its end' : `as far as its choices are possible: ${drift}`
  return `the same schedule, followed ${end} (${steps} of ${choices.length} steps)`
}

/** The steps that the report names; else those that last changed the words that it is about. */
function focusOf(
  { events, changes, addresses }: Recorded,
  fault: Report | undefined,
  keys: ReadonlySet<number>,
): number[] {
  const length = events.actor.length
  const named = (fault?.steps ?? []).filter((step) => step >= 0 && step < length)
  if (named.length > 0 || fault === undefined) return ordered(named)
  const about = fault.words?.length ? new Set(fault.words) : keys
  const last = new Map<number, number>()
  for (const [at, word] of changes.word.entries())
    if (about.has(addresses[word] as number)) last.set(word, changes.event[at] as number)
  return ordered([...last.values()])
}

function ordered(steps: readonly number[]): number[] {
  return [...new Set(steps)].sort((one, other) => one - other)
}

/** The file of a program, by the id of its subject. */
function findProgramPath(id: string): string | undefined {
  try {
    return findProgram(decodeURI(id.replace(/\?.*$/, ''))).path
  } catch {
    return undefined
  }
}
