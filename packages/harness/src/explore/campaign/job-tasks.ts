import type { MessagePort } from 'node:worker_threads'
import type { Site } from '@holdfast/compiler'
import {
  EventLog,
  LockOrder,
  TraceHash,
  World,
  afterExecutions,
  checkDeterminism,
  encodeSchedule,
  explore,
  faultKey,
  makeFinding,
  nonpreemptive,
  placesOf,
  recordSchedule,
  shrink,
} from '@holdfast/explorer'
import type {
  Explored,
  Finding,
  FindingContext,
  Observer,
  Period,
  Report,
  SeenEdge,
  Strategy,
  Subject,
} from '@holdfast/explorer'
import { DelayThere, placesIn } from '../../mutate/focus.js'
import type { StrategySpec } from './campaign-plan.js'
import { LiveCounts } from './job-counts.js'
import { MachineTarget } from '../machine/machine-target.js'
import { importScenario } from '../../scenario/load.js'
import { strategyNamed } from '../subject/own-strategy.js'
import { patchesNamed } from '../subject/own-variant.js'
import { periodOf } from '../verify/period.js'
import type { PeriodSpec } from '../verify/period.js'
import { subjectOf } from '../subject/subject-of.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'
import { CLAIMS } from '../verify/verified.js'
import type { Verified } from '../verify/verified-claim.js'
import { verify } from '../verify/verify.js'

/** A part of a campaign: so many executions of one strategy, from a certain one on. */
export interface ExploreTask {
  readonly kind: 'explore'
  readonly spec: SubjectSpec
  readonly strategy: StrategySpec
  readonly first: number
  readonly executions: number | undefined
  readonly seconds: number | undefined
  readonly maxFindings: number | undefined
  /** Whether different traces are counted; `list`: and told, so that those of several parts can be put together. */
  readonly traces: 'none' | 'count' | 'list'
  readonly counts: SharedArrayBuffer
  readonly slot: number
  /** Is told each fault when it is first found, in case the thread does not come to the end. */
  readonly found?: MessagePort
}

/** What a part came to. Plain data. */
export interface ExploreTaskResult extends Explored {
  /** Different traces, if they were counted. */
  readonly traces: number | undefined
  readonly traceList: Float64Array | undefined
  /** Executions that are still to come, estimated. */
  readonly remaining: number | null
  /** The same choices did not lead to the same: nothing more can be said. */
  readonly drift: string | undefined
  /** The order of locks as this part saw it, and the keys (faultKey) of what it has reported of that. */
  readonly lockOrder: { readonly edges: readonly SeenEdge[]; readonly reports: readonly string[] }
}

/** A fault as it was found, to be made into a finding. */
export interface FindingTask {
  readonly kind: 'finding'
  readonly spec: SubjectSpec
  readonly report: Report
  readonly schedule: Uint16Array
  /** Executions that show parts of it, in order; none if it shows by itself. */
  readonly after?: readonly Uint16Array[]
  readonly context: FindingContext
  /** Undefined: it stays as it was found. */
  readonly shrink:
    | { readonly seconds: number; readonly attempts: number; readonly subjects?: boolean }
    | undefined
}

/** To make a thread ready: so that time is counted from when it can begin. */
export interface ReadyTask {
  readonly kind: 'ready'
  readonly spec: SubjectSpec
  /** Whether it is to look at the subject too. */
  readonly look: boolean
}

/** Modules of a user that are to be loaded, and no more. */
export interface OwnModules {
  readonly spec?: SubjectSpec
  /** Path of a scenario. */
  readonly scenario?: string
  /** As `--variant` has them. */
  readonly variant?: string | undefined
  /** Path of a strategy. */
  readonly strategy?: string
}

/** To see that they come to their end. */
export interface LoadTask extends OwnModules {
  readonly kind: 'load'
}

