import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeFinding } from '@holdfast/explorer'
import type { Finding } from '@holdfast/explorer'
import { tellError } from '../cli/tell-error.js'
import type { Campaign } from './campaign/campaign.js'
import type { CampaignFound } from './campaign/campaign-merge.js'
import type { Leg } from './campaign/campaign-plan.js'
import type { Written } from './explore-result.js'
import { runFindingTask } from './campaign/job-tasks.js'
import type { FindingTask } from './campaign/job-tasks.js'
import type { Jobs } from './campaign/jobs.js'
import { Hang } from './campaign/thread-watch.js'
import { UsageError } from '../scenario/problem.js'
import type { SubjectSpec } from './subject/subject-of-spec.js'
import { kindOf } from './subject/subject-of.js'

export interface FindingsOptions {
  readonly spec: SubjectSpec
  readonly legs: readonly Leg[]
  readonly shrink: boolean
  /** Folder of the finding files. */
  readonly out: string
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly onProgress?: (line: string) => void
}

/** Executions tried for a smaller schedule: a number, so that the result does not depend on the machine as long as time suffices. */
const ATTEMPTS = 20_000
const SECONDS = { program: 10, scenario: 30 }
/** All findings together, about. */
const SECONDS_FOR_ALL = 90

/** Shrinks what a campaign has found, and writes it to files. A signal makes it write the rest as it was found. */
export async function writeFindings(campaign: Campaign, options: FindingsOptions): Promise<Written[]> {
  const { found } = campaign
  let done = 0
  return Promise.all(
    found.map(async (each) => {
      const finding = await findingOf(each, found.length, options)
      options.onProgress?.(`shrinking  ${++done} of ${found.length} findings`)
      return { finding, file: fileOf(join(options.out, fileName(finding)), finding) }
    }),
  )
}

/** Writes a finding; '' if that cannot be done, which is told: what was found is worth more than its file. */
function fileOf(file: string, finding: Finding): string {
  try {
    writeFinding(file, finding)
    return file
  } catch (error) {
    tellError({ message: `--out: ${file} cannot be written (${(error as Error).message})` })
    return ''
  }
}

async function findingOf(found: CampaignFound, all: number, options: FindingsOptions): Promise<Finding> {
  const { spec, legs, jobs, signal } = options
  const { strategy, label } = legs[found.leg] as Leg
  const kind = kindOf(spec.target)
  const seconds = Math.max(2, Math.min(SECONDS[kind], (SECONDS_FOR_ALL * jobs.count) / all))
  const task: FindingTask = {
    kind: 'finding',
    spec,
    report: found.report,
    schedule: found.schedule,
    after: found.after,
    context: {
      variant: spec.variant,
      strategy: label,
      seed: isSeeded(strategy.name) ? strategy.options.seed : undefined,
      execution: found.execution,
      executions: found.within,
      seconds: found.seconds,
    },
    shrink: options.shrink ? { seconds, attempts: ATTEMPTS } : undefined,
  }
  if (signal.aborted) return runFindingTask({ ...task, shrink: undefined })
  try {
    return await jobs.finding(task, signal)
  } catch (error) {
    if (signal.aborted) return runFindingTask({ ...task, shrink: undefined })
    if (!(error instanceof Hang) && !(error instanceof UsageError)) throw error
    return findingAsFound(task, options)
  }
}

/** Of an exploration that something has ended: that need not come up again in the execution as it was found, or without the user's own checkers. */
async function findingAsFound(task: FindingTask, { jobs, signal }: FindingsOptions): Promise<Finding> {
  const asFound = { ...task, shrink: undefined }
  try {
    return await jobs.finding(asFound, signal)
  } catch (error) {
    if (!(error instanceof UsageError) || task.spec.checkers === undefined) throw error
    return jobs.finding({ ...asFound, spec: { ...task.spec, checkers: [] } }, signal)
  }
}

const UNSEEDED = new Set(['dpor', 'dfs', 'preemption-bound', 'delay-bound', 'round-robin'])

function isSeeded(strategy: string): boolean {
  return !UNSEEDED.has(strategy)
}

/** The same for the same fault: `reorder-assertion-3f2a91bc.json`. */
export function fileName({ subject, verdict, message, sites }: Finding): string {
  const places = sites.map(({ file, cName, op, text }) => `${file} ${cName} ${op} ${text}`)
  const key = [subject, verdict, ...(places.length > 0 ? places : [message])].join('\n')
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8)
  const name = subject.replace(/[?#].*$/, '').replace(/^\w+:|\.[cm]?[jt]s$/g, '')
  const slug = name.slice(name.lastIndexOf('/') + 1).replaceAll(/[^\w-]+/g, '-')
  return `${slug}-${verdict}-${hash}.json`
}
