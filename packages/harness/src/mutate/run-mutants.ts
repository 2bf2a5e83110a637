import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { kernelBuild } from '../explore/machine/kernel-build.js'
import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import { patchesOf } from '../explore/subject/variants.js'
import { WorkProgress } from '../report/work-progress.js'
import type { Work } from '../report/work-progress.js'
import { CORRECTED } from './corrected.js'
import { Coverage } from './coverage.js'
import type { Reach } from './coverage.js'
import { EQUIVALENT } from './equivalent.js'
import type { Mutant } from './mutant.js'
import { deleteLeftFolders, MUTANTS_FOLDER } from './mutant-folder.js'
import { MUTANTS_PER_THREAD, MutateJobs } from './mutate-jobs.js'
import type { Outcome, Tried } from './outcome.js'

export interface RunMutantsOptions {
  readonly mutants: readonly Mutant[]
  readonly seed: number
  readonly executions: number
  readonly seconds: number | undefined
  readonly jobs: number
  readonly signal: AbortSignal
  /** How it gets on: a line, and the view of a terminal. */
  readonly onProgress?: (line: string, view: () => string) => void
}

const NOTHING = { executions: 0, traces: 0, points: 0, depth: 0 }

/** Tries mutants; when the signal comes, those that are done are returned. In the order of `mutants`. */
export async function runMutants(options: RunMutantsOptions): Promise<Tried[]> {
  const { mutants, signal } = options
  setMaxListeners(0, signal)
  deleteLeftFolders()
  return new Trying(options).all(mutants)
}

class Trying {
  private readonly options: RunMutantsOptions
  private readonly results = new Map<Mutant, Outcome>()
  private readonly progress: WorkProgress
  private threads: MutateJobs | undefined
  private survived = 0

  constructor(options: RunMutantsOptions) {
    this.options = options
    this.progress = new WorkProgress(
      () => this.threads?.live ?? NOTHING,
      (line, view) => options.onProgress?.(line, view),
    )
  }

  async all(mutants: readonly Mutant[]): Promise<Tried[]> {
    const coverage = await this.coverage()
    await this.progress.during('mutants', mutants.length, () => this.tried(mutants, coverage))
    return mutants.flatMap((mutant) => {
      const outcome = this.results.get(mutant)
      return outcome === undefined ? [] : [{ mutant, outcome }]
    })
  }

  private async tried(mutants: readonly Mutant[], coverage: Coverage): Promise<void> {
    const { jobs, signal, seed, executions, seconds } = this.options
    const queue = mutants.filter((mutant) => {
      const reason = mutant.equivalent ?? EQUIVALENT.get(mutant.id)
      if (reason !== undefined) this.note(mutant, { status: 'equivalent', reason })
      return reason === undefined
    })
    const size = jobs * MUTANTS_PER_THREAD
    for (let at = 0; at < queue.length && !signal.aborted; at += size) {
      const batch = queue.slice(at, at + size)
      await this.withJobs(Math.min(jobs, batch.length), (threads) =>
        batch.map(async (mutant) => {
          const { patches, file, function: name, line, lastLine } = mutant
          const focus = { file, function: name, line, lastLine }
          const order = coverage.orderFor(mutant)
          const task = { patches, focus, ...order, seed, executions, seconds }
          const { outcome, work } = await threads.mutant(task, signal)
          this.note(mutant, outcome, work)
        }),
      )
    }
  }

  private note(mutant: Mutant, outcome: Outcome, work: Work = NOTHING): void {
    this.results.set(mutant, outcome)
    if (outcome.status === 'survived') this.survived++
    this.progress.ended(`${this.survived} survived; last ${mutant.id}: ${outcome.status}`, work)
  }

  private async coverage(): Promise<Coverage> {
    const { seed, jobs, signal } = this.options
    const { compiled } = await kernelBuild(patchesOf(CORRECTED))
    const reaches: Reach[] = []
    await this.progress.during('scenarios looked at, to see what they reach', SMALL_SCENARIOS.length, () =>
      this.withJobs(jobs, (threads) =>
        SMALL_SCENARIOS.map(async ({ name }, at) => {
          reaches[at] = await threads.reach(name, seed, signal)
          this.progress.ended(`last ${name}`, NOTHING)
        }),
      ),
    )
    return new Coverage(reaches, compiled.sites)
  }

  /** Does things in threads, and waits until all are done; what the signal ends is no error. */
  private async withJobs(count: number, work: (threads: MutateJobs) => Promise<void>[]): Promise<void> {
    const threads = new MutateJobs(count)
    this.threads = threads
    try {
      await Promise.all(work(threads))
    } catch (error) {
      if (!this.options.signal.aborted) throw error
    } finally {
      await threads.close()
      rmSync(MUTANTS_FOLDER, { recursive: true, force: true })
    }
  }
}
