import type { Verdict } from '@holdfast/explorer'
import { LiveCounts } from '../explore/campaign/job-counts.js'
import type { FindingTask } from '../explore/campaign/job-tasks.js'
import type { Jobs } from '../explore/campaign/jobs.js'
import type { Mutant } from './mutant.js'
import type { ParallelCatch, ParallelRun } from './parallel.js'
import { placeOf } from './place.js'
import type { Focus } from '../mutate/focus.js'
import { runInParallel } from './run-parallel.js'
import { WorkProgress } from '../report/work-progress.js'
import { isProgram, specOf, trialsOf, twinSpecOf } from './trial.js'
import type { Caught, Trial, Tried } from './trial.js'

export interface ZooOptions {
  readonly mutants: readonly Mutant[]
  readonly seed: number
  /** Most seconds of each strategy on each mutant, and on each twin; undefined: executions are the only limit. */
  readonly seconds: number | undefined
  readonly jobs: Jobs
  readonly signal: AbortSignal
  /** Left out: nothing is run in parallel. */
  readonly parallel?: ParallelRun | undefined
  /** `view` has several lines, and is asked for only where it is shown, instead of the line. */
  readonly onProgress?: (line: string, view?: () => string) => void
}

/** What came of a mutant. */
export interface Shown {
  readonly mutant: Mutant
  /** Every strategy that was tried, in the order of the table. */
  readonly tried: readonly Tried[]
  /** The catch that took fewest executions; undefined: nobody caught it. */
  readonly best: Tried | undefined
  /** Whether what was caught is what was expected. */
  readonly isExpected: boolean
  /** Of the schedule of the best, when it was shrunk; undefined: not caught, or interrupted. */
  readonly preemptions: number | undefined
  /** null: nothing was found in parallel; undefined: it was not run. */
  readonly parallel: ParallelCatch | null | undefined
}

/** What came of a kernel or program without its mutants. */
export interface Twin {
  /** What it is: a target, and the corrections. */
  readonly name: string
  readonly mutants: readonly string[]
  readonly executions: number
  readonly found: readonly { readonly verdict: Verdict; readonly message: string }[]
}

/** The same in parallel. */
export type ParallelTwin = Omit<Twin, 'executions'>

export interface Zoo {
  readonly shown: readonly Shown[]
  readonly twins: readonly Twin[]
  readonly parallelTwins: readonly ParallelTwin[]
  readonly seconds: number
  /** Most seconds that each strategy had; undefined: executions were the only limit. */
  readonly budget: number | undefined
  readonly interrupted: boolean
}

/** Executions tried for fewer preemptions. A number, so that the result does not depend on the machine; the seconds are a last resort. */
const SHRINK = {
  program: { attempts: 2_000, seconds: 60, subjects: false },
  scenario: { attempts: 60, seconds: 60, subjects: false },
}

/** Runs every strategy on every mutant until it finds something, and as long on its twin. What was done is kept when the signal comes. */
export async function runZoo(options: ZooOptions): Promise<Zoo> {
  const started = performance.now()
  const places = new Map<string, Focus | undefined>()
  for (const mutant of options.mutants) if (!isProgram(mutant)) places.set(mutant.id, await placeOf(mutant))
  const running = new Running(options, places)
  const explored = await running.mutants()
  const twins = await running.twins(explored)
  const { shown, parallelTwins } = await runInParallel(explored, options)
  return {
    shown,
    twins,
    parallelTwins,
    seconds: (performance.now() - started) / 1000,
    budget: options.seconds,
    interrupted: options.signal.aborted,
  }
}

class Running {
  private readonly options: ZooOptions
  private readonly counts: LiveCounts
  private readonly places: ReadonlyMap<string, Focus | undefined>
  private readonly progress: WorkProgress

  constructor(options: ZooOptions, places: ReadonlyMap<string, Focus | undefined>) {
    this.options = options
    this.places = places
    this.counts = LiveCounts.of(options.jobs.count)
    this.progress = new WorkProgress(
      () => ({ ...this.counts.sum(), traces: 0 }),
      (line, view) => options.onProgress?.(line, view),
    )
    options.signal.addEventListener('abort', () => this.counts.stopAll(), { once: true })
    if (options.signal.aborted) this.counts.stopAll()
  }

  async mutants(): Promise<Shown[]> {
    const { mutants, seed } = this.options
    const work = mutants.flatMap((mutant) =>
      trialsOf(mutant, specOf(mutant), seed, this.places.get(mutant.id)),
    )
    const tried = await this.all(work, 'mutants')
    const shown: Shown[] = []
    await this.spread(mutants, async (mutant) => {
      const own = work.flatMap((trial, i) =>
        trial.spec.variant === specOf(mutant).variant ? (tried[i] ?? []) : [],
      )
      shown[mutants.indexOf(mutant)] = await this.shownOf(mutant, own)
    })
    return shown.filter((each) => each !== undefined)
  }

