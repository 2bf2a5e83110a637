import { findingReport } from './finding-report.js'
import { lockReport } from './lock-report.js'
import { type RunResult, totalOperations } from './result.js'
import { count, plural, rate, table } from './table.js'

/** Lines of the kernel that the report shows; the JSON has all that were kept. */
const MESSAGES_SHOWN = 20

/** The whole report of a run, ending in a newline. `width`: characters of a line; then tables leave out what has no room. */
export function runReport(result: RunResult, width?: number): string {
  const blocks = [
    [headline(result)],
    ...result.findings.map(findingReport),
    operationReport(result),
    activityReport(result),
    lockReport(result.locks, result.lockSites, width),
    ...messageReport(result.messages),
    ...sanitizeReport(result.sanitize),
    [outcomeLine(result)],
  ]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** What ran, in one sentence. */
export function headline(result: RunResult): string {
  const preempt = result.preempt ? ', kernel preemption on' : ''
  return (
    `${result.scenario}: ${plural(result.cpus, 'CPU')}, ${plural(result.lwps, 'LWP')}, ` +
    `${plural(result.memory, 'page')}${preempt}, seed ${result.seed}: ran ${result.seconds.toFixed(1)} s ` +
    `(${count(result.simulatedSeconds)} simulated), ${count(result.swapouts)} swap-outs, ` +
    `${plural(totalOperations(result), 'operation')}.`
  )
}

const ENDS: Readonly<Record<RunResult['outcome'], string>> = {
  time: '',
  done: 'Every LWP of the scenario exited. ',
  quiet: 'The LWPs that are left wait for what nothing in the scenario does. ',
  interrupted: 'Interrupted before its time. ',
  found: '',
}

function outcomeLine({ outcome, findings, checks }: RunResult): string {
  const checked = `invariants checked ${plural(checks, 'time')}`
  if (findings.length === 0) return `${ENDS[outcome]}Nothing found; ${checked}.`
  const verdicts = findings.map(({ verdict }) => verdict).join(', ')
  return `${ENDS[outcome]}${plural(findings.length, 'finding')}: ${verdicts}; ${checked}.`
}

/** What watching cost. */
function sanitizeReport(summary: RunResult['sanitize']): string[][] {
  if (summary === undefined) return []
  const chaos = summary.chaos ? ', with random delays' : ''
  const own = `${plural(summary.watchpoints, 'watchpoint')}, ${rate(summary.rate)} operations a second`
  if (summary.plainRate === null || summary.slowdown === null) return [[`Sanitized${chaos}: ${own}.`]]
  const plain = `plain, just before: ${rate(summary.plainRate)}`
  const cost = summary.slowdown < 1 ? 'no slower' : `${summary.slowdown.toFixed(1)} times slower`
  return [[`Sanitized${chaos}: ${own} (${plain}): ${cost}.`]]
}

/** Lines that the kernel printed, the last of them; nothing where it printed none. */
function messageReport(messages: readonly string[]): string[][] {
  if (messages.length === 0) return []
  const last = messages.slice(-MESSAGES_SHOWN)
  return [[`Last ${last.length} of ${plural(messages.length, 'kernel message')}`, '', ...last]]
}

function operationReport(result: RunResult): string[] {
  const rows = Object.entries(result.operations)
    .filter(([, total]) => total > 0)
    .sort(([, a], [, b]) => b - a)
  if (rows.length === 0) return ['Operations: none was completed.']
  const failed = Object.entries(result.errors).filter(([, total]) => total > 0)
  const errors = failed.map(([name, total]) => `${count(total)} ${name}`).join(', ')
  return [
    ...activity('Operation', result, rows),
    ...(errors === '' ? [] : [`Failed with an error: ${errors}.`]),
  ]
}

function activity(title: string, result: RunResult, rows: readonly (readonly [string, number])[]): string[] {
  return table(
    [
      { title, align: 'left', cell: ([name]) => name },
      { title: 'Count', align: 'right', cell: ([, total]) => count(total) },
      { title: 'A second', align: 'right', cell: ([, total]) => perSecond(result, total) },
    ],
    rows,
  )
}

function activityReport(result: RunResult): string[] {
  const { paging, lives } = result
  const rows: [string, number][] = [
    ['u-areas swapped in', result.swapins],
    ['u-areas swapped out', result.swapouts],
    ['context switches', result.switches],
    ['TLB shootdowns', result.shootdowns],
    ['page faults', paging.faults],
    ['  zero-filled', paging.zeroFilled],
    ['  copied on write', paging.copied],
    ['  paged in from swap', paging.pageins],
    ['pages out to swap', paging.pageouts],
    ['pagedaemon rounds', paging.pagedaemonRounds],
    ['pages it freed', paging.pagesFreed],
    ['LWP structures freed', lives.lwpsFreed],
    ['processes reaped', lives.reaped],
    ['LWPs stopped', lives.stopped],
  ]
  return [
    ...activity('Activity', result, rows),
    `Free at the end: ${count(paging.free)} of ${plural(result.memory, 'page')}.`,
  ]
}

function perSecond(result: RunResult, total: number): string {
  return result.seconds === 0 ? '-' : rate(total / result.seconds)
}
