import { PreemptionBound } from '../strategies/preemption-bound.js'
import type { Budget } from './budget.js'
import type { Reduction } from './reduction.js'
import type { Trials } from './trial.js'

/**
 * Runs every execution with fewer preemptions than the best one found, those with fewest first; the first that shows the fault
 * becomes the best one.
 *
 * Returns the number of preemptions below which every execution was run and none shows the fault: what is found with so many has
 * the fewest. Executions that the step limit cuts off are not counted as run.
 */
export function provenFloor(trials: Trials, reduction: Reduction, budget: Budget): number {
  const { preemptions } = reduction.best
  if (preemptions === 0) return 0
  const search = new PreemptionBound({ bound: preemptions - 1 })
  while (search.begin()) {
    if (!budget.take()) return search.round
    const shown = trials.run(search)
    if (reduction.accept(shown)) return search.round
    if (trials.wasCut) return search.round
    search.end(trials.world)
  }
  return preemptions
}
