import { setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Finding, Found } from '@holdfast/explorer'
import { Piscina } from 'piscina'
import { UsageError } from '../../scenario/problem.js'
import { LiveCounts } from './job-counts.js'
import type { Refused } from './job-worker.js'
import type {
  About,
  ExploreTask,
  ExploreTaskResult,
  FindingTask,
  OwnModules,
  ReadyTask,
  Task,
  VerifyTask,
} from './job-tasks.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'
import type { Verified } from '../verify/verified-claim.js'
import { neverLoaded } from './stopped.js'
import { Hang, ThreadWatch } from './thread-watch.js'

/** The built worker: threads of Node's own load no TypeScript. The same from src and from dist. */
const WORKER = fileURLToPath(new URL('../../../dist/explore/campaign/job-worker.js', import.meta.url))

/** A part of a campaign, and what has ended it before its time: a fault of a user's own code, or a loop without an operation. */
export interface PartResult extends ExploreTaskResult {
  readonly stopped?: Hang | UsageError
}

/** Threads that explore. Even one campaign that cannot be spread runs in one: the main thread must hear signals. */
export class Jobs {
  readonly count: number
  private readonly pool: Piscina
  private readonly silentLooks: number | undefined

  /** `silentLooks`: see {@link ThreadWatch}. */
  constructor(count: number, silentLooks?: number) {
    this.count = count
    this.silentLooks = silentLooks
    this.pool = new Piscina({
      filename: WORKER,
      minThreads: count,
      maxThreads: count,
      idleTimeout: 60_000,
      atomics: 'disabled',
      execArgv: [],
    })
  }

  /** Waits until every thread can begin; one of them has a look at the subject. Throws Hang, UsageError. */
  async ready(spec: SubjectSpec, hurry?: AbortSignal): Promise<About> {
    const begun = Array.from({ length: this.count }, (_, thread) => {
      const task: ReadyTask = { kind: 'ready', spec, look: thread === 0 }
      return this.run<About>(task, { hurry })
    })
    const [about] = await Promise.all(begun)
    return about as About
  }

  /** Loads modules of a user. Throws UsageError, also where they do not come to their end. */
  async load(own: OwnModules, hurry?: AbortSignal): Promise<void> {
    await this.run({ ...own, kind: 'load' }, { hurry })
  }

  /** What has ended it before its time stands in the result, with all that was found until then. */
  async explore(task: ExploreTask, hurry?: AbortSignal): Promise<PartResult> {
    const { port1, port2 } = new MessageChannel()
    try {
      return await this.run<ExploreTaskResult>({ ...task, found: port2 }, { hurry, transferList: [port2] })
    } catch (error) {
      if (!(error instanceof Hang) && !(error instanceof UsageError)) throw error
      return { ...partOf(task, foundThrough(port1)), stopped: error }
    } finally {
      port1.close()
    }
  }

  /** `signal` ends it at once, with an AbortError. Throws Hang, UsageError. */
  finding(task: FindingTask, signal: AbortSignal): Promise<Finding> {
    setMaxListeners(0, signal) // every task listens to it
    return this.run(task, { signal })
  }

  /** `signal` ends it at once, with an AbortError. Throws Hang, UsageError. */
  verify(task: VerifyTask, signal: AbortSignal): Promise<Verified> {
    return this.run(task, { signal })
  }

  /** Throws UsageError for what a user's own checker or strategy has got wrong, Hang where it executes nothing for long. */
  private async run<T extends object>(
    task: Task,
    { signal, hurry, transferList = [] }: HowToRun = {},
  ): Promise<T> {
    const ended = new AbortController()
    let hang: Hang | undefined
    const watch = new ThreadWatch(
      (found) => {
        hang = found
        ended.abort()
      },
      hurry,
      this.silentLooks,
    )
    try {
      const both = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal])
      const answer = (await this.pool.run(
        { ...task, pulse: watch.buffer },
        { signal: both, transferList },
      )) as Refused | T
      if ('problems' in answer) throw new UsageError(answer.problems)
      return answer
    } catch (error) {
      throw hang?.isLoading === true ? neverLoaded(hang) : (hang ?? error)
    } finally {
      watch.end()
    }
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }
}

interface HowToRun {
  readonly signal?: AbortSignal | undefined
  /** Somebody waits for the end. */
  readonly hurry?: AbortSignal | undefined
  readonly transferList?: MessagePort[]
}

/** What a thread that is no more has told. */
function foundThrough(port: MessagePort): Found[] {
  const found: Found[] = []
  for (let told = next(port); told !== undefined; told = next(port)) found.push(told)
  return found
}

function next(port: MessagePort): Found | undefined {
  return receiveMessageOnPort(port)?.message
}

/** A part that did not come to its end: what it has found, and about how far it was. */
function partOf({ counts, slot, first }: ExploreTask, found: readonly Found[]): ExploreTaskResult {
  const live = new LiveCounts(counts)
  const { executions, points } = live.of(slot)
  live.clear(slot)
  return {
    executions: Math.max(executions, ...found.map(({ execution }) => execution - first + 1)),
    blocked: 0,
    abandoned: 0,
    cut: 0,
    buggy: new Set(found.map(({ execution }) => execution)).size,
    complete: false,
    points: Math.max(points, ...found.map(({ schedule }) => schedule.length)),
    seconds: 0,
    found,
    bound: null,
    traces: undefined,
    traceList: undefined,
    remaining: null,
    drift: undefined,
    lockOrder: { edges: [], reports: [] },
  }
}
