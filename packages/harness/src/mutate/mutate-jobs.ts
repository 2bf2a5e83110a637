import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Reach } from './coverage.js'
import type { MutateTask } from './mutate-task.js'
import type { Outcome } from './outcome.js'
import type { LiveWork } from '../report/work-progress.js'
import { Pulse, sumOf } from './pulse.js'

/** The built worker: threads of Node's own load no TypeScript. The same from src and from dist. */
const WORKER = fileURLToPath(new URL('../../dist/mutate/mutate-task.js', import.meta.url))

/** Modules are never unloaded: after so many mutants for each thread, threads are started anew. */
export const MUTANTS_PER_THREAD = 30
/** Without a sign of life for so long a mutant loops in a place where the engine cannot cut it off: outside all operations. */
const SILENT_MS = 60_000
const LOOK_MS = 1_000

/** A mutant that was tried, and what that took. */
export interface Done {
  readonly outcome: Outcome
  readonly work: LiveWork
}

/** Threads that try mutants. */
export class MutateJobs {
  private readonly pool: Piscina
  private readonly pulses = new Set<Pulse>()

  constructor(count: number) {
    this.pool = new Piscina({
      filename: WORKER,
      minThreads: count,
      maxThreads: count,
      idleTimeout: 60_000,
      atomics: 'disabled',
      execArgv: [],
    })
  }

  reach(scenario: string, seed: number, signal: AbortSignal): Promise<Reach> {
    const task: MutateTask = { kind: 'reach', scenario, seed }
    return this.pool.run(task, { signal }) as Promise<Reach>
  }

  /** Tries a mutant. One that hangs is caught, and its thread ended. */
  async mutant(
    task: Omit<MutateTask & { kind: 'mutant' }, 'kind' | 'pulse'>,
    signal: AbortSignal,
  ): Promise<Done> {
    const pulse = new Pulse()
    this.pulses.add(pulse)
    const silent = new AbortController()
    let last = 0
    let since = performance.now()
    const watch = setInterval(() => {
      const now = pulse.beats
      if (now !== last || now === 0) since = performance.now()
      else if (performance.now() - since > SILENT_MS) silent.abort()
      last = now
    }, LOOK_MS)
    try {
      const whole: MutateTask = { ...task, kind: 'mutant', pulse: pulse.buffer }
      const both = AbortSignal.any([signal, silent.signal])
      const outcome = (await this.pool.run(whole, { signal: both })) as Outcome
      return { outcome, work: pulse.work }
    } catch (error) {
      if (!silent.signal.aborted || signal.aborted) throw error
      const message = `no operation for ${SILENT_MS / 1000} s`
      const by = { scenario: task.scenarios[0] ?? '', strategy: '', execution: 0, verdict: 'hang', message }
      return { outcome: { status: 'caught', by, executions: 0 }, work: pulse.work }
    } finally {
      clearInterval(watch)
      this.pulses.delete(pulse)
    }
  }

  /** What those that run have come to. */
  get live(): LiveWork {
    return sumOf(this.pulses)
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }
}
