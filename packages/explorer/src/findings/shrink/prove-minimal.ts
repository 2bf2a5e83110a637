import { PreemptionBound } from '../../strategies/preemption-bound.js'
import type { Budget } from './budget.js'
import { Exactly } from './plan.js'
import type { Reduction } from './reduction.js'
import type { Trials } from './trial.js'

/**
 * Runs executions with fewer preemptions than the best one found, those with fewest first; the first that shows the fault becomes the
 * best one. Goes on where it was when its budget was spent.
 *
 *     each      every execution, up to nothing: proves, whatever tells the fault
 *     states    each state once, by hashes of 64 bits (state-cache.ts), and no choice between operations on words that one flow of control
 *               alone uses (shared-words.ts): a small part of them, which proves if what tells the fault judges states (Observer.ofStates)
 *
 * Executions that the step limit cuts off are not counted as run; where the search leaves out some (interrupts under tso, late-drains.ts)
 * nothing is proven.
 */
export class UpwardSearch {
  /** Every execution with fewer preemptions than so many was visited, and none shows the fault. */
  atLeast = 0
  private readonly trials: Trials
  private readonly reduction: Reduction
  private readonly search: PreemptionBound
  private readonly proves: boolean
  private learnt = false
  private over = false

  constructor(trials: Trials, reduction: Reduction, visiting: 'each' | 'states') {
    this.trials = trials
    this.reduction = reduction
    const { preemptions } = reduction.best
    const reduced = visiting === 'states' ? { cache: true, frames: true, sharedOnly: true } : {}
    this.search = new PreemptionBound({ bound: Math.max(0, preemptions - 1), ...reduced })
    this.proves = visiting === 'each' || trials.judgesStates
    this.over = preemptions === 0
  }

  /** The best one has the fewest. */
  get isDone(): boolean {
    const { preemptions } = this.reduction.best
    return preemptions === 0 || preemptions <= this.atLeast
  }

  /** There is nothing left to run. */
  get isOver(): boolean {
    return this.over || this.isDone
  }

  run(budget: Budget): void {
    if (this.isOver) return
    const { search, trials, reduction } = this
    if (!this.learnt) search.learn(trials.world)
    this.learnt = true
    while (!this.isOver && budget.take()) {
      const goesOn = search.begin()
      this.visited(goesOn ? search.round : reduction.best.preemptions)
      this.over = !goesOn
      if (this.isOver) return
      this.over = this.showsFault() || trials.wasCut
      if (!this.over) search.end(trials.world)
    }
  }

  /** Executions with fewer preemptions were all visited; fewer than before, if the search has begun anew (shared-words.ts). */
  private visited(preemptions: number): void {
    this.atLeast = this.proves && !this.search.putsOffInterrupts ? preemptions : 0
  }

  /** Runs the next execution. What a search repeats is not asked for choice by choice: so what it costs is counted when it is run again. */
  private showsFault(): boolean {
    const { search, trials, reduction } = this
    if (!trials.search(search)) return false
    const { schedule, steps } = trials.world
    const limit = { preemptions: reduction.best.preemptions - 1, steps: Infinity }
    reduction.offer(new Exactly(schedule.slice(0, steps)), limit)
    return true
  }
}
