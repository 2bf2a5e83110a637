import type { Site } from '@holdfast/compiler'
import type { EngineOptions, Finding, Params, Verdict } from '@holdfast/explorer'
import type { Campaign } from './campaign/campaign.js'
import type { Leg } from './campaign/campaign-plan.js'

/** A finding as `--json` tells it; the rest stands in its file. */
export interface FindingSummary {
  readonly verdict: Verdict
  readonly message: string
  /** `program.ts:12 (setter): mem.store(a, 1)`. */
  readonly sites: readonly string[]
  /** Number of the execution that showed it first, from 0, in the campaign of its strategy. */
  readonly execution: number
  readonly preemptions: number
  /** To be pasted after `holdfast replay`; '' if the same schedule does not do the same again. */
  readonly schedule: string
  readonly file: string
  readonly strategy: string
  /** That no execution with fewer preemptions shows it has been proven. */
  readonly minimal: boolean
  /** Seconds from the start until it was found. */
  readonly seconds: number
}

/** One strategy of a campaign. */
interface StrategySummary {
  readonly strategy: string
  readonly executions: number
  readonly points: number
  /** Different faults that it was the first to show. */
  readonly found: number
  /** It visited all that it is to visit: see `bound`. */
  readonly finished: boolean
  readonly bound: string | null
}

/** Keys in the order in which they are printed. */
export interface ExploreResult {
  readonly command: 'explore'
  readonly target: string
  readonly strategy: string
  readonly executions: number
  /** Different traces (classes of executions that differ only in the order of independent operations), or null: not counted. */
  readonly traces: number | null
  /** Executions that the strategy gave up as redundant: of optimal DPOR, 0. */
  readonly blocked: number
  /** Every interleaving was visited, up to the order of independent operations. */
  readonly complete: boolean
  /** Operations executed, at each of which there was a choice or might have been one. */
  readonly points: number
  readonly seconds: number
  readonly findings: readonly FindingSummary[]
  readonly subject: string
  readonly params: Params
  readonly memoryModel: EngineOptions['memoryModel']
  readonly seed: number
  /** What was left out on purpose, in words. */
  readonly bound: string | null
  /** Executions that were still to come, estimated; null: not known. */
  readonly remaining: number | null
  /** Executions in which at the end nothing was enabled, though not all threads had ended. */
  readonly deadlocked: number
  /** Executions cut off by the step limit. */
  readonly cut: number
  /** None came to its end, as when the step limit cut off every one: that nothing was found says nothing. */
  readonly inconclusive: boolean
  /** Executions with a fault. */
  readonly buggy: number
  readonly interrupted: boolean
  /** What in a checker or strategy of the user's own has ended it before its time, or null. */
  readonly error: string | null
  readonly jobs: number
  readonly strategies: readonly StrategySummary[]
}

/** A finding and where it was written. */
export interface Written {
  readonly finding: Finding
  readonly file: string
}

export interface ResultOptions {
  readonly target: string
  readonly subject: string
  readonly params: Params
  readonly memoryModel: EngineOptions['memoryModel']
  readonly seed: number
  readonly legs: readonly Leg[]
  readonly jobs: number
  readonly written: readonly Written[]
  /** What no schedule shows: that the target does not do the same when it is run again, or never comes to its next operation. */
  readonly unrepeatable: Unrepeatable | undefined
  /** What in a user's own code has ended it. */
  readonly error: string | undefined
}

/** A fault without a schedule. */
export interface Unrepeatable {
  readonly verdict: 'nondeterminism' | 'livelock'
  readonly message: string
  readonly sites: readonly string[]
}

export function resultOf(campaign: Campaign, options: ResultOptions): ExploreResult {
  const { legs } = options
  const only = legs.length === 1 ? campaign.legs[0] : undefined
  return {
    command: 'explore',
    target: options.target,
    strategy: legs.length === 1 ? (legs[0] as Leg).strategy.name : 'mix',
    executions: campaign.executions,
    traces: tracesOf(campaign, legs),
    blocked: campaign.abandoned,
    complete: campaign.legs.some(({ finished, bound }) => finished && bound === null),
    points: campaign.points,
    seconds: rounded(campaign.seconds),
    findings: [
      ...withoutSchedule(options),
      ...options.written.map(({ finding, file }) => summaryOf(finding, file)),
    ],
    subject: options.subject,
    params: options.params,
    memoryModel: options.memoryModel,
    seed: options.seed,
    bound: only?.bound ?? null,
    remaining: only === undefined ? null : only.finished ? 0 : only.remaining,
    deadlocked: campaign.deadlocked,
    cut: campaign.cut,
    inconclusive: campaign.cut === campaign.executions,
    buggy: campaign.buggy,
    interrupted: campaign.interrupted,
    error: options.error ?? null,
    jobs: options.jobs,
    strategies: campaign.legs.map((leg, i) => ({
      strategy: (legs[i] as Leg).label,
      executions: leg.executions,
      points: leg.points,
      found: leg.found,
      finished: leg.finished,
      bound: leg.bound,
    })),
  }
}

/** dpor visits each trace once: its executions are the traces, but for those it gave up. */
function tracesOf(campaign: Campaign, legs: readonly Leg[]): number | null {
  if (legs.length === 1 && legs[0]?.strategy.name === 'dpor') return campaign.executions - campaign.abandoned
  return campaign.traces ?? null
}

function withoutSchedule({ unrepeatable, legs }: ResultOptions): FindingSummary[] {
  if (unrepeatable === undefined) return []
  return [
    {
      ...unrepeatable,
      execution: 0,
      preemptions: 0,
      schedule: '',
      file: '',
      strategy: (legs[0] as Leg).label,
      minimal: false,
      seconds: 0,
    },
  ]
}

/** `program.ts:12 (setter): mem.store(a, 1)`. */
export function siteText({ file, line, cName, text }: Site): string {
  return `${file}:${line} (${cName}): ${text.replaceAll(/\s+/g, ' ')}`
}

function summaryOf(finding: Finding, file: string): FindingSummary {
  return {
    verdict: finding.verdict,
    message: finding.message,
    sites: finding.sites.map(siteText),
    execution: finding.execution,
    preemptions: finding.preemptions,
    schedule: finding.schedule,
    file,
    strategy: finding.strategy,
    minimal: finding.minimal,
    seconds: rounded(finding.found.seconds),
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
