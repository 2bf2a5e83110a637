/**
 * A chance of a spurious wake-up: it could come before `earlier`, if neither the signal nor the other's wake-up came
 * before that.
 */
export interface Missed {
  readonly at: number
  readonly earlier: number
  /** An event, or -1. */
  readonly signal: number
  readonly other: number
  readonly step: Int32Array
}
