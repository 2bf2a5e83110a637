import { frames } from './frames.js'
import type { Inspection, Violation } from './inspect.js'
import { lMutex } from './l-mutex.js'
import { lwpCounts } from './lwp-counts.js'
import { onCpu } from './on-cpu.js'
import { runQueues } from './run-queues.js'
import { uareaWiring } from './uarea-wiring.js'
import { wakeups } from './wakeups.js'

export type { Inspection, Violation } from './inspect.js'

/** What the checks remember from one inspection of a machine to the next. */
export interface InvariantState {
  readonly stale: Set<string>
}

export function newInvariantState(): InvariantState {
  return { stale: new Set() }
}

/** Every invariant, at a moment when all CPUs stand at safe points. An empty answer means that all hold. */
export function checkInvariants(inspection: Inspection, state: InvariantState): Violation[] {
  return [
    ...runQueues(inspection),
    ...uareaWiring(inspection),
    ...onCpu(inspection),
    ...lMutex(inspection),
    ...lwpCounts(inspection),
    ...frames(inspection),
    ...wakeups(inspection, state.stale),
  ]
}