/** What a first look at a subject shows. */
export interface About {
  /** Of the subject. */
  readonly id: string
  /** Who takes part, in an execution without preemptions. */
  readonly actors: readonly string[]
  /** That it does not do the same when it is run again. */
  readonly chance: { readonly message: string; readonly sites: readonly Site[] } | undefined
}

/** To look into a claim. */
export interface VerifyTask {
  readonly kind: 'verify'
  /** Its id. */
  readonly claim: string
  /** In place of its own. */
  readonly variant: string | undefined
  readonly counts: SharedArrayBuffer
}

export type Task = ExploreTask | FindingTask | LoadTask | ReadyTask | VerifyTask

let known: { readonly key: string; readonly subject: Promise<Subject> } | undefined

/** The subject of the last call is kept: tasks of one campaign have the same. */
function subjectFor(spec: SubjectSpec): Promise<Subject> {
  const key = JSON.stringify(spec)
  if (known?.key !== key) known = { key, subject: subjectOf(spec) }
  return known.subject
}

const SCHEDULES = 3

export async function runReadyTask({ spec, look }: ReadyTask): Promise<About> {
  const subject = await subjectFor(spec)
  const { id } = subject
  if (!look) return { id, actors: [], chance: undefined }
  subject.observers() // a checker that makes nothing of use is refused before anything is run
  return { id, actors: actorsOf(subject), chance: chanceIn(subject) }
}

export async function runLoadTask({ spec, scenario, variant, strategy }: LoadTask): Promise<object> {
  if (spec !== undefined) (await subjectFor(spec)).observers()
  if (scenario !== undefined) await importScenario(scenario)
  if (strategy !== undefined) await strategyNamed(strategy, {})
  await patchesNamed(variant)
  return {}
}

function actorsOf({ target, options }: Subject): string[] {
  const world = new World(target, options)
  world.run({ choose: nonpreemptive }, [])
  return Array.from({ length: world.n }, (_, actor) => target.actorName?.(world, actor) ?? `actor ${actor}`)
}

/** A target that is not a function of the choices cannot be explored, nor its faults be shown again. */
function chanceIn({ target, options, sites }: Subject): About['chance'] {
  const report = checkDeterminism(target, { engine: options, site: placesOf(sites), schedules: SCHEDULES })
  if (report === null) return undefined
  return { message: report.message, sites: report.sites.flatMap((site) => sites[site] ?? []) }
}

async function strategyOf(
  { name, options, period, focus }: StrategySpec,
  subject: Subject,
): Promise<Strategy> {
  if (focus !== undefined) return new DelayThere(options.seed ?? 1, placesIn(subject.sites, focus))
  const during = period === undefined ? {} : { during: periodIn(period, machineOf(subject)) }
  return strategyNamed(name, { ...options, ...during })
}

export async function runExploreTask(task: ExploreTask): Promise<ExploreTaskResult> {
  const subject = await subjectFor(task.spec)
  const strategy = await strategyOf(task.strategy, subject)
  const live = new LiveCounts(task.counts)
  const checkers = subject.observers()
  const log = checkers.find((each) => each instanceof EventLog)
  const hash = task.traces === 'none' ? undefined : new TraceHash(log === undefined ? {} : { log })
  const list: number[] = []
  const counting: Observer[] = hash === undefined ? [] : [hash]
  if (hash !== undefined && task.traces === 'list') counting.push(listing(hash, list))
  live.clear(task.slot)
  const nothing: Explored = {
    executions: 0,
    blocked: 0,
    abandoned: 0,
    cut: 0,
    buggy: 0,
    complete: false,
    points: 0,
    seconds: 0,
    found: [],
    bound: null,
  }
  let explored = nothing
  let drift: string | undefined
  try {
    explored = explore(subject.target, {
      strategy,
      observers: [...checkers, ...counting],
      engine: subject.options,
      first: task.first,
      all: task.spec.all,
      ...(task.executions === undefined ? {} : { executions: task.executions }),
      ...(task.seconds === undefined ? {} : { seconds: task.seconds }),
      ...(task.maxFindings === undefined ? {} : { maxFindings: task.maxFindings }),
      progress: (so) => live.tell(task.slot, so),
      onFound: (found) => task.found?.postMessage(found),
    })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Nondeterminism') throw error
    drift = error.message
  }
  live.clear(task.slot)
  return {
    ...explored,
    bound: boundOf(explored, subject),
    traces: hash?.distinct,
    traceList: task.traces === 'list' ? Float64Array.from(list) : undefined,
    remaining: explored.complete ? 0 : (strategy.remaining?.() ?? null),
    drift,
    lockOrder: lockOrderOf(checkers),
  }
}

