import { faultKey } from '@holdfast/explorer'
import type { Found } from '@holdfast/explorer'
import type { Chunk } from './campaign-chunks.js'
import type { ExploreTaskResult } from './job-tasks.js'

/** A fault, and which leg showed it first. */
export interface CampaignFound extends Found {
  readonly leg: number
  /** Executions of the whole campaign up to the part in which it was found, that one included. */
  readonly within: number
}

/** What a leg has come to. */
export interface LegResult {
  executions: number
  points: number
  found: number
  /** It visited every execution that it is to visit. */
  finished: boolean
  bound: string | null
  remaining: number | null
}

const MOST_TRACES = 4_000_000

/** Puts the results of parts together, in the order of the parts. */
export class Merged {
  readonly legs: LegResult[]
  readonly found: CampaignFound[] = []
  executions = 0
  deadlocked = 0
  abandoned = 0
  cut = 0
  buggy = 0
  points = 0
  drift: string | undefined
  /** Different traces, if they are counted by the parts. */
  traces: number | undefined
  private readonly seen = new Map<string, CampaignFound>()
  private readonly distinct = new Set<number>()

  constructor(legs: number) {
    this.legs = Array.from({ length: legs }, () => ({
      executions: 0,
      points: 0,
      found: 0,
      finished: false,
      bound: null,
      remaining: null,
    }))
  }

  add(chunk: Chunk, result: ExploreTaskResult, secondsBefore: number): void {
    const leg = this.legs[chunk.leg] as LegResult
    leg.executions += result.executions
    leg.points += result.points
    leg.finished ||= result.complete
    leg.bound = result.bound
    leg.remaining = result.remaining
    this.executions += result.executions
    this.deadlocked += result.blocked
    this.abandoned += result.abandoned
    this.cut += result.cut
    this.buggy += result.buggy
    this.points += result.points
    this.drift ??= result.drift
    this.countTraces(result)
    for (const each of result.found) {
      const key = faultKey(each.report)
      const known = this.seen.get(key)
      if (known !== undefined) {
        known.count += each.count
        continue
      }
      leg.found++
      const found = {
        ...each,
        seconds: each.seconds + secondsBefore,
        leg: chunk.leg,
        within: this.executions,
      }
      this.seen.set(key, found)
      this.found.push(found)
    }
  }

  private countTraces({ traces, traceList }: ExploreTaskResult): void {
    if (traceList === undefined) {
      this.traces = traces
      return
    }
    for (const trace of traceList) {
      if (this.distinct.size >= MOST_TRACES) break
      this.distinct.add(trace)
    }
    this.traces = this.distinct.size
  }
}
