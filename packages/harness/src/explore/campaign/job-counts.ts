import type { Progress } from '@holdfast/explorer'

/** What running parts of a campaign have come to so far. */
export interface LiveSum {
  readonly executions: number
  readonly points: number
  readonly depth: number
  readonly remaining: number | null
}

const HEADER_BYTES = 8
const NUMBERS = 4

/**
 * A shared buffer in which jobs tell how they are getting on, and look whether they are to stop:
 *
 *     [ stop (int32) | - ] [ executions | points | depth | remaining ] of slot 0, of slot 1, ...
 *
 * Nothing hangs on when it is seen: accesses are plain.
 */
export class LiveCounts {
  readonly buffer: SharedArrayBuffer
  private readonly stop: Int32Array
  private readonly numbers: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.stop = new Int32Array(buffer, 0, 1)
    this.numbers = new Float64Array(buffer, HEADER_BYTES)
  }

  static of(slots: number): LiveCounts {
    return new LiveCounts(new SharedArrayBuffer(HEADER_BYTES + slots * NUMBERS * 8))
  }

  /** All jobs are to end as soon as they can. */
  stopAll(): void {
    this.stop[0] = 1
  }

  /** Writes down where a job is. Returns whether it is to go on. */
  tell(slot: number, { executions, points, depth, remaining }: Progress): boolean {
    this.numbers.set([executions, points, depth, remaining ?? -1], slot * NUMBERS)
    return this.stop[0] === 0
  }

  clear(slot: number): void {
    this.numbers.fill(0, slot * NUMBERS, (slot + 1) * NUMBERS)
  }

  /** What the job of a slot has told last. */
  of(slot: number): { executions: number; points: number } {
    const [executions = 0, points = 0] = this.numbers.subarray(slot * NUMBERS)
    return { executions, points }
  }

  sum(): LiveSum {
    let executions = 0
    let points = 0
    let depth = 0
    let remaining: number | null = null
    for (let at = 0; at < this.numbers.length; at += NUMBERS) {
      executions += this.numbers[at] as number
      points += this.numbers[at + 1] as number
      depth = Math.max(depth, this.numbers[at + 2] as number)
      const left = this.numbers[at + 3] as number
      if (left > 0) remaining = (remaining ?? 0) + left
    }
    return { executions, points, depth, remaining }
  }
}
