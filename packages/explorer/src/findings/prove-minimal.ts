import { PreemptionBound } from '../strategies/preemption-bound.js'
import type { Budget } from './budget.js'
import type { Reduction } from './reduction.js'
import type { Trials } from './trial.js'

/**
 * Runs every execution with fewer preemptions than the best one found, those with fewest first; the first that shows the fault
 * becomes the best one. Goes on where it was when its budget was spent. Executions that the step limit cuts off are not counted as run.
 */
export class Proof {
  private readonly trials: Trials
  private readonly reduction: Reduction
  private readonly search: PreemptionBound
  private over = false
  private proven = 0

  constructor(trials: Trials, reduction: Reduction) {
    this.trials = trials
    this.reduction = reduction
    this.search = new PreemptionBound({ bound: Math.max(0, reduction.best.preemptions - 1) })
    this.over = reduction.best.preemptions === 0
  }

  /** The number of preemptions below which every execution was run and none shows the fault: what is found with so many has the fewest. */
  get floor(): number {
    return this.proven
  }

  /** The best one has the fewest. */
  get isDone(): boolean {
    return this.reduction.best.preemptions <= this.proven
  }

  run(budget: Budget): void {
    const { search, trials } = this
    while (!this.over && !this.isDone && budget.take()) {
      const { preemptions } = this.reduction.best
      if (!search.begin()) {
        this.proven = preemptions
        return
      }
      this.proven = search.round
      if (this.isDone) return
      const shown = trials.run(search)
      this.over = this.reduction.accept(shown) || trials.wasCut
      if (!this.over) search.end(trials.world)
    }
  }
}
