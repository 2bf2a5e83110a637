import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { looksLikeSchedule } from '@holdfast/explorer'
import { type Trace, TraceError, looksLikeTrace, pageOf, readTrace, writeTrace } from '@holdfast/viewer'
import { UsageError } from '../scenario/problem.js'
import { makeTrace } from '../view/make-trace.js'
import { print, printJson } from './output.js'
import { faultOf, recordedIn, type Recorded, subjectOfRecorded } from './replay-command.js'
import { EXIT_OK } from './run-command.js'

/** Options as they come. */
export interface ViewFlags {
  readonly variant?: string
  readonly out?: string
  readonly trace?: string
  readonly open?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

const DEFAULT_PAGE = 'holdfast-view.html'
/** Executions that are shown side by side at most. */
const MOST = 2

/** Adds `holdfast view`. */
export function addView(program: Command, exit: (code: number) => void): void {
  program
    .command('view')
    .description('write a page that shows an execution step by step: lanes, locks, memory and sources')
    .argument(
      '<what...>',
      'a finding file, a name of docs/findings, a schedule (hf1+...) or a trace file; two are laid side by side',
    )
    .option(
      '--variant <names>',
      'beside it the same schedule on a corrected or mutated kernel, as far as it goes',
    )
    .option('--out <file>', `the page (default: ${DEFAULT_PAGE})`)
    .option('--trace <file>', 'write the trace too (docs/trace-format.md), as JSON')
    .option('--no-open', 'do not open the page in a browser')
    .option('--force', 'go on where the program has drifted, as far as that is possible')
    .option('--json', 'print one JSON object instead of the name of the page')
    .action(async (what: string[], flags: ViewFlags) => {
      exit(await viewCommand(what, flags))
    })
}

/** Writes the page, and opens it where there is a screen. Throws UsageError. */
async function viewCommand(what: readonly string[], flags: ViewFlags): Promise<number> {
  const count = what.length + (flags.variant === undefined ? 0 : 1)
  if (count > MOST)
    throw new UsageError([{ path: 'view', message: `${count} executions are not allowed; 1 or ${MOST}` }])
  const traces: Trace[] = []
  for (const each of what) traces.push(await traceOf(each, flags))
  if (flags.variant !== undefined) traces.push(await variantOf(what[0] as string, flags.variant))
  const page = resolve(flags.out ?? DEFAULT_PAGE)
  writeFile('--out', page, () => writeFileSync(page, pageOf(traces)))
  const { trace } = flags
  if (trace !== undefined) writeFile('--trace', trace, () => writeTrace(trace, traces[0] as Trace))
  const opened = flags.open !== false && flags.json !== true && openPage(page)
  await (flags.json === true
    ? printJson({ command: 'view', page, executions: traces.map(summary) })
    : print(
        `${traces.map(line).join('\n')}\n${pathToFileURL(page).href}${opened ? '' : ' (open it in a browser)'}`,
      ))
  return EXIT_OK
}

/** The trace in a file, or of a finding or schedule, replayed. Throws UsageError, also where the program is not the one recorded. */
export async function traceOf(what: string, flags: Pick<ViewFlags, 'force'>): Promise<Trace> {
  if (!looksLikeSchedule(what) && existsSync(what) && looksLikeTrace(readFileSync(what, 'utf8')))
    return traceIn(what)
  const recorded = recordedIn(what)
  return made(recorded, await subjectOfRecorded(recorded), titleOf(what, recorded), flags.force === true)
}

function traceIn(file: string): Trace {
  try {
    return readTrace(file)
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError([{ path: '', message: error.message }])
    throw error
  }
}

/** The schedule of a finding on another kernel. */
async function variantOf(what: string, variant: string): Promise<Trace> {
  const recorded = recordedIn(what)
  const { schedule } = recorded
  const subject = await subjectOfRecorded(recorded, variant)
  return made(
    { schedule, finding: recorded.finding },
    subject,
    `${titleOf(what, recorded)}, ${variant}`,
    true,
  )
}

function made(
  { schedule, finding }: Recorded,
  subject: Awaited<ReturnType<typeof subjectOfRecorded>>,
  title: string,
  force: boolean,
): Trace {
  const { trace, drift, isRefused } = makeTrace({ subject, schedule, finding, title, force, faultOf })
  if (drift !== undefined) process.stderr.write(`holdfast: ${title}: ${drift}\n`)
  if (isRefused)
    throw new UsageError([{ path: '', message: `${title}: refused; --force goes on as far as possible` }])
  return trace
}

/** Name of the file of a finding; of a schedule what it is of. */
function titleOf(what: string, { schedule }: Recorded): string {
  return looksLikeSchedule(what) ? schedule.subject : basename(what).replace(/\.\w+$/, '')
}

function summary({ title, subject, verdict, message, note, events }: Trace): object {
  return {
    title,
    subject,
    verdict: verdict ?? null,
    message: message ?? null,
    note: note ?? null,
    steps: events.actor.length,
  }
}

function line({ title, verdict, message, events, note }: Trace): string {
  const fault = verdict === undefined ? 'nothing found' : `${verdict}: ${message}`
  return `${title}: ${events.actor.length} steps, ${fault}${note === undefined ? '' : `\n  ${note}`}`
}

function writeFile(option: string, file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    throw new UsageError([
      { path: option, message: `${file} cannot be written (${(error as Error).message})` },
    ])
  }
}

/** Opens a page in the browser of the desktop. Returns whether there is one to ask. */
function openPage(page: string): boolean {
  const { env, platform } = process
  const hasScreen =
    platform === 'darwin' || platform === 'win32' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])
  if (!process.stdout.isTTY || !hasScreen) return false
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', page]
      : platform === 'win32'
        ? ['cmd', '/c', 'start', '', page]
        : ['xdg-open', page]
  spawn(command, args, { detached: true, stdio: 'ignore' })
    .on('error', () => {}) // none installed: its address has been printed
    .unref()
  return true
}
