import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Finding } from '@holdfast/explorer'
import { Piscina } from 'piscina'
import { UsageError } from '../scenario/problem.js'
import type { Refused } from './job-worker.js'
import type { About, ExploreTask, ExploreTaskResult, FindingTask, ReadyTask, Task } from './job-tasks.js'
import type { SubjectSpec } from './subject-of-spec.js'

/** The built worker: threads of Node's own load no TypeScript. The same from src and from dist. */
const WORKER = fileURLToPath(new URL('../../dist/explore/job-worker.js', import.meta.url))

/** How long the first schedules may take: they are some, and most take milliseconds. */
const READY_MS = 90_000

/** Threads that explore. Even one campaign that cannot be spread runs in one: the main thread must hear signals. */
export class Jobs {
  readonly count: number
  private readonly pool: Piscina

  constructor(count: number) {
    this.count = count
    this.pool = new Piscina({
      filename: WORKER,
      minThreads: count,
      maxThreads: count,
      idleTimeout: 60_000,
      atomics: 'disabled',
      execArgv: [],
    })
  }

  /**
   * Waits until every thread can begin; one of them has a look at the subject, and runs some schedules of it. Throws UsageError if they have no end
   * within `ms`: a thread that computes for ever, without an operation, cannot be cut off by a step limit. The jobs are good for nothing then.
   */
  async ready(spec: SubjectSpec, ms = READY_MS): Promise<About> {
    const begun = Array.from({ length: this.count }, (_, thread) => {
      const task: ReadyTask = { kind: 'ready', spec, look: thread === 0 }
      return this.run<About>(task)
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `its first schedules have not ended in ${ms / 1000} s; a loop without an operation has no place where it could be cut off`
        reject(new UsageError([{ path: spec.target, message }]))
      }, ms)
    })
    try {
      const [about] = await Promise.race([Promise.all(begun), late])
      return about as About
    } finally {
      clearTimeout(timer)
      for (const each of begun) each.catch(() => {}) // of who is late, nobody listens any more
    }
  }

  explore(task: ExploreTask): Promise<ExploreTaskResult> {
    return this.run(task)
  }

  /** `signal` ends it at once, with an AbortError. */
  finding(task: FindingTask, signal: AbortSignal): Promise<Finding> {
    setMaxListeners(0, signal) // every task listens to it
    return this.run(task, signal)
  }

  /** Throws UsageError for what a user's own checker or strategy has got wrong. */
  private async run<T extends object>(task: Task, signal?: AbortSignal): Promise<T> {
    const answer = (await this.pool.run(task, signal === undefined ? {} : { signal })) as Refused | T
    if ('problems' in answer) throw new UsageError(answer.problems)
    return answer
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }
}
