import { RECORD } from '../dependence.js'
import type { EventLog } from './event-log.js'
import { NEVER } from './races.js'
import type { Missed, Races } from './races.js'
import type { SleepSets } from './sleep-sets.js'
import type { WakeupTrees } from './wakeup-trees.js'
import { INDEPENDENT, conflict } from './weak-initial.js'

/**
 * Turns the races of a finished execution round: for a step that could come before event `e`, the sequence
 *
 *     events after e that do not happen after e, and among them, in its place, the step
 *
 * can be executed where `e` was. Unless a step that sleeps there could come first in it (then it has been visited), it goes into the tree of the
 * node before `e`.
 *
 * All races are to be looked at after every execution, not just those of new events: what was found for a race depends on what comes later.
 * But mostly it depends on the events up to some point only, and holds as long as these stay: `Races.settled`.
 */
export class Reversals {
  private readonly log: EventLog
  private readonly races: Races
  private readonly sleeps: SleepSets
  private readonly trees: WakeupTrees
  private sequence = new Int32Array(64)

  constructor(log: EventLog, races: Races, sleeps: SleepSets, trees: WakeupTrees) {
    this.log = log
    this.races = races
    this.sleeps = sleeps
    this.trees = trees
  }

  /** Plans those of an execution whose first `shared` events are as in the one before. */
  plan(shared: number): void {
    const { head, next, settled, steps, at, missed } = this.races
    const slot = this.log.length
    if (this.sequence.length <= slot + 1) this.sequence = new Int32Array(2 * slot + 2)
    for (let e = 0; e < slot; e++) {
      for (let race = head[e] as number; race >= 0; race = next[race] as number)
        if ((settled[race] as number) >= shared)
          settled[race] = this.reverse(e, at[race] as number, steps, race * RECORD)
    }
    for (const chance of missed) this.reverseMissed(chance)
  }

  /** Returns the last event on which what was found depends, or NEVER if that is the whole execution. */
  private reverse(e: number, at: number, steps: Int32Array, step: number): number {
    const { log, sequence, sleeps } = this
    const { clocks, width, records, length: slot } = log
    const column = log.actorOf(e)
    let length = 0
    let k = e + 1
    for (; k < at; k++) if ((clocks[k * width + column] as number) <= e) sequence[length++] = k
    const position = length
    sequence[length++] = slot
    for (let field = 0; field < RECORD; field++)
      records[slot * RECORD + field] = steps[step + field] as number
    let first = sleeps.first(e, records, sequence, length)
    if (first === position) return at
    if (first >= 0) return sequence[first] as number
    for (; k < slot; k++) if ((clocks[k * width + column] as number) <= e) sequence[length++] = k
    if (first === INDEPENDENT) {
      first = sleeps.first(e, records, sequence, length)
      if (first >= 0) return sequence[first] as number
      if (first === INDEPENDENT) return NEVER
    }
    const last = sequence[conflict(first)] as number
    const needed = Math.max(at, last === slot ? at : last)
    const seen = this.trees.insert(e, records, sequence, length, slot, at, needed)
    return seen < 0 ? NEVER : seen
  }

  private reverseMissed({ earlier, signal, other, step }: Missed): void {
    const { log, sequence } = this
    const { records, length: slot } = log
    let length = 0
    for (let k = earlier + 1; k < slot; k++)
      if (!log.after(earlier, k) && !log.after(signal, k) && !log.after(other, k)) sequence[length++] = k
    sequence[length++] = slot
    records.set(step, slot * RECORD)
    if (this.sleeps.first(earlier, records, sequence, length) < INDEPENDENT)
      this.trees.insert(earlier, records, sequence, length, slot, slot, slot)
  }
}
