import { CHOICE, RECORD, dependent } from '../dependence.js'
import { ACTOR } from './event-log.js'

/** Results of {@link weakInitial} besides a position. */
export const CONFLICTS = -1
export const INDEPENDENT = -2

/**
 * Whether the step in `x[i ..]`, which can be taken now, could come first in an execution that begins with `sequence[0 .. length)` (slots
 * of `records`), in one of the orders that count as the same: its position there if it is in the sequence and depends on nothing before it,
 * INDEPENDENT if its actor is not in the sequence and nothing there depends on it; else CONFLICTS.
 */
export function weakInitial(
  x: Int32Array,
  i: number,
  records: Int32Array,
  sequence: Int32Array,
  length: number,
): number {
  const choice = x[i + CHOICE] as number
  for (let k = 0; k < length; k++) {
    const record = (sequence[k] as number) * RECORD
    const other = records[record + CHOICE] as number
    if (((choice ^ other) & ACTOR) === 0) return choice === other ? k : CONFLICTS
    if (dependent(x, i, records, record)) return CONFLICTS
  }
  return INDEPENDENT
}
