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

  /** Waits until every thread can begin; one of them has a look at the subject. */
  async ready(spec: SubjectSpec): Promise<About> {
    const begun = Array.from({ length: this.count }, (_, thread) => {
      const task: ReadyTask = { kind: 'ready', spec, look: thread === 0 }
      return this.run<About>(task)
    })
    const [about] = await Promise.all(begun)
    return about as About
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
