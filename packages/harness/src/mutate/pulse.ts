import type { LiveWork, Work } from '../report/work-progress.js'

/**
 * What the thread that tries a mutant tells of while it does: a count that grows as long as it gets on, and its work so far. One writer; nothing hangs
 * on when it is seen, so accesses are plain.
 */
export class Pulse {
  readonly buffer: SharedArrayBuffer
  private readonly numbers: Float64Array

  constructor(buffer = new SharedArrayBuffer(5 * Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.numbers = new Float64Array(buffer)
  }

  /** It gets on, and has done so much more. */
  beat({ executions, traces, points }: Work): void {
    const [beats = 0, all = 0, allTraces = 0, allPoints = 0, depth = 0] = this.numbers
    const last = executions > 0 ? Math.round(points / executions) : depth
    this.numbers.set([beats + 1, all + executions, allTraces + traces, allPoints + points, last])
  }

  get beats(): number {
    return this.numbers[0] as number
  }

  get work(): LiveWork {
    const [, executions = 0, traces = 0, points = 0, depth = 0] = this.numbers
    return { executions, traces, points, depth }
  }
}

/** All of these together. */
export function sumOf(pulses: Iterable<Pulse>): LiveWork {
  let [executions, traces, points, depth] = [0, 0, 0, 0]
  for (const { work } of pulses) {
    executions += work.executions
    traces += work.traces
    points += work.points
    depth = Math.max(depth, work.depth)
  }
  return { executions, traces, points, depth }
}
