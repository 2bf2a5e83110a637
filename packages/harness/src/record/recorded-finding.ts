import { join } from 'node:path'
import { writeFinding } from '@holdfast/explorer'
import type { Finding, Report } from '@holdfast/explorer'
import { fileName } from '../explore/explore-result-findings.js'
import type { Jobs } from '../explore/campaign/jobs.js'
import { RECORDED_DISK } from '../explore/subject/scenario-query.js'
import type { FaultyRun } from './recorded-campaign.js'
import type { RecordedScenario } from './recorded-scenario.js'

export interface RecordedFindingOptions {
  readonly jobs: Jobs
  readonly shrink: boolean
  /** Folder of the finding files. */
  readonly out: string
  readonly signal: AbortSignal
}

/** A finding, and the file that it was written to. */
export interface WrittenFinding {
  readonly finding: Finding
  readonly file: string
}

/** Longer executions are not shrunk, or not even written down: each step is a row. */
const MOST_SHRUNK = 200_000
const MOST_WRITTEN = 1_000_000
const STEP_LIMIT = 200_000
const ATTEMPTS = 4_000
const SECONDS = 30

/**
 * Writes a report of a replayed run as a finding like any other: its schedule is one of the explorer's, with as many ticks at any point
 * as the run had. undefined: the execution is too long for that.
 */
export async function writeRecorded(
  scenario: RecordedScenario,
  { index, rebuilt, seconds }: FaultyRun,
  report: Report,
  { jobs, shrink, out, signal }: RecordedFindingOptions,
): Promise<WrittenFinding | undefined> {
  const steps = rebuilt.choices.length
  if (steps > MOST_WRITTEN) return undefined
  const finding = await jobs.finding(
    {
      kind: 'finding',
      spec: {
        target: `scenario:${scenario.scenario.name}`,
        params: {},
        engine: { stepLimit: Math.max(STEP_LIMIT, 2 * steps) },
        variant: scenario.variant,
        time: { ticks: rebuilt.ticks, disk: RECORDED_DISK },
        all: false,
        scenario: scenario.scenario,
      },
      report,
      schedule: rebuilt.choices,
      context: {
        variant: scenario.variant,
        strategy: 'recorded',
        execution: index,
        executions: index + 1,
        seconds,
      },
      shrink: shrink && steps <= MOST_SHRUNK ? { seconds: SECONDS, attempts: ATTEMPTS } : undefined,
    },
    signal,
  )
  const file = join(out, fileName(finding))
  writeFinding(file, finding)
  return { finding, file }
}
