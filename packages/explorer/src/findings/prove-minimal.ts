import { PreemptionBound } from '../strategies/preemption-bound.js'
import type { Budget } from './budget.js'
import type { Reduction } from './reduction.js'
import type { Trials } from './trial.js'

/**
 * Runs every execution with fewer preemptions than the best one found, those with fewest first; the first that shows the fault
 * becomes the best one.
 *
 * Returns whether that is proof: the budget sufficed, and no execution was cut off by the step limit.
 */
export function proveMinimal(trials: Trials, reduction: Reduction, budget: Budget): boolean {
  const { preemptions } = reduction.best
  if (preemptions === 0) return true
  const search = new PreemptionBound({ bound: preemptions - 1 })
  while (search.begin()) {
    if (!budget.take()) return false
    const shown = trials.run(search)
    if (shown !== undefined) return reduction.accept(shown)
    if (trials.wasCut) return false
    search.end()
  }
  return true
}
