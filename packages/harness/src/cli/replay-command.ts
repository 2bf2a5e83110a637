import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  afterExecutions,
  decodeSchedule,
  driftText,
  looksLikeSchedule,
  makeFinding,
  readFinding,
  replay,
  reportText,
  stepPlaces,
} from '@holdfast/explorer'
import type {
  EventRow,
  Finding,
  Outcome,
  ReplayDrift,
  ReplayOptions,
  Replayed,
  Report,
  Schedule,
  Subject,
  Verdict,
} from '@holdfast/explorer'
import { secondsFor, within } from '../explore/deadline.js'
import { loadsApart } from '../explore/campaign/loads-apart.js'
import { asUsageError, subjectOf } from '../explore/subject/subject-of.js'
import { plural } from '../report/table.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { DEFAULT_OUT } from './explore-command-options.js'
import { paperOf } from './explore-command-paper.js'
import { LISTED_FINDINGS } from './findings-command-folder.js'
import { print, printJson } from './output.js'
import { showRows } from './replay-command-step.js'
import { EXIT_FOUND, EXIT_OK, EXIT_USAGE } from './run-command.js'

export interface ReplayFlags {
  readonly step?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** What is to be run again: a schedule, and what is known of it. */
export interface Recorded {
  readonly schedule: Schedule
  readonly finding: Finding | undefined
}

/** Runs a recorded execution again. Exit code: 1 it shows a fault, 0 it shows none, 2 the program is not the one recorded. */
export async function replayCommand(what: string, flags: ReplayFlags): Promise<number> {
  const recorded = recordedIn(what)
  await loadsIfOwn(recorded)
  const force = flags.force ?? false
  const subject = await subjectOfRecorded(recorded)
  const again = replayRecorded(subject, recorded, force)
  const shown = again.isRefused ? undefined : faultOf(again.replayed, recorded.finding)
  if (flags.json === true) await printJson(jsonOf(recorded, again, shown))
  else if (!again.isRefused) {
    const isWalked = flags.step === true
    if (isWalked) await showRows(again.rows)
    await print(textOf(subject, recorded.finding, again, shown, isWalked))
  }
  for (const line of driftLines(again)) process.stderr.write(`holdfast: ${line}\n`)
  if (again.isRefused || (again.replayed.drift !== undefined && shown === undefined)) return EXIT_USAGE
  return shown === undefined ? EXIT_OK : EXIT_FOUND
}

/** A program of a user's own is loaded in another thread first. Throws UsageError. */
async function loadsIfOwn({ schedule, finding }: Recorded): Promise<void> {
  const target = schedule.subject
  if (/^\w+:/.test(target) || finding?.scenario !== undefined) return
  const spec = { target, params: {}, engine: schedule.options, variant: finding?.variant, all: true }
  await loadsApart({ spec })
}

/** What came of running a recorded execution again. */
export interface Again {
  /** The one recorded, of the build as it is now. */
  readonly schedule: Schedule
  readonly rows: readonly EventRow[]
  readonly replayed: Replayed
  /** The build is another than the one recorded; whether the schedule still fits is another question: see `replayed.drift`. */
  readonly build: ReplayDrift | undefined
  /** It is not the execution recorded, or not for sure, and nobody has said that it should be tried nevertheless. */
  readonly isRefused: boolean
}

/** Why a replay is refused, and where the program first differs. */
export function driftLines({ build, replayed: { drift }, isRefused }: Again): string[] {
  const lines = [build, drift].flatMap((each) => (each === undefined ? [] : [driftText(each)]))
  if (build !== undefined && drift === undefined)
    lines.push('the schedule fits it nevertheless, step by step')
  if (isRefused) lines.push('refused; --force goes on as far as the choices are possible')
  return lines
}

/** A schedule string; a file, of a finding, or with nothing but such a string; or the name of a finding of docs/findings. Throws UsageError. */
export function recordedIn(what: string): Recorded {
  try {
    if (looksLikeSchedule(what)) return { schedule: decodeSchedule(what), finding: findingWith(what.trim()) }
    const file = fileOf(what)
    const text = readText(file)
    if (looksLikeSchedule(text)) return { schedule: decodeSchedule(text), finding: undefined }
    const finding = readFinding(file)
    return { schedule: decodeSchedule(finding.schedule), finding }
  } catch (error) {
    throw asUsageError(error)
  }
}

/** A name of docs/findings stands for its file. Throws UsageError if there is neither. */
function fileOf(what: string): string {
  if (existsSync(what)) return what
  const listed = join(LISTED_FINDINGS, `${what}.json`)
  if (/^[\w-]+$/.test(what) && existsSync(listed)) return listed
  const names = existsSync(LISTED_FINDINGS)
    ? readdirSync(LISTED_FINDINGS).flatMap((name) =>
        name.endsWith('.json') ? [basename(name, '.json')] : [],
      )
    : []
  const allowed = `a finding file, or a schedule (hf1+...), or a name of docs/findings: ${choices(names.toSorted())}`
  throw new UsageError([notAllowed('schedule', what, allowed)])
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError([{ path: file, message: `cannot be read (${(error as Error).message})` }])
  }
}

/**
 * The finding that was written with this schedule, if it is where findings are written. A scenario that was made smaller has no name
 * of its own: its file knows what it is.
 */
function findingWith(schedule: string): Finding | undefined {
  for (const dir of [DEFAULT_OUT, LISTED_FINDINGS]) {
    if (!existsSync(dir)) continue
    for (const name of readdirSync(dir)) {
      if (!name.endsWith('.json')) continue
      const text = readFileSync(join(dir, name), 'utf8')
      if (text.includes(JSON.stringify(schedule))) return readFinding(join(dir, name))
    }
  }
  return undefined
}

