import { operationsOf, programsOf } from '../scenario/walk.js'
import type { Prepared } from './prepare.js'

/** How long nothing may happen on a machine whose LWPs have work, and how much longer for each CPU, in ms. */
const STALL_MS = 5_000
const MORE_PER_CPU_MS = 250

/**
 * How long no operation may complete before the machine counts as stalled, in ms of wall clock: longer than
 * any LWP of the scenario sleeps, and longer on many CPUs, which share the host's cores.
 */
export function stallMs({ scenario, machine }: Prepared): number {
  let longest = 0
  for (const { program } of programsOf(scenario)) {
    for (const { operation } of operationsOf(program, [])) {
      if (operation.op !== 'sleep' && operation.op !== 'physio') continue
      const seconds = 'seconds' in operation ? operation.seconds : undefined
      longest = Math.max(longest, seconds ?? (operation.ticks ?? 0) / machine.hz)
    }
  }
  return STALL_MS + MORE_PER_CPU_MS * machine.cpus + (2_000 * longest) / machine.clockRate
}
