import type { RunningMachine } from '@holdfast/cpu'
import { count } from '../report/table.js'
import { operationCounts } from './counts.js'
import { readCounters } from './counters.js'
import type { Prepared } from './prepare.js'

/** How a run is getting on, in one line. */
export function progressLine(
  prepared: Prepared,
  machine: RunningMachine,
  ranMs: number,
  seconds: number,
): string {
  const { counts, ticks } = machine.stats()
  const { swapins, swapouts } = readCounters(machine.mem, machine.image)
  const operations = Object.values(operationCounts(counts.kernel)).reduce((sum, value) => sum + value, 0)
  const ran = Math.min(ranMs / 1_000, seconds).toFixed(1)
  return (
    `${prepared.scenario.name}  ${ran}/${seconds} s  (${count(ticks / prepared.machine.hz)} simulated)  ` +
    `${count(operations)} operations  ${count(swapouts)} out  ${count(swapins)} in`
  )
}
