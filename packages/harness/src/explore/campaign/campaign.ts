import { Chunks } from './campaign-chunks.js'
import type { Chunk, ChunkSizes } from './campaign-chunks.js'
import { Merged } from './campaign-merge.js'
import type { CampaignFound, LegResult } from './campaign-merge.js'
import type { Leg } from './campaign-plan.js'
import { LiveCounts } from './job-counts.js'
import type { ExploreTask } from './job-tasks.js'
import type { Jobs, PartResult } from './jobs.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'

export interface CampaignOptions {
  readonly spec: SubjectSpec
  readonly legs: readonly Leg[]
  /** Most executions of all legs; undefined: no limit. */
  readonly executions: number | undefined
  /** Most seconds; undefined: no limit. What is found then depends on the speed of the machine. */
  readonly seconds: number | undefined
  /** Ends when so many different faults are known. */
  readonly maxFindings: number | undefined
  readonly sizes: ChunkSizes
  /** Whether different traces are counted. */
  readonly traces: boolean
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly onProgress?: (so: CampaignProgress) => void
}

export interface CampaignProgress {
  readonly executions: number
  readonly points: number
  readonly seconds: number
  readonly findings: number
  readonly remaining: number | null
  /** Different traces so far; undefined: not counted. */
  readonly traces: number | undefined
  /** Choices of the deepest execution now running; 0: not known. */
  readonly depth: number
}

/** What a campaign came to. */
export interface Campaign {
  readonly executions: number
  readonly points: number
  readonly seconds: number
  /** Executions in which at the end nothing was enabled, though not all threads had ended. */
  readonly deadlocked: number
  /** Executions that a strategy began and gave up as redundant. */
  readonly abandoned: number
  readonly cut: number
  readonly buggy: number
  readonly traces: number | undefined
  readonly legs: readonly LegResult[]
  readonly found: readonly CampaignFound[]
  readonly interrupted: boolean
  /** Where the target was not the same when it was run again. */
  readonly drift: string | undefined
  /** What has ended it before its time. */
  readonly stopped: PartResult['stopped']
}

/** A campaign that was not begun. */
export function noCampaign(legs: number, stopped?: PartResult['stopped']): Campaign {
  const merged = new Merged(legs)
  merged.stopped = stopped
  return campaignOf(merged, 0, false)
}

const TELL_MS = 150

/** Runs a campaign: parts of its legs in turn, as many at once as there are jobs, until all are done or its budget is spent. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const running = new Running(options)
  const telling = setInterval(() => running.tell(), TELL_MS)
  const onAbort = (): void => running.counts.stopAll()
  options.signal.addEventListener('abort', onAbort)
  if (options.signal.aborted) onAbort()
  try {
    return await running.run()
  } finally {
    clearInterval(telling)
    options.signal.removeEventListener('abort', onAbort)
  }
}

class Running {
  readonly counts: LiveCounts
  private readonly options: CampaignOptions
  private readonly chunks: Chunks
  private readonly merged: Merged
  private readonly started = performance.now()
  /** Results of parts before which others are still to come in. */
  private readonly waiting = new Map<number, { chunk: Chunk; result: PartResult; began: number }>()
  private readonly skipped = new Set<number>()
  private nextToMerge = 0
  /** Seconds that each leg has used, over all jobs. */
  private readonly used: number[]
  private enough = false

  constructor(options: CampaignOptions) {
    this.options = options
    this.counts = LiveCounts.of(options.jobs.count)
    this.chunks = new Chunks(options.legs, options.executions, options.sizes)
    this.merged = new Merged(options.legs.length)
    this.used = options.legs.map(() => 0)
  }

  async run(): Promise<Campaign> {
    const { jobs, signal } = this.options
    await Promise.all(Array.from({ length: jobs.count }, (_, slot) => this.work(slot)))
    return campaignOf(this.merged, this.seconds(), signal.aborted, this.options.maxFindings)
  }

  tell(): void {
    const { onProgress } = this.options
    if (onProgress === undefined) return
    const live = this.counts.sum()
    const { merged } = this
    onProgress({
      executions: merged.executions + live.executions,
      points: merged.points + live.points,
      seconds: this.seconds(),
      findings: merged.found.length,
      remaining: live.remaining,
      traces: merged.traces,
      depth: live.depth,
    })
  }

  /** One job: a part after the other. */
  private async work(slot: number): Promise<void> {
    while (!this.enough && !this.options.signal.aborted) {
      const chunk = this.chunks.next()
      if (chunk === undefined) return
      const seconds = this.secondsFor(chunk.leg)
      if (seconds !== undefined && seconds <= 0) {
        this.skip(chunk)
        continue
      }
      await this.runChunk(chunk, seconds, slot)
    }
  }

  private async runChunk(chunk: Chunk, seconds: number | undefined, slot: number): Promise<void> {
    const { spec, legs, maxFindings, traces, jobs, signal } = this.options
    const leg = legs[chunk.leg] as Leg
    const began = this.seconds()
    const task: ExploreTask = {
      kind: 'explore',
      spec,
      strategy: leg.strategy,
      first: chunk.first,
      executions: chunk.executions,
      seconds,
      maxFindings,
      traces: !traces ? 'none' : leg.exhaustive ? 'count' : 'list',
      counts: this.counts.buffer,
      slot,
    }
    const result = await jobs.explore(task, signal)
    this.used[chunk.leg] = (this.used[chunk.leg] as number) + this.seconds() - began
    this.waiting.set(chunk.order, { chunk, result, began })
    this.merge()
  }

  /** A part whose leg has no time left: it counts as done, with nothing. */
  private skip(chunk: Chunk): void {
    this.chunks.end(chunk.leg)
    this.skipped.add(chunk.order)
    this.merge()
  }

  private merge(): void {
    for (;;) {
      if (this.skipped.delete(this.nextToMerge)) {
        this.nextToMerge++
        continue
      }
      const part = this.waiting.get(this.nextToMerge)
      if (part === undefined || this.enough) return
      this.waiting.delete(this.nextToMerge++)
      this.merged.add(part.chunk, part.result, part.began)
      const { maxFindings } = this.options
      const { drift, stopped } = this.merged
      if ((drift ?? stopped) !== undefined || this.merged.found.length >= (maxFindings ?? Infinity)) {
        this.enough = true
        this.counts.stopAll()
      }
    }
  }

  private seconds(): number {
    return (performance.now() - this.started) / 1000
  }

  /** What a part of a leg may take: what is left of all, and of the share of its leg. */
  private secondsFor(leg: number): number | undefined {
    const { seconds, legs, jobs } = this.options
    if (seconds === undefined) return undefined
    const left = seconds - this.seconds()
    const ofLeg = seconds * jobs.count * (legs[leg] as Leg).share - (this.used[leg] as number)
    return Math.min(left, ofLeg)
  }
}

function campaignOf(merged: Merged, seconds: number, interrupted: boolean, most = Infinity): Campaign {
  return {
    executions: merged.executions,
    points: merged.points,
    seconds,
    deadlocked: merged.deadlocked,
    abandoned: merged.abandoned,
    cut: merged.cut,
    buggy: merged.buggy,
    traces: merged.traces,
    legs: merged.legs,
    found: merged.found.slice(0, most),
    interrupted,
    drift: merged.drift,
    stopped: merged.stopped,
  }
}
