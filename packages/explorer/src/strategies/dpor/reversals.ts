import { RECORD } from '../dependence.js'
import type { EventLog } from './event-log.js'
import type { Missed } from './missed.js'
import { NEVER } from './races.js'
import type { Races } from './races.js'
import { Sequence } from './sequence.js'
import { FRESH } from './sleep-sets.js'
import type { SleepSets } from './sleep-sets.js'
import type { WakeupTrees } from './wakeup-trees.js'
import { INDEPENDENT } from './weak-initial.js'

/**
 * Turns the races of a finished execution round: for a step that could come before event `e`, the sequence
 *
 *     events after e that do not happen after e, and among them, in its place, the step
 *
 * can be executed where `e` was. Unless a step that sleeps there could come first in it (then it has been visited), it
 * goes into the tree of the node before `e`.
 *
 * All races are to be looked at after every execution, not just those of new events: what was found for a race depends
 * on what comes later. But mostly it depends on the events up to some point only, and holds as long as these stay:
 * `Races.settled`.
 */
export class Reversals {
  private readonly log: EventLog
  private readonly races: Races
  private readonly sleeps: SleepSets
  private readonly trees: WakeupTrees
  private readonly sequence: Sequence

  constructor(log: EventLog, races: Races, sleeps: SleepSets, trees: WakeupTrees) {
    this.log = log
    this.races = races
    this.sleeps = sleeps
    this.trees = trees
    this.sequence = new Sequence(log)
  }

  /** Plans those of an execution whose first `shared` events are as in the one before. */
  plan(shared: number): void {
    const { head, next, settled, steps, at, missed } = this.races
    const { length } = this.log
    for (let e = 0; e < length; e++) {
      for (let race = head[e] as number; race >= 0; race = next[race] as number)
        if ((settled[race] as number) >= shared)
          settled[race] = this.reverse(e, at[race] as number, steps, race * RECORD)
    }
    for (const chance of missed) this.reverseMissed(chance)
  }

  /** Returns the last event on which what was found depends, or NEVER if that is the whole execution. */
  private reverse(e: number, at: number, steps: Int32Array, step: number): number {
    const { log, sequence, sleeps } = this
    const { clocks, width, length: end } = log
    const column = log.actorOf(e)
    sequence.begin(at)
    let k = e + 1
    for (; k < at; k++) if ((clocks[k * width + column] as number) <= e) sequence.add(k)
    sequence.addStep(steps, step)
    let first = sleeps.first(e, sequence)
    if (first >= 0) return sequence.place(first)
    for (; k < end; k++) if ((clocks[k * width + column] as number) <= e) sequence.add(k)
    if (first === INDEPENDENT) {
      first = sleeps.first(e, sequence)
      if (first >= 0) return sequence.place(first)
      if (first === INDEPENDENT) return NEVER
    }
    const seen = this.trees.insert(e, sequence)
    return seen < 0 ? NEVER : seen
  }

  private reverseMissed({ at, earlier, signal, other, step }: Missed): void {
    const { log, sequence } = this
    sequence.begin(at)
    for (let k = earlier + 1; k < log.length; k++)
      if (!log.after(earlier, k) && !log.after(signal, k) && !log.after(other, k)) sequence.add(k)
    sequence.addStep(step, 0)
    if (this.sleeps.first(earlier, sequence) === FRESH) this.trees.insert(earlier, sequence)
  }
}
