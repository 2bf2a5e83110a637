import type { KernelParams, Workload } from '@holdfast/kernel'
import type { FullMachine } from '../scenario/machine-schema.js'
import type { Scenario } from '../scenario/types.js'
import { lwpsTotal, operationsOf, programsOf } from '../scenario/walk.js'

/** What it takes to build a machine: what the kernel wants to know, and the clock. */
export interface MachineParams extends KernelParams {
  /** Nanoseconds of wall clock in a tick. */
  readonly tickNs: number
  /** Page frames that boot keeps wired. */
  readonly wired: number
}

const NS_PER_SECOND = 1_000_000_000
/** LWPs and processes of the system itself, beside an idle LWP for each CPU. */
const SYSTEM_LWPS = 8
/** LWPs that a scenario may add while it runs, where it forks or creates any. */
const SPARE_LWPS = 64

/** The machine of a scenario, as those who build it want to hear it. */
export function machineParams(scenario: Scenario, machine: FullMachine, workload: Workload): MachineParams {
  const spare = grows(scenario) ? SPARE_LWPS : 0
  return {
    ncpu: machine.cpus,
    physmem: machine.memory,
    swapPages: machine.swapPages,
    diskTicks: machine.diskTicks,
    upages: machine.upages,
    maxslp: machine.maxslp,
    hz: machine.hz,
    kpreempt: machine.kpreempt,
    debug: machine.debug !== undefined,
    kdassert: machine.debug?.kdassert ?? false,
    maxlwp: lwpsTotal(scenario) + machine.cpus + SYSTEM_LWPS + spare,
    maxproc: workload.processes.length + SYSTEM_LWPS + spare,
    mm: {
      swapout: machine.swapout ? 1 : 0,
      ...(machine.freemin === undefined ? {} : { freemin: machine.freemin }),
    },
    wired: machine.wired,
    tickNs: Math.max(1, Math.round(NS_PER_SECOND / (machine.hz * machine.clockRate))),
    workload,
  }
}

/** The scenario makes LWPs while it runs. */
function grows(scenario: Scenario): boolean {
  for (const { program, at } of programsOf(scenario)) {
    for (const { operation } of operationsOf(program, at)) {
      if (operation.op === 'fork' || operation.op === 'lwpCreate') return true
    }
  }
  return false
}
