import { faultKey, LockCycles } from '@holdfast/explorer'
import type { Found, OrderFault } from '@holdfast/explorer'
import type { Chunk } from './campaign-chunks.js'
import type { ExploreTaskResult } from './job-tasks.js'
import type { PartResult } from './jobs.js'

/** A fault, and which leg showed it first. */
export interface CampaignFound extends Found {
  readonly leg: number
  /** Executions of the whole campaign up to the part in which it was found, that one included. */
  readonly within: number
  /** Schedules of executions that show parts of it, in order, where its own does not show it alone. */
  readonly after: readonly Uint16Array[]
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

/**
 * Puts the results of parts together, in the order of the parts.
 *
 * The order of locks is put together too: what a part has reported of its own edges is left aside, and comes anew from those of all parts.
 */
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
  stopped: PartResult['stopped']
  /** Different traces, if they are counted by the parts. */
  traces: number | undefined
  private readonly seen = new Map<string, CampaignFound>()
  private readonly locks = new LockCycles()
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

  add(chunk: Chunk, result: PartResult, secondsBefore: number): void {
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
    this.stopped ??= result.stopped
    this.countTraces(result)
    for (const each of this.faultsOf(chunk, result)) {
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

  private faultsOf(chunk: Chunk, { found, lockOrder, seconds }: ExploreTaskResult): PartFound[] {
    const remade = new Set(lockOrder.reports)
    const own = found.filter(({ report }) => !remade.has(faultKey(report)))
    const ofLocks = this.locks.add(lockOrder.edges).map((fault): PartFound => {
      const key = faultKey(fault.report)
      const known = found.find(({ report }) => faultKey(report) === key)
      return {
        ...orderFound(fault, chunk.first),
        seconds: known?.seconds ?? seconds,
        count: known?.count ?? 1,
      }
    })
    const all = [...own.map((each): PartFound => ({ ...each, after: [] })), ...ofLocks]
    return all.sort((one, other) => one.execution - other.execution)
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

type PartFound = Found & Pick<CampaignFound, 'after'>

/** The execution that completes a cycle, and the others that it takes to see it. */
function orderFound({ report, edges }: OrderFault, first: number): Omit<PartFound, 'seconds' | 'count'> {
  const last = edges.at(-1) as OrderFault['edges'][number]
  const others = new Set(edges.map(({ schedule }) => schedule))
  others.delete(last.schedule)
  return { report, execution: first + last.execution, schedule: last.schedule, after: [...others] }
}
