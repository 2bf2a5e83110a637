import { MOST_CPUS, startMachine } from '@holdfast/cpu'
import type { Finding as MachineFinding } from '@holdfast/cpu'
import { recordingCost } from '../bench/recording.js'
import { Jobs } from '../explore/campaign/jobs.js'
import { recordRuns } from '../record/recorded-campaign.js'
import type { RecordedCampaign } from '../record/recorded-campaign.js'
import { writeRecorded } from '../record/recorded-finding.js'
import { FAST_TICK_NS, RecordedScenario } from '../record/recorded-scenario.js'
import { recordReport } from '../record/record-report.js'
import { recordResult } from '../record/record-result.js'
import type { RecordedFinding, RecordingPrice } from '../record/record-result.js'
import { operationCounts } from '../run/counts.js'
import { bootMachine, prepare } from '../run/prepare.js'
import type { Prepared } from '../run/prepare.js'
import { stallMs } from '../run/stall.js'
import { watch } from '../run/watch.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import type { Scenario } from '../scenario/types.js'
import { paperOf } from './explore-command-paper.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import type { RecordChoices } from './record-command-options.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

/** Of a small machine whose clock runs fast: how long a run may last, and how long nothing may be done in it. */
const SMALL_SECONDS = 5
const SMALL_STALL_MS = 400
/** How long the scenario runs unrecorded, to compare. */
const PLAIN_SECONDS = 2

/** Records runs of a scenario, replays them, and prints what they show. Returns the exit code. Throws UsageError before anything starts. */
export async function recordCommand(
  scenario: Scenario,
  choices: RecordChoices,
  signal: AbortSignal,
): Promise<number> {
  const prepared = prepare(scenario, choices, choices.seed)
  const { cpus } = prepared.machine
  if (cpus > MOST_CPUS) throw new UsageError([notAllowed('--cpus', cpus, `1 to ${MOST_CPUS} with --record`)])
  const progress = progressOn(process.stderr)
  const onProgress = (line: string): void => progress.update(`${scenario.name}  ${line}`)
  const isSmall = choices.repeat !== undefined
  const plain =
    isSmall || choices.variant !== undefined ? undefined : await plainRate(prepared, choices, signal)
  const recorded = await opened(prepared, choices, isSmall)
  const jobs = new Jobs(1)
  try {
    const campaign = await recordRuns(recorded, {
      runs: choices.repeat ?? 1,
      runSeconds: isSmall ? SMALL_SECONDS : choices.seconds,
      seconds: isSmall ? choices.seconds : Infinity,
      stallMs: isSmall ? SMALL_STALL_MS : stallMs(prepared),
      signal,
      onProgress,
    })
    await recorded.close()
    onProgress('shrinking')
    const findings = await findingsOf(recorded, campaign, choices, jobs, signal)
    const told = {
      scenario: scenario.name,
      cpus,
      lwps: prepared.lwps,
      campaign,
      price: priceOf(campaign, plain),
      findings,
    }
    progress.done()
    await (choices.json ? printJson(recordResult(told)) : print(recordReport(told, paperOf(process.stdout))))
    return findings.length === 0 ? EXIT_OK : EXIT_FOUND
  } finally {
    progress.done()
    await recorded.close()
    await jobs.close()
  }
}

async function opened(
  prepared: Prepared,
  choices: RecordChoices,
  isSmall: boolean,
): Promise<RecordedScenario> {
  const { variant, logBytes } = choices
  try {
    return await RecordedScenario.open(prepared.scenario, {
      variant,
      logBytes,
      ...(isSmall ? { tickNs: FAST_TICK_NS } : {}),
    })
  } catch (error) {
    if (error instanceof RangeError && variant !== undefined)
      throw new UsageError([{ path: '--variant', message: error.message }])
    throw error
  }
}

/** User operations a second of the scenario as `run` runs it. */
async function plainRate(
  prepared: Prepared,
  { seconds }: RecordChoices,
  signal: AbortSignal,
): Promise<number> {
  const machine = await startMachine(bootMachine(prepared), { stallMs: stallMs(prepared) })
  const started = performance.now()
  await watch(machine, { seconds: Math.min(seconds, PLAIN_SECONDS), signal, onLook: () => {} })
  const done = operations(machine.stats().counts.kernel)
  const ms = performance.now() - started
  await machine.stop('measured')
  return (1_000 * done) / ms
}

function operations(counters: readonly number[]): number {
  return Object.values(operationCounts(counters)).reduce((sum, each) => sum + each, 0)
}

function priceOf(campaign: RecordedCampaign, plainPerSecond: number | undefined): RecordingPrice {
  const recordedPerSecond =
    campaign.runSeconds === 0 ? 0 : operations(campaign.operations) / campaign.runSeconds
  return { ...recordingCost(), plainPerSecond, recordedPerSecond }
}

async function findingsOf(
  recorded: RecordedScenario,
  { faulty }: RecordedCampaign,
  { shrink, out }: RecordChoices,
  jobs: Jobs,
  signal: AbortSignal,
): Promise<RecordedFinding[]> {
  const findings: RecordedFinding[] = []
  if (faulty === undefined) return findings
  for (const { parallel, report } of faulty.faults) {
    const written =
      report === undefined || signal.aborted
        ? undefined
        : await writeRecorded(recorded, faulty, report, { jobs, shrink, out, signal })
    const { verdict, message } = report ?? parallel ?? { verdict: 'crash', message: '' }
    findings.push({
      verdict,
      message,
      parallel: parallel === undefined ? null : seenOf(parallel),
      reproduced: report !== undefined,
      written,
    })
  }
  return findings
}

function seenOf({ verdict, cpu, message }: MachineFinding): NonNullable<RecordedFinding['parallel']> {
  return { verdict, cpu, message }
}