  async twins(shown: readonly Shown[]): Promise<Twin[]> {
    const { mutants, seed } = this.options
    const groups = new Map<string, { name: string; mutants: Mutant[] }>()
    for (const mutant of mutants) {
      const name = twinName(mutant)
      const known = groups.get(name)
      if (known === undefined) groups.set(name, { name, mutants: [mutant] })
      else known.mutants.push(mutant)
    }
    // Each strategy as long as on the mutant that was given most; what looks near one mutant alone, as long as that took.
    const most = new Map<string, { trial: Trial; name: string }>()
    for (const { name, mutants: of } of groups.values()) {
      for (const mutant of of) {
        const trials = trialsOf(mutant, twinSpecOf(mutant), seed, this.places.get(mutant.id))
        const { tried = [] } = shown.find((each) => each.mutant === mutant) ?? {}
        const least = trials[0]?.executions ?? 0
        for (const trial of trials) {
          const took = tried.find((each) => each.name === trial.name)?.executions
          const isNear = trial.strategy.focus !== undefined && took !== undefined
          const executions = isNear ? Math.max(took, least) : trial.executions
          const key = `${name} ${JSON.stringify(trial.strategy)}`
          const known = most.get(key)?.trial.executions ?? 0
          if (executions > known) most.set(key, { trial: { ...trial, executions }, name })
        }
      }
    }
    const work = [...most.values()]
    const tried = await this.all(
      work.map(({ trial }) => trial),
      'twins',
    )
    return [...groups.values()].map(({ name, mutants: of }) => {
      const own = work.flatMap((each, i) => (each.name === name ? (tried[i] ?? []) : []))
      const found = own.flatMap(({ caught }) =>
        caught === undefined ? [] : [{ verdict: caught.verdict, message: caught.report.message }],
      )
      return {
        name,
        mutants: of.map(({ id }) => id),
        executions: own.reduce((sum, { executions }) => sum + executions, 0),
        found,
      }
    })
  }

  /** Each trial in one job: the same whatever their number. Undefined: not begun, or cut short by the signal with nothing found. */
  private async all(work: readonly Trial[], what: string): Promise<(Tried | undefined)[]> {
    const results: (Tried | undefined)[] = work.map(() => undefined)
    const trying = (): Promise<void> =>
      this.spread(work, async (trial, slot) => {
        const tried = await this.try(trial, slot)
        if (!this.options.signal.aborted || tried.caught !== undefined) results[work.indexOf(trial)] = tried
      })
    await this.progress.during(`trials of ${what}`, work.length, trying)
    return results
  }

  private async try(trial: Trial, slot: number): Promise<Tried> {
    const { jobs, seconds, mutants } = this.options
    const result = await jobs.explore({
      kind: 'explore',
      spec: trial.spec,
      strategy: trial.strategy,
      first: 0,
      executions: trial.executions,
      seconds,
      maxFindings: 1,
      traces: 'none',
      counts: this.counts.buffer,
      slot,
    })
    this.progress.ended(noteOf(trial), {
      ...result,
      traces: trial.name === 'dpor' ? result.executions : 0,
    })
    const expected: readonly Verdict[] =
      mutants.find((mutant) => specOf(mutant).variant === trial.spec.variant)?.expected ?? []
    // One execution may show several things: what is expected is told, if it is among them.
    const found = result.found.find(({ report }) => expected.includes(report.verdict)) ?? result.found[0]
    const caught: Caught | undefined =
      found === undefined
        ? undefined
        : {
            verdict: found.report.verdict,
            report: found.report,
            schedule: found.schedule,
            execution: found.execution,
          }
    return {
      spec: trial.spec,
      name: trial.name,
      executions: result.executions,
      seconds: result.seconds,
      complete: result.complete,
      caught,
    }
  }

  private async shownOf(mutant: Mutant, tried: readonly Tried[]): Promise<Shown> {
    const caught = tried.filter((each) => each.caught !== undefined)
    const best = caught.toSorted((one, other) => one.executions - other.executions)[0]
    return {
      mutant,
      tried,
      best,
      isExpected: caught.every((each) => mutant.expected.includes((each.caught as Caught).verdict)),
      preemptions: best === undefined ? undefined : await this.preemptions(mutant, best),
      parallel: undefined,
    }
  }

  private async preemptions(mutant: Mutant, best: Tried): Promise<number | undefined> {
    const { jobs, signal, seed } = this.options
    if (signal.aborted) return undefined
    const { report, schedule, execution } = best.caught as Caught
    this.options.onProgress?.(`${mutant.id}: shrinking what ${best.name} found`)
    const task: FindingTask = {
      kind: 'finding',
      spec: best.spec,
      report,
      schedule,
      context: {
        variant: specOf(mutant).variant,
        strategy: best.name,
        seed,
        execution,
        executions: best.executions,
        seconds: best.seconds,
      },
      shrink: SHRINK[isProgram(mutant) ? 'program' : 'scenario'],
    }
    try {
      return (await jobs.finding(task, signal)).preemptions
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  /** Does it for every item, as many at once as there are jobs, until the signal comes. */
  private async spread<T>(
    items: readonly T[],
    work: (item: T, slot: number) => Promise<void>,
  ): Promise<void> {
    let next = 0
    const go = async (slot: number): Promise<void> => {
      while (next < items.length && !this.options.signal.aborted) await work(items[next++] as T, slot)
    }
    await Promise.all(Array.from({ length: this.options.jobs.count }, (_, slot) => go(slot)))
  }
}

/** `hold-vs-hold with recheck-inmem`. */
export function twinName({ target, params = {}, corrections }: Mutant): string {
  const given = Object.entries(params).map(([name, value]) => ` ${name}=${value}`)
  return `${target.replace(/^\w+:/, '')}${given.join('')}${corrections === undefined ? '' : ` with ${corrections}`}`
}

function noteOf({ name, spec: { target, variant } }: Trial): string {
  return `last ${target}${variant === undefined ? '' : ` with ${variant}`}, by ${name}`
}