/** The program that a schedule is of, as it is now; `variant`: with these corrections or mutants instead of those it was recorded with. */
export async function subjectOfRecorded({ schedule, finding }: Recorded, variant?: string): Promise<Subject> {
  const subject = await subjectOf({
    target: schedule.subject,
    params: {},
    engine: schedule.options,
    variant: variant ?? finding?.variant,
    all: true,
    ...(finding?.scenario === undefined ? {} : { scenario: finding.scenario }),
  })
  const others = (finding?.after ?? []).map((each) => decodeSchedule(each).choices)
  return afterExecutions(subject, others)
}

/** Throws UsageError if it does not come to an end. */
export function replayRecorded(subject: Subject, recorded: Recorded, force: boolean): Again {
  const seconds = secondsFor(recorded.schedule.choices.length)
  return within(seconds, subject.id, () => replayedAgain(subject, recorded, force))
}

function replayedAgain(subject: Subject, { schedule, finding }: Recorded, force: boolean): Again {
  const rows: EventRow[] = []
  const options: ReplayOptions = {
    force,
    onEvent: (row) => rows.push(row),
    ...(finding === undefined ? {} : { places: stepPlaces(finding) }),
  }
  const { drift: build, ...whole } = replay(subject, schedule, { ...options, force: false })
  if (build?.kind !== 'build' && (build === undefined || !force))
    return {
      schedule,
      rows,
      replayed: { drift: build, ...whole },
      build: undefined,
      isRefused: build !== undefined,
    }
  rows.length = 0
  const hash = build.kind === 'build' ? build.found : schedule.hash
  const current = { ...schedule, hash }
  const replayed = replay(subject, current, options)
  return {
    schedule: current,
    rows,
    replayed,
    build: build.kind === 'build' ? build : undefined,
    isRefused: !force,
  }
}

/** What ends an execution counts more than what it would survive. */
const GRAVEST: readonly Verdict[] = [
  'panic',
  'crash',
  'stackTouch',
  'useAfterFree',
  'doubleEnqueue',
  'wireLeak',
  'assertion',
  'invariant',
  'deadlock',
  'lostWakeup',
  'livelock',
  'race',
  'lockOrder',
  'guardedBy',
  'stepLimit',
]

/**
 * The fault that a replay has shown: the one recorded, if that is known; else the gravest, and of several the last, since a schedule that
 * was shrunk ends with its fault.
 */
export function faultOf({ reports }: Replayed, finding: Finding | undefined): Report | undefined {
  if (finding === undefined) {
    const rank = ({ verdict, byDesign }: Report): number =>
      GRAVEST.indexOf(verdict) + (byDesign === undefined ? 0 : GRAVEST.length)
    return reports.toReversed().toSorted((one, other) => rank(one) - rank(other))[0]
  }
  return (
    reports.find(({ verdict, message }) => verdict === finding.verdict && message === finding.message) ??
    reports.find(({ verdict }) => verdict === finding.verdict)
  )
}

/** Other faults of the execution that are named. */
const MOST_OTHERS = 8

const ENDS: Record<Outcome, string> = {
  done: 'to the end',
  blocked: 'until nothing could go on',
  stepLimit: 'up to the step limit',
  abandoned: 'as far as it was recorded',
  failed: 'until it failed',
}

/** `walked`: its steps have been shown already. */
function textOf(
  subject: Subject,
  finding: Finding | undefined,
  { schedule, replayed }: Again,
  shown: Report | undefined,
  walked: boolean,
): string {
  const { outcome, steps, preemptions, reports, drift } = replayed
  const end = outcome === undefined ? 'not begun' : ENDS[outcome]
  const done = `${plural(steps, 'step')}, ${plural(preemptions, 'preemption')}, ${end}`
  if (shown === undefined) {
    const missing = finding === undefined ? '' : `\n${finding.verdict} is not shown: ${finding.message}`
    return `${subject.id}: ${done}. Nothing found.${missing}`
  }
  const others = reports.filter((report) => report !== shown && report.byDesign === undefined)
  const more = others.length > MOST_OTHERS ? `and ${others.length - MOST_OTHERS} more (--json)\n` : ''
  const also =
    others
      .slice(0, MOST_OTHERS)
      .map(({ verdict, message }) => `also ${verdict}: ${message}\n`)
      .join('') + more
  if (drift !== undefined || walked)
    return `${shown.verdict}: ${shown.message}\n${also}${subject.id}: ${done}.`
  const table = makeFinding(
    { subject, report: shown, schedule, minimal: finding?.minimal ?? false, atLeast: finding?.atLeast ?? 0 },
    {
      variant: finding?.variant,
      strategy: finding?.strategy ?? 'replay',
      seed: finding?.seed,
      execution: finding?.execution ?? 0,
      after: finding?.after ?? [],
      executions: finding?.found.executions ?? 1,
      seconds: finding?.found.seconds ?? 0,
    },
  )
  return `${reportText(table, paperOf(process.stdout))}${also}reproduced: ${done}.`
}

function jsonOf({ schedule, finding }: Recorded, again: Again, shown: Report | undefined): object {
  const { outcome, steps, preemptions, reports, drift } = again.replayed
  const first = drift ?? again.build
  return {
    command: 'replay',
    subject: schedule.subject,
    reproduced: shown !== undefined && drift === undefined,
    refused: again.isRefused,
    verdict: shown?.verdict ?? null,
    message: shown?.message ?? null,
    outcome: outcome ?? null,
    steps,
    preemptions,
    drift:
      first === undefined
        ? null
        : { ...first, message: driftLines({ ...again, isRefused: false }).join('; ') },
    reports: reports.map(({ verdict, message }) => ({ verdict, message })),
    recorded: finding === undefined ? null : { verdict: finding.verdict, message: finding.message },
  }
}
