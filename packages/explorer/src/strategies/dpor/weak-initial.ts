import { ACTOR, CHOICE, RECORD, dependent } from '../dependence.js'
import type { Sequence } from './sequence.js'

/** Of {@link weakInitial}: the actor is not in the sequence, and nothing there depends on the step. */
export const INDEPENDENT = -1

/**
 * Whether the step in `x[i ..]`, which can be taken now, could come first in an execution that begins with the
 * sequence, in one of the orders that count as the same. Returns
 *
 *     k >= 0           it could: it is the one at position k, and depends on nothing before it
 *     INDEPENDENT      it could
 *     conflict(k)      it could not, because of the one at position k
 */
export function weakInitial(x: Int32Array, i: number, sequence: Sequence): number {
  const { slots, length } = sequence
  const { records } = sequence.log
  const choice = x[i + CHOICE] as number
  for (let k = 0; k < length; k++) {
    const record = (slots[k] as number) * RECORD
    const other = records[record + CHOICE] as number
    if (((choice ^ other) & ACTOR) === 0) return choice === other ? k : conflict(k)
    if (dependent(x, i, records, record)) return conflict(k)
  }
  return INDEPENDENT
}

/** Says position k as a number below INDEPENDENT, and back. */
export function conflict(k: number): number {
  return -2 - k
}
