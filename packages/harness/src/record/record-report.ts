import { reportText } from '@holdfast/explorer'
import type { Paper } from '../explore/explore-report.js'
import { count, plural, rate } from '../report/table.js'
import type { RecordedFinding, RecordingPrice, Told } from './record-result.js'

const MOST_DOUBTS = 8
const ENDS: Readonly<Record<string, string>> = {
  done: 'to the end',
  quiet: 'came to rest',
  time: 'ended by the clock',
  full: 'ended by a full log',
  failed: 'failed',
  stalled: 'stood still',
  died: 'lost a worker',
}

/** What came of recorded runs, for people: each fault, then what was recorded and what that costs. */
export function recordReport({ scenario, cpus, campaign, price, findings }: Told, paper: Paper): string {
  const { runs, ends, events, logBytes, runSeconds, replayed, replayedEvents, replaySeconds, doubts } =
    campaign
  const ended = Object.entries(ends).map(([end, n]) => `${count(n)} ${ENDS[end] ?? end}`)
  const more = doubts.length > MOST_DOUBTS ? [`and ${doubts.length - MOST_DOUBTS} more (--json)`] : []
  const perEvent = events === 0 ? 0 : logBytes / events
  return [
    ...findings.flatMap((found) => findingLines(found, paper)),
    `${scenario}, ${plural(cpus, 'CPU')}: ${plural(runs, 'recorded run')} (${ended.join(', ')}), ${findings.length === 0 ? 'nothing found' : plural(findings.length, 'finding')}`,
    `  recorded  ${plural(events, 'event')} in ${runSeconds.toFixed(1)} s; logs of ${count(logBytes)} bytes, ${perEvent.toFixed(2)} an event`,
    `  replayed  ${plural(replayed, 'run')}, ${plural(replayedEvents, 'event')} in ${replaySeconds.toFixed(1)} s, ${replaySeconds === 0 ? '-' : count(replayedEvents / replaySeconds)} a second${doubts.length === 0 ? '; each with the values that the run read' : ''}`,
    ...[...doubts.slice(0, MOST_DOUBTS), ...more].map((doubt) => `  trust     ${doubt}`),
    ...priceLines(price).map((line) => `  cost      ${line}`),
  ].join('\n')
}

function findingLines(
  { verdict, message, parallel, reproduced, written }: RecordedFinding,
  paper: Paper,
): string[] {
  const where =
    parallel === null ? '' : parallel.cpu < 0 ? ' of the parallel machine' : ` on CPU${parallel.cpu}`
  const seen =
    parallel === null
      ? 'seen by the checkers of the replay'
      : `found in parallel: ${parallel.verdict}${where}, ${parallel.message}`
  if (written === undefined) {
    const why = reproduced ? 'too long to be written down' : 'the replay does not show it'
    return [`${verdict}: ${message}`, `  ${seen}; ${why}`, '']
  }
  return [
    reportText(written.finding, paper),
    `${seen}; the replay shows the same`,
    `file: ${written.file}`,
    '',
  ]
}

function priceLines({ hold, swap, plainPerSecond, recordedPerSecond }: RecordingPrice): string[] {
  const kernel =
    `uvm_lwp_hold + rele ${hold.ratio.toFixed(2)} times as long (${rate(hold.recordedNs)} ns), swap-out + in ${swap.ratio.toFixed(2)} times (${rate(swap.recordedNs)} ns): ` +
    'one CPU, plain and recorded in turn'
  if (plainPerSecond === undefined) return [kernel]
  return [
    kernel,
    `${count(recordedPerSecond)} user operations a second recorded, ${count(plainPerSecond)} plain just before: ${(plainPerSecond / recordedPerSecond).toFixed(2)} times`,
  ]
}
