import { RECORD, dependent } from '../dependence.js'
import { longer } from './longer.js'
import type { Sequence } from './sequence.js'
import { INDEPENDENT, conflict, weakInitial } from './weak-initial.js'

/** Of {@link SleepSets.first}: it has not been visited. */
export const FRESH = -2

/**
 * For each node of the execution at hand the steps that need not be taken there: what begins with them has been
 * visited, here or before an event that is independent of them. A stack of the sets by depth.
 */
export class SleepSets {
  private steps = new Int32Array(RECORD * 64)
  private start = new Int32Array(64)
  private end = new Int32Array(64)

  /** Whether nothing sleeps at `depth`. */
  empty(depth: number): boolean {
    return this.start[depth] === this.end[depth]
  }

  /** Whether that choice sleeps at `depth`. */
  has(depth: number, choice: number): boolean {
    for (let i = this.start[depth] as number; i < (this.end[depth] as number); i++)
      if (this.steps[i * RECORD] === choice) return true
    return false
  }

  /**
   * Whether what begins with the sequence has been visited: the position of a step that sleeps at `depth` and could
   * come first; or INDEPENDENT, if one that is not in the sequence could. Else FRESH, and for each that sleeps what it
   * conflicts with first is marked.
   */
  first(depth: number, sequence: Sequence): number {
    let result = FRESH
    for (let i = this.start[depth] as number; i < (this.end[depth] as number); i++) {
      const position = weakInitial(this.steps, i * RECORD, sequence)
      if (position >= 0) return position
      if (position === INDEPENDENT) result = INDEPENDENT
      else sequence.mark(conflict(position))
    }
    return result
  }

  /** All that begins with the event in slot `depth` of `records` has been visited. */
  add(depth: number, records: Int32Array): void {
    const i = this.end[depth] as number
    this.copy(i, records, depth)
    this.end[depth] = i + 1
  }

  /** The event in slot `depth` of `records` is executed: what depends on it wakes. */
  pass(depth: number, records: Int32Array): void {
    if (depth + 2 > this.end.length) {
      this.start = longer(this.start)
      this.end = longer(this.end)
    }
    const end = this.end[depth] as number
    let top = end
    for (let i = this.start[depth] as number; i < end; i++)
      if (!dependent(this.steps, i * RECORD, records, depth * RECORD)) this.copy(top++, this.steps, i)
    this.start[depth + 1] = end
    this.end[depth + 1] = top
  }

  private copy(to: number, from: Int32Array, slot: number): void {
    if ((to + 1) * RECORD > this.steps.length) {
      const same = from === this.steps
      this.steps = longer(this.steps)
      if (same) from = this.steps
    }
    for (let field = 0; field < RECORD; field++)
      this.steps[to * RECORD + field] = from[slot * RECORD + field] as number
  }
}
