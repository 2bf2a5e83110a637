import { CHOICE, RECORD, dependent, kindOf } from '../dependence.js'
import type { EventLog } from './event-log.js'
import { longer } from './longer.js'

const NONE = -1

/**
 * Events that are to come before an event `e`, and among them the step that races with it: slots of the log, the step
 * in the one behind the last event. Some are marked: those because of which it has not been visited.
 */
export class Sequence {
  readonly log: EventLog
  slots = new Int32Array(64)
  length = 0
  /** Up to where in the execution it has been looked at. */
  seen = 0
  private marks = new Int32Array(64)
  /** Where the step comes in the execution. */
  private at = 0

  constructor(log: EventLog) {
    this.log = log
  }

  /** Empty, for a step that comes at slot `at`. */
  begin(at: number): void {
    const slots = this.log.length + 1
    while (this.slots.length < slots) {
      this.slots = longer(this.slots)
      this.marks = longer(this.marks)
    }
    this.length = 0
    this.at = at
    this.seen = at
  }

  add(slot: number): void {
    this.slots[this.length] = slot
    this.marks[this.length++] = 0
  }

  /** Adds the step itself, which is marked. */
  addStep(steps: Int32Array, step: number): void {
    const { records, length: slot } = this.log
    for (let field = 0; field < RECORD; field++)
      records[slot * RECORD + field] = steps[step + field] as number
    this.slots[this.length] = slot
    this.marks[this.length++] = 1
  }

  mark(position: number): void {
    this.marks[position] = 1
    this.seen = Math.max(this.seen, this.place(position))
  }

  marked(position: number): boolean {
    return this.marks[position] !== 0
  }

  /** Where what is at that position comes in the execution. */
  place(position: number): number {
    const slot = this.slots[position] as number
    return slot === this.log.length ? this.at : slot
  }

  remove(position: number): void {
    const { slots, marks } = this
    const length = --this.length
    for (let i = position; i < length; i++) {
      slots[i] = slots[i + 1] as number
      marks[i] = marks[i + 1] as number
    }
  }

  /** Marks what happens before what is marked. */
  close(): void {
    const { marks } = this
    for (let i = this.length - 1; i > 0; i--) {
      if (marks[i] === 0) continue
      for (let k = 0; k < i; k++) if (marks[k] === 0 && this.precedes(k, i)) marks[k] = 1
    }
  }

  private precedes(earlier: number, later: number): boolean {
    const { log, slots } = this
    const { records, length: step } = log
    const e = slots[earlier] as number
    const k = slots[later] as number
    // What comes after the step in the execution is independent of it, or it would not be in the sequence.
    if (e === step) return false
    if (k !== step) return log.happensBefore(e, k)
    const choice = records[step * RECORD + CHOICE] as number
    const past = log.pastOf(choice, this.at)
    if (past !== NONE && log.after(e, past)) return true
    const also = log.alsoOf(choice, kindOf(records, step * RECORD), this.at)
    if (also !== NONE && log.after(e, also)) return true
    return dependent(records, e * RECORD, records, step * RECORD)
  }
}