function lockOrderOf(checkers: readonly Observer[]): ExploreTaskResult['lockOrder'] {
  const order = checkers.find((each) => each instanceof LockOrder)
  return { edges: order?.seen ?? [], reports: (order?.cycleReports ?? []).map(faultKey) }
}

/** What was left out by the strategy, and of what was visited completely, by the subject. */
function boundOf({ bound, complete }: Explored, subject: Subject): string | null {
  if (!complete || subject.bound === undefined) return bound
  return `${bound ?? 'every interleaving'}, ${subject.bound}`
}

function periodIn(period: PeriodSpec, target: MachineTarget): Period {
  return periodOf(period, target.data, target.machine, () => target.hidden())
}

function machineOf({ id, target }: Subject): MachineTarget {
  if (target instanceof MachineTarget) return target
  throw new RangeError(`${id} has no ticks, and so no period; a scenario has`)
}

function listing(hash: TraceHash, list: number[]): Observer {
  return {
    name: 'list of traces',
    repeated: () => {},
    reset: () => {},
    finish: () => {
      if (hash.fresh) list.push(hash.trace)
    },
  }
}

/** Makes the finding of a fault: the cheapest execution that shows it, as a table. */
export async function runFindingTask(task: FindingTask): Promise<Finding> {
  const subject = await subjectFor(task.spec)
  const { report, schedule, context } = task
  const shrunk = task.shrink === undefined ? undefined : shrink(subject, { report, schedule }, task.shrink)
  if (shrunk !== undefined) return makeFinding(shrunk, context)
  const { after = [] } = task
  if (after.length > 0) return findingAfter(subject, task, after)
  const asFound = { report, schedule: recordSchedule(subject, schedule), minimal: false }
  try {
    return makeFinding({ ...asFound, subject }, context)
  } catch {
    // A checker that puts several executions together does not see it in this one alone.
    return makeFinding({ ...asFound, subject: toldOf(subject, report) }, context)
  }
}

/** A fault that several executions show together: only the last is made smaller. */
function findingAfter(
  subject: Subject,
  { report, schedule, context, shrink: how }: FindingTask,
  after: readonly Uint16Array[],
): Finding {
  const later = afterExecutions(subject, after)
  const shrunk = how === undefined ? undefined : shrink(later, { report, schedule }, how)
  const found = shrunk ?? {
    subject: later,
    report,
    schedule: recordSchedule(later, schedule),
    minimal: false,
  }
  const others = after.map((choices) => encodeSchedule(recordSchedule(subject, choices)))
  return makeFinding(found, { ...context, after: others })
}

function toldOf(subject: Subject, report: Report): Subject {
  const teller: Observer = {
    name: 'what was found',
    reset: () => {},
    finish: (world) => world.report(report),
  }
  return { ...subject, observers: () => [...subject.observers(), teller] }
}

export function runVerifyTask({ claim: id, variant, counts }: VerifyTask): Promise<Verified> {
  const live = new LiveCounts(counts)
  const claim = CLAIMS.find((each) => each.id === id)
  if (claim === undefined) throw new RangeError(`no claim is called '${id}'`)
  const progress = (_: string, executions: number): boolean =>
    live.tell(0, { executions, points: 0, seconds: 0, findings: 0, depth: 0, remaining: null })
  return verify({ ...claim, ...(variant === undefined ? {} : { variant }) }, { progress })
}
