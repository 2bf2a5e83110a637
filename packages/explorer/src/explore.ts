import type { Observer, Report } from './engine/observer.js'
import type { EngineOptions } from './engine/options.js'
import type { Target } from './engine/target.js'
import { World } from './engine/world.js'
import type { Outcome } from './engine/world.js'
import { Repeats } from './repeats.js'
import type { Strategy } from './strategies/strategy.js'

/** How far to go, and what to watch. */
export interface ExploreOptions {
  readonly strategy: Strategy
  readonly observers?: readonly Observer[]
  readonly engine?: Partial<EngineOptions>
  /** Most executions; default: no limit for exhaustive strategies, 10,000 for others. */
  readonly executions?: number
  /** Most seconds; default: no limit. */
  readonly seconds?: number
  /** Number of the first execution: parts of one campaign, run apart, give together what one run gives. */
  readonly first?: number
  /** Ends at the first fault, or when so many different ones were found. Default: no limit. */
  readonly maxFindings?: number
  /** Called about ten times a second. Returns false to end. */
  readonly progress?: (so: Progress) => boolean
  /** Called with each fault when it is first found: what is known if the campaign does not come to its end. */
  readonly onFound?: (found: Found) => void
  /** What is reported on demand only (unlocked by design). Default false. */
  readonly all?: boolean
}

/** Where a campaign stands. */
export interface Progress {
  readonly executions: number
  readonly points: number
  readonly seconds: number
  readonly findings: number
  readonly depth: number
  /** Executions that are still to come, estimated; null if that is not known. */
  readonly remaining: number | null
}

/** A fault, and the first execution that showed it. */
export interface Found {
  readonly report: Report
  /** Number of the execution, from 0. */
  readonly execution: number
  /** Seconds from the start of the campaign. */
  readonly seconds: number
  readonly schedule: Uint16Array
  /** Executions that showed it. */
  count: number
}

/** What a campaign came to. */
export interface Explored {
  readonly executions: number
  /** Executions that ended with something enabled by nobody, though not all had ended. */
  readonly blocked: number
  /** Executions that the strategy gave up. */
  readonly abandoned: number
  /** Executions cut off by the step limit. */
  readonly cut: number
  /** Executions with a failed check, or blocked. */
  readonly buggy: number
  /** Every execution that the strategy is to visit was visited to its end. */
  readonly complete: boolean
  readonly points: number
  readonly seconds: number
  readonly found: readonly Found[]
  /** What was left out on purpose, in words, or null. */
  readonly bound: string | null
}

const DEFAULT_EXECUTIONS = 10_000
/** Points and executions after which the clock is looked at again. */
const LOOK_EVERY = 20_000
const REPORT_MS = 100

/** Explores `target`: runs execution after execution until the strategy, the budget or the caller ends it. */
export function explore(target: Target, options: ExploreOptions): Explored {
  const { strategy } = options
  const world = new World(target, options.engine)
  const observers = observersOf(options)
  const repeats = Repeats.of(world, strategy, observers)
  const limit = options.executions ?? (strategy.exhaustive ? Infinity : DEFAULT_EXECUTIONS)
  const first = options.first ?? 0
  strategy.learn?.(world)
  const started = performance.now()
  const findings = new Map<string, Found>()
  let executions = 0
  let blocked = 0
  let abandoned = 0
  let cut = 0
  let buggy = 0
  let points = 0
  let complete = false
  let told = started
  let looked = 0
  /** The budget is spent, or the caller has had enough. */
  let over = false
  const seconds = (): number => (performance.now() - started) / 1000
  const tell = (): boolean => {
    told = performance.now()
    const remaining = strategy.remaining?.() ?? null
    const so = {
      executions,
      points,
      seconds: seconds(),
      findings: findings.size,
      depth: world.steps,
      remaining,
    }
    return options.progress?.(so) ?? true
  }
  const goesOn = (): boolean => {
    if (options.seconds !== undefined && seconds() >= options.seconds) over = true
    else if (performance.now() - told >= REPORT_MS) over = !tell()
    return !over
  }
  const noteNow = (execution: number): void => note(world, findings, execution, seconds(), options)
  world.patience.mayTakeLonger = goesOn
  for (;;) {
    if (executions >= limit || over) break
    if (points + executions - looked >= LOOK_EVERY) {
      looked = points + executions
      if (!goesOn()) break
    }
    if (!strategy.begin(first + executions)) {
      complete = strategy.exhaustive && cut === 0
      break
    }
    let outcome: Outcome | undefined
    try {
      outcome = repeats === undefined ? world.run(strategy, observers) : repeats.run(strategy)
    } finally {
      // One that an observer has ended by throwing, or the budget, counts as none, but for what it has shown.
      points += world.steps
      if (outcome === undefined || over) noteNow(first + executions)
      if (outcome === undefined) tell()
    }
    if (over) break
    strategy.end?.(world)
    executions++
    if (outcome === 'blocked') blocked++
    else if (outcome === 'abandoned') abandoned++
    else if (outcome === 'stepLimit') cut++
    const reported = world.reports.length > 0
    if (outcome === 'blocked' || outcome === 'failed') buggy++
    else if (reported && world.reports.some((report) => counts(report, options))) buggy++
    if (reported) {
      noteNow(first + executions - 1)
      if (findings.size >= (options.maxFindings ?? Infinity)) break
    }
  }
  return {
    executions,
    blocked,
    abandoned,
    cut,
    buggy,
    complete,
    points,
    seconds: seconds(),
    found: [...findings.values()],
    bound: strategy.bound?.() ?? null,
  }
}

/** What makes two reports the same fault: the verdict and the places. */
export function faultKey(report: Pick<Report, 'verdict' | 'sites' | 'message' | 'byDesign'>): string {
  const place = report.sites.length > 0 ? report.sites.join(',') : report.message
  return `${report.verdict}:${place}:${report.byDesign === undefined ? '' : 'by design'}`
}

function counts(report: Report, { all }: ExploreOptions): boolean {
  return report.byDesign === undefined || all === true
}

function note(
  world: World,
  findings: Map<string, Found>,
  execution: number,
  seconds: number,
  { all, onFound }: ExploreOptions,
): void {
  for (const report of world.reports) {
    if (report.byDesign !== undefined && all !== true) continue
    const key = faultKey(report)
    const known = findings.get(key)
    if (known !== undefined) known.count++
    else {
      const schedule = world.schedule.slice(0, world.steps)
      const found = { report, execution, seconds, schedule, count: 1 }
      findings.set(key, found)
      onFound?.(found)
    }
  }
}

function observersOf({ strategy, observers = [] }: ExploreOptions): Observer[] {
  if (strategy.executed === undefined) return [...observers]
  const watching: Observer = {
    name: strategy.name,
    rejoins: strategy.rejoins === true,
    reset: () => {},
    event: (world) => strategy.executed?.(world),
    finish: () => {},
  }
  return [watching, ...observers]
}
