import { PreemptionBound } from '../strategies/preemption-bound.js'
import type { Budget } from './budget.js'
import type { Reduction } from './reduction.js'
import type { Trials } from './trial.js'

/**
 * Runs every execution with fewer preemptions than the best one found, those with fewest first; the first that shows the fault
 * becomes the best one. Goes on where it was when its budget was spent. Executions that the step limit cuts off are not counted
 * as run; where the search leaves out some (interrupts under tso, late-drains.ts) nothing is proven.
 */
export class Proof {
  private readonly trials: Trials
  private readonly reduction: Reduction
  private readonly search: PreemptionBound
  private over = false
  /** The number of preemptions below which every execution was run and none shows the fault: what is found with so many has the fewest. */
  private proven = 0

  constructor(trials: Trials, reduction: Reduction) {
    this.trials = trials
    this.reduction = reduction
    this.search = new PreemptionBound({ bound: Math.max(0, reduction.best.preemptions - 1) })
    this.over = reduction.best.preemptions === 0
  }

  /** The best one has the fewest. */
  get isDone(): boolean {
    const { preemptions } = this.reduction.best
    return preemptions === 0 || (preemptions <= this.proven && !this.search.putsOffInterrupts)
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
