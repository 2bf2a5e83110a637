import type { Finding as MachineFinding, RecordedReason } from '@holdfast/cpu'
import type { Report } from '@holdfast/explorer'
import { confirmed, rebuild } from './rebuild.js'
import type { Rebuilt } from './rebuild.js'
import type { Recorded, RecordedScenario } from './recorded-scenario.js'
import { trustText } from './trust.js'

export interface RecordedCampaignOptions {
  /** Most runs: it ends with the first that shows a fault. */
  readonly runs: number
  /** Wall-clock seconds of one run, and of all with their replays. */
  readonly runSeconds: number
  readonly seconds: number
  /** How long no user operation may complete in a run, in ms. */
  readonly stallMs: number
  readonly signal: AbortSignal
  readonly onProgress?: (line: string) => void
}

/** A fault that a recorded run showed: on the parallel machine, in the replay, or both. */
export interface RecordedFault {
  /** What the parallel machine reported; undefined: only the checkers of the replay saw it. */
  readonly parallel: MachineFinding | undefined
  /** What the replay reports; undefined: it does not show it. */
  readonly report: Report | undefined
}

/** The run that showed a fault, and its replay. */
export interface FaultyRun {
  /** Number of the run, from 0. */
  readonly index: number
  readonly recorded: Recorded
  readonly rebuilt: Rebuilt
  readonly faults: readonly RecordedFault[]
  /** Seconds of the campaign until it was found. */
  readonly seconds: number
}

/** What a campaign of recorded runs came to. */
export interface RecordedCampaign {
  readonly runs: number
  /** Runs by how they ended. */
  readonly ends: Readonly<Partial<Record<RecordedReason, number>>>
  readonly events: number
  readonly logBytes: number
  readonly runSeconds: number
  /** Runs that were replayed, their events that were executed again, and how long that took. */
  readonly replayed: number
  readonly replayedEvents: number
  readonly replaySeconds: number
  /** Where replays could not be trusted to their end, with the number of the run. */
  readonly doubts: readonly string[]
  readonly faulty: FaultyRun | undefined
  readonly operations: readonly number[]
  readonly ticks: number
}

/** Runs with more events are replayed without the checkers, which need several times as long. */
const MOST_CHECKED = 2_000_000

/** Records run after run of a scenario and replays each under the explorer's checkers, until one shows a fault. */
export async function recordRuns(
  scenario: RecordedScenario,
  options: RecordedCampaignOptions,
): Promise<RecordedCampaign> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const ends: Partial<Record<RecordedReason, number>> = {}
  const doubts: string[] = []
  const sum = {
    runs: 0,
    events: 0,
    logBytes: 0,
    runSeconds: 0,
    replayed: 0,
    replayedEvents: 0,
    replaySeconds: 0,
    ticks: 0,
  }
  let operations: number[] = []
  let faulty: FaultyRun | undefined
  while (
    sum.runs < options.runs &&
    faulty === undefined &&
    !options.signal.aborted &&
    seconds() < options.seconds
  ) {
    const left = options.seconds - seconds()
    const ms = 1_000 * Math.min(options.runSeconds, left)
    const recorded = await scenario.run({ ms, stallMs: options.stallMs, signal: options.signal })
    const { run } = recorded
    const events = run.logs.reduce((all, log) => all + log.events, 0)
    const index = sum.runs++
    sum.events += events
    sum.logBytes += run.logs.reduce((all, log) => all + log.bytes, 0)
    sum.runSeconds += run.ms / 1_000
    sum.ticks += run.ticks
    ends[run.reason] = (ends[run.reason] ?? 0) + 1
    operations = run.counts.kernel.map((count, n) => count + (operations[n] ?? 0))
    options.onProgress?.(`run ${index + 1}: ${events} events recorded; replaying`)
    const rebuilt = rebuild(scenario.subject, recorded, { check: events <= MOST_CHECKED })
    sum.replayed++
    sum.replayedEvents += rebuilt.choices.length
    sum.replaySeconds += rebuilt.seconds
    for (const doubt of trustText(recorded, rebuilt)) doubts.push(`run ${index + 1}: ${doubt}`)
    const faults = faultsOf(recorded, rebuilt)
    if (faults.length > 0) faulty = { index, recorded, rebuilt, faults, seconds: seconds() }
  }
  return { ...sum, ends, doubts, faulty, operations }
}

/**
 * What went wrong in a run. A machine that was reported to stand still and goes on in its replay was slow: that counts as nothing. A
 * standstill that only the replay has, because it waits for what was cut off, neither.
 */
export function faultsOf(recorded: Recorded, rebuilt: Rebuilt): RecordedFault[] {
  const { findings, reason } = recorded.run
  const faults: RecordedFault[] = []
  const stalled: MachineFinding[] =
    reason === 'stalled'
      ? [{ verdict: 'stalled', cpu: -1, message: 'no user operation completed', lwp: 0 }]
      : []
  for (const parallel of [...findings, ...stalled]) {
    const report = confirmed(parallel, recorded, rebuilt)
    if (report === undefined && parallel.verdict === 'stalled') continue
    faults.push({ parallel, report })
  }
  const shown = new Set(faults.map(({ report }) => report))
  const ownEnd = rebuilt.outcome === 'blocked' && reason !== 'stalled'
  for (const report of rebuilt.reports) {
    if (shown.has(report) || (ownEnd && report.sites.length === 0)) continue
    if (rebuilt.drift === undefined) faults.push({ parallel: undefined, report })
  }
  return faults
}
