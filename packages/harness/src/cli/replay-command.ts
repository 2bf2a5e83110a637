import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  decodeSchedule,
  driftText,
  looksLikeSchedule,
  makeFinding,
  readFinding,
  replay,
  reportText,
} from '@holdfast/explorer'
import type { EventRow, Finding, Outcome, Replayed, Report, Schedule, Subject } from '@holdfast/explorer'
import { asUsageError, subjectOf } from '../explore/subject-of.js'
import { plural } from '../report/table.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
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
  const subject = await subjectOfRecorded(recorded)
  const { rows, replayed } = replayRecorded(subject, recorded, flags.force ?? false)
  const { drift } = replayed
  const shown = faultOf(replayed, recorded.finding)
  if (flags.json === true) await printJson(jsonOf(recorded, replayed, shown))
  else {
    const isWalked = flags.step === true
    if (isWalked) await showRows(rows)
    if (drift === undefined || flags.force === true) await print(textOf(subject, recorded, replayed, shown, isWalked))
  }
  if (drift !== undefined) {
    process.stderr.write(`holdfast: ${driftText(drift)}\n`)
    if (drift.kind === 'build' && flags.force !== true)
      process.stderr.write('holdfast: --force tries it nevertheless, and says where it no longer fits\n')
    if (flags.force !== true || shown === undefined) return EXIT_USAGE
  }
  return shown === undefined ? EXIT_OK : EXIT_FOUND
}

/** A schedule string, or a file: of a finding, or with nothing but such a string. Throws UsageError. */
export function recordedIn(what: string): Recorded {
  try {
    if (looksLikeSchedule(what)) return { schedule: decodeSchedule(what), finding: fileOf(what.trim()) }
    if (!existsSync(what))
      throw new UsageError([notAllowed('schedule', what, 'a finding file, or a schedule (hf1+...)')])
    const text = readFileSync(what, 'utf8')
    if (looksLikeSchedule(text)) return { schedule: decodeSchedule(text), finding: undefined }
    const finding = readFinding(what)
    return { schedule: decodeSchedule(finding.schedule), finding }
  } catch (error) {
    throw asUsageError(error)
  }
}

/**
 * The finding that was written with this schedule, if it is where findings are written. A scenario that was made smaller has no name
 * of its own: its file knows what it is.
 */
function fileOf(schedule: string): Finding | undefined {
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

/** The program that a schedule is of, as it is now. */
export function subjectOfRecorded({ schedule, finding }: Recorded): Promise<Subject> {
  return subjectOf({
    target: schedule.subject,
    params: {},
    engine: schedule.options,
    variant: finding?.variant,
    all: true,
    ...(finding?.scenario === undefined ? {} : { scenario: finding.scenario }),
  })
}

export function replayRecorded(
  subject: Subject,
  { schedule, finding }: Recorded,
  force: boolean,
): { rows: EventRow[]; replayed: Replayed } {
  const rows: EventRow[] = []
  const replayed = replay(subject, schedule, {
    force,
    onEvent: (row) => rows.push(row),
    ...(finding === undefined ? {} : { places: finding.events.map(({ place }) => place) }),
  })
  return { rows, replayed }
}

/** The fault that a replay has shown: the one recorded if there was one, else the last. */
export function faultOf({ reports }: Replayed, finding: Finding | undefined): Report | undefined {
  if (finding === undefined) return reports.at(-1)
  return (
    reports.find(({ verdict, message }) => verdict === finding.verdict && message === finding.message) ??
    reports.find(({ verdict }) => verdict === finding.verdict)
  )
}

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
  { schedule, finding }: Recorded,
  replayed: Replayed,
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
  const others = reports.filter((report) => report !== shown)
  const also = others.map(({ verdict, message }) => `also ${verdict}: ${message}\n`).join('')
  if (drift !== undefined || walked) return `${shown.verdict}: ${shown.message}\n${also}${subject.id}: ${done}.`
  const table = makeFinding(
    { subject, report: shown, schedule, minimal: finding?.minimal ?? false },
    {
      variant: finding?.variant,
      strategy: finding?.strategy ?? 'replay',
      seed: finding?.seed,
      execution: finding?.execution ?? 0,
      executions: finding?.found.executions ?? 1,
      seconds: finding?.found.seconds ?? 0,
    },
  )
  return `${reportText(table, paperOf(process.stdout))}${also}reproduced: ${done}.`
}

function jsonOf({ schedule, finding }: Recorded, replayed: Replayed, shown: Report | undefined): object {
  const { outcome, steps, preemptions, reports, drift } = replayed
  return {
    command: 'replay',
    subject: schedule.subject,
    reproduced: shown !== undefined && drift === undefined,
    verdict: shown?.verdict ?? null,
    message: shown?.message ?? null,
    outcome: outcome ?? null,
    steps,
    preemptions,
    drift: drift === undefined ? null : { ...drift, message: driftText(drift) },
    reports: reports.map(({ verdict, message }) => ({ verdict, message })),
    recorded: finding === undefined ? null : { verdict: finding.verdict, message: finding.message },
  }
}
