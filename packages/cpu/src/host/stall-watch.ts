import type { Workload } from './lwp-states.js'

/** Looks in a row that must agree before the workload counts as over: each is a picture that moves. */
const AGREEING_LOOKS = 3

export type Movement = 'moving' | 'stalled' | 'done' | 'quiet'

/**
 * Judges from looks at a running machine whether it still moves.
 *
 * `done`     no user LWP is left, in several looks
 * `quiet`    the LWPs left wait for what nothing in the machine does, and nothing was done, in several looks
 * `stalled`  LWPs have work, and no user operation completed for `stallMs`: deadlock, livelock, lost wakeup
 */
export class StallWatch {
  private readonly stallMs: number
  private progress = -1
  private since = 0
  private state: Workload = 'working'
  private looks = 0

  constructor(stallMs: number) {
    this.stallMs = stallMs
  }

  /** `counts` are the counters of user operations; `halted`: a rendezvous is on, which is no stall. */
  look(state: Workload, counts: readonly number[], halted: boolean, now = performance.now()): Movement {
    let progress = 0
    for (const count of counts) progress += count
    const moved = progress !== this.progress
    this.progress = progress
    if (moved || halted) this.since = now
    if (state !== this.state || (moved && state === 'quiet')) this.looks = 0
    this.state = state
    if (state !== 'working') return ++this.looks >= AGREEING_LOOKS ? state : 'moving'
    return now - this.since > this.stallMs ? 'stalled' : 'moving'
  }
}
