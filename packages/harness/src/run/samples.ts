import type { RunningMachine } from '@holdfast/cpu'
import { readCounters } from './counters.js'
import { operationCounts } from './counts.js'

/** Counters of a machine that runs, at a moment. */
export interface RunSample {
  /** Since it started. */
  readonly seconds: number
  readonly operations: number
  readonly shootdowns: number
  readonly free: number
}

export function sampleOf(machine: RunningMachine, ranMs: number): RunSample {
  const { shootdowns, paging } = readCounters(machine.mem, machine.image)
  const operations = Object.values(operationCounts(machine.stats().counts.kernel))
  return {
    seconds: Math.round(ranMs / 10) / 100,
    operations: operations.reduce((sum, each) => sum + each, 0),
    shootdowns,
    free: paging.free,
  }
}
