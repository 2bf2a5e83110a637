import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '@holdfast/explorer'
import { CATALOGUE } from '../explore/findings/catalogue.js'
import { rewriteFindings } from '../explore/findings/rewrite-findings.js'
import { shrinkFindings } from '../explore/findings/shrink-findings.js'
import type { TestCase } from '../export/junit.js'
import { bar } from '../report/bar.js'
import { table } from '../report/table.js'
import { RUN_SECONDS } from '../scenario/limits.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { checkWritable, writeJunit } from './written-reports.js'
import { CORRECTIONS, FINDINGS_PAGE, LISTED_FINDINGS, checkInRepository } from './findings-command-folder.js'
import { parseNumber } from './options.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { driftLines, faultOf, recordedIn, replayRecorded, subjectOfRecorded } from './replay-command.js'
import type { Recorded } from './replay-command.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

export interface FindingsFlags {
  /** Finds, shrinks and corrects them anew instead, and rewrites docs/findings: these, or all. */
  readonly rewrite?: string[] | true
  /** Shrinks these further instead, or all. */
  readonly shrink?: string[] | true
  /** Of both: for each. */
  readonly seconds?: string
  readonly dir?: string
  readonly json?: boolean
  readonly junit?: string
}

const SHRINK_SECONDS = 60

/** A listed finding, replayed. */
interface Row {
  readonly id: string
  readonly verdict: Verdict
  readonly reproduced: boolean
  readonly preemptions: number
  /** What the replay took. */
  readonly seconds: number
  /** Why it is not reproduced. */
  readonly why?: string
}

/** Replays every listed finding. Exit code: 0 all are reproduced, 1 one is not. */
export async function findingsCommand(flags: FindingsFlags, signal: AbortSignal): Promise<number> {
  const { dir = LISTED_FINDINGS, json, junit } = flags
  if (flags.rewrite !== undefined || flags.shrink !== undefined) {
    await remake(dir, flags)
    return EXIT_OK
  }
  const ids = idsIn(dir)
  checkWritable('--junit', junit)
  const progress = progressOn(process.stderr)
  const rows: Row[] = []
  for (const id of ids) {
    if (signal.aborted) break
    const line = `replaying ${rows.length + 1} of ${ids.length}: ${id}`
    progress.update(line, () => `${bar(rows.length / ids.length)}  ${line}`)
    rows.push(await replayed(id, join(dir, `${id}.json`)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  progress.done()
  const findings = rows.map(({ id, verdict, reproduced, preemptions, seconds, why }) => ({
    id,
    verdict,
    reproduced,
    preemptions,
    seconds,
    ...(why === undefined ? {} : { why }),
  }))
  if (junit !== undefined) writeJunit(junit, rows.map(caseOfRow))
  await (json === true ? printJson({ command: 'findings', findings }) : print(textOf(rows, ids.length)))
  return rows.length === ids.length && rows.every(({ reproduced }) => reproduced) ? EXIT_OK : EXIT_FOUND
}

/** Finds them anew, or shrinks them further. */
async function remake(dir: string, { rewrite, shrink, seconds }: FindingsFlags): Promise<void> {
  checkInRepository(rewrite === undefined ? '--shrink' : '--rewrite', FINDINGS_PAGE)
  const each = seconds === undefined ? SHRINK_SECONDS : parseNumber('--seconds', seconds, RUN_SECONDS, false)
  const paths = { dir, corrections: CORRECTIONS, page: FINDINGS_PAGE }
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  if (rewrite !== undefined) await rewriteFindings(paths, idsOf('--rewrite', rewrite), each, say)
  if (shrink !== undefined) await shrinkFindings(paths, idsOf('--shrink', shrink), each, say)
}

/** Those that are named, or none: all. */
function idsOf(option: string, flag: string[] | true): readonly string[] {
  if (flag === true) return []
  const known = CATALOGUE.map(({ id }) => id)
  const unknown = flag.find((id) => !known.includes(id))
  if (unknown !== undefined) throw new UsageError([notAllowed(option, unknown, choices(known))])
  return flag
}

function caseOfRow({ id, verdict, seconds, why }: Row): TestCase {
  const test = { suite: 'findings', name: id, seconds }
  return why === undefined
    ? test
    : { ...test, failure: { type: verdict, message: 'not reproduced', text: why } }
}

function idsIn(dir: string): string[] {
  if (dir === LISTED_FINDINGS && !existsSync(dir)) return []
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
  } catch {
    throw new UsageError([notAllowed('--dir', dir, 'a folder of finding files')])
  }
}

async function replayed(id: string, file: string): Promise<Row> {
  const recorded = recordedIn(file)
  const started = performance.now()
  const { preemptions, why } = await runAgain(recorded)
  const seconds = Math.round(performance.now() - started) / 1000
  const verdict = (recorded.finding as NonNullable<Recorded['finding']>).verdict
  return {
    id,
    verdict,
    reproduced: why === undefined,
    preemptions,
    seconds,
    ...(why === undefined ? {} : { why }),
  }
}

async function runAgain(recorded: Recorded): Promise<{ preemptions: number; why: string | undefined }> {
  const subject = await subjectOfRecorded(recorded)
  const again = replayRecorded(subject, recorded, false)
  const { preemptions } = again.replayed
  if (again.isRefused) return { preemptions, why: driftLines(again).join('; ') }
  const shown = faultOf(again.replayed, recorded.finding)
  return {
    preemptions,
    why: shown === undefined ? 'the execution is as recorded, and shows nothing' : undefined,
  }
}

function textOf(rows: readonly Row[], listed: number): string {
  if (listed === 0) return 'No findings are listed.'
  const lines = table<Row>(
    [
      { title: 'Finding', align: 'left', cell: ({ id }) => id },
      { title: 'Verdict', align: 'left', cell: ({ verdict }) => verdict },
      { title: 'Reproduced', align: 'left', cell: ({ reproduced }) => (reproduced ? 'yes' : 'NO') },
      { title: 'Preemptions', align: 'right', cell: ({ preemptions }) => String(preemptions) },
      { title: 'Seconds', align: 'right', cell: ({ seconds }) => seconds.toFixed(2) },
    ],
    rows,
  )
  const missing = rows.flatMap(({ id, why }) => (why === undefined ? [] : [`${id}: ${why}`]))
  const count = rows.filter(({ reproduced }) => reproduced).length
  const ended = rows.length < listed ? [`Interrupted: ${listed - rows.length} were not replayed.`] : []
  return [...lines, '', ...missing, ...ended, `${count} of ${rows.length} reproduced.`].join('\n')
}
