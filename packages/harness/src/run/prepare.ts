import { Mem } from '@holdfast/atomics-sync'
import { compileScenario } from '../compile/compile.js'
import { buildMachine, checkOpenFiles, type MachineImage } from '@holdfast/cpu'
import { ENABLESWAP, kernelNeeds, SWAPDEBUG, type Workload } from '@holdfast/kernel'
import { minPhysmem, RESERVE_KERNEL_PER_CPU } from '@holdfast/mm'
import { checkScenario } from '../scenario/check.js'
import { type FullMachine, withDefaults } from '../scenario/machine-schema.js'
import { notAllowed, type Problem, UsageError } from '../scenario/problem.js'
import type { DebugKnobs, Scenario, SwapDebug } from '../scenario/types.js'
import { lwpsTotal } from '../scenario/walk.js'
import { machineParams } from './machine-params.js'
import { resize } from './resize.js'

/** What the command line changes of a scenario; undefined leaves it as it is. */
export interface Changes {
  readonly cpus?: number | undefined
  readonly lwps?: number | undefined
  readonly memory?: number | undefined
  readonly maxslp?: number | undefined
  readonly clockRate?: number | undefined
  readonly preempt?: boolean | undefined
}

/** A scenario ready to run: nothing has started, but everything that can be refused has been. */
export interface Prepared {
  readonly scenario: Scenario
  readonly machine: FullMachine
  readonly workload: Workload
  readonly lwps: number
  readonly seed: number
}

/** Applies changes, checks the machine against the host and the kernel, and compiles. Throws UsageError. */
export function prepare(given: Scenario, changes: Changes, seed: number): Prepared {
  const sized = changes.lwps === undefined ? given : resize(given, changes.lwps)
  const wanted = changedMachine(given, changes)
  const scenario =
    changes.memory === undefined ? fitMemory(given, sized, wanted, seed) : { ...sized, machine: wanted }
  const machine = withDefaults(scenario.machine)
  const workload = compileScenario(scenario, seed)
  const problems = [
    ...checkScenario(scenario),
    ...checkHost(machine, changes.cpus === undefined ? 'machine.cpus' : '--cpus'),
    ...checkMemory(scenario, machine, workload, changes.memory === undefined ? 'machine.memory' : '--memory'),
  ]
  if (problems.length > 0) throw new UsageError(problems)
  return { scenario, machine, workload, lwps: lwpsTotal(scenario), seed }
}

function changedMachine(given: Scenario, { cpus, memory, maxslp, clockRate, preempt }: Changes): FullMachine {
  return {
    ...withDefaults(given.machine),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memory }),
    ...(maxslp === undefined ? {} : { maxslp }),
    ...(clockRate === undefined ? {} : { clockRate }),
    ...(preempt === undefined ? {} : { kpreempt: preempt }),
  }
}

/**
 * Leaves a scenario of another size the pressure its author gave it, when the command line changes the CPUs or LWPs
 * and not the memory. Each needs pages for u-areas, page tables and reserves, so the memory grows by those. With the
 * CPUs grows the distance between the pagedaemon's two marks: where it comes near what the author left to spare, the
 * pagedaemon would always be in time, so only a fraction of it is left.
 */
function fitMemory(given: Scenario, sized: Scenario, machine: FullMachine, seed: number): Scenario {
  const before = withDefaults(given.machine)
  if (machine.cpus === before.cpus && sized === given) return { ...sized, machine }
  const needed = pagesNeeded(sized, machine, compileScenario(sized, seed))
  const spare = before.memory - pagesNeeded(given, before, compileScenario(given, seed))
  const apart = marksApart(machine)
  const left = 3 * apart > spare ? Math.min(spare, Math.max(SPARE_PAGES, apart >> 3)) : spare
  return { ...sized, machine: { ...machine, memory: needed + left } }
}

/** Pages above the least, so that programs get any. */
const SPARE_PAGES = 8

/** Pages between freemin and freetarg (uvmpd_tune). */
function marksApart({ cpus, freemin = 0 }: FullMachine): number {
  const least = Math.max(freemin, RESERVE_KERNEL_PER_CPU * cpus + 1)
  return Math.trunc((least * 4) / 3) - least
}

/** Boots the machine on this thread; its CPUs do not run yet. */
export function bootMachine({ scenario, machine, workload }: Prepared): MachineImage {
  const image = buildMachine(machineParams(scenario, machine, workload), workload)
  if (machine.debug !== undefined) setKnobs(new Mem(image.buffer), machine.debug)
  return image
}

const SDB_FOLLOW = 1
const SDB_SWAPIN = 2
const SDB_SWAPOUT = 4
const SDB: Readonly<Record<SwapDebug, number>> = {
  follow: SDB_FOLLOW,
  swapin: SDB_SWAPIN,
  swapout: SDB_SWAPOUT,
}

/** The knobs of options DEBUG, as somebody with a debugger would set them before the first LWP runs. */
function setKnobs(mem: Mem, { enableswap = true, swapdebug = [] }: DebugKnobs): void {
  let bits = 0
  for (const each of swapdebug) bits |= SDB[each]
  mem.write(ENABLESWAP, enableswap ? 1 : 0)
  mem.write(SWAPDEBUG, bits)
}

/** Each CPU is a worker, and the host allows only so many. */
function checkHost(machine: FullMachine, path: string): Problem[] {
  try {
    checkOpenFiles(machine.cpus)
    return []
  } catch (error) {
    const most = /at most (\d+)/.exec((error as Error).message)?.[1] ?? '0'
    const limit = 'the limit of open files allows no more (ulimit -n; each CPU takes 4)'
    return [notAllowed(path, machine.cpus, `1 to ${most}: ${limit}`)]
  }
}

function checkMemory(scenario: Scenario, machine: FullMachine, workload: Workload, path: string): Problem[] {
  const needed = pagesNeeded(scenario, machine, workload)
  if (machine.memory >= needed) return []
  const what = `what the kernel needs for ${machine.cpus} CPUs and ${lwpsTotal(scenario)} LWPs`
  return [notAllowed(path, machine.memory, `at least ${needed}: ${what}`)]
}

/** Fewest page frames with which the machine works. */
function pagesNeeded(scenario: Scenario, machine: FullMachine, workload: Workload): number {
  return Math.max(bootPages(scenario, machine, workload), minPhysmem(machine.cpus))
}

/** Page frames taken once all LWPs of the scenario are there, and the reserves. */
function bootPages(scenario: Scenario, machine: FullMachine, workload: Workload): number {
  return kernelNeeds(machineParams(scenario, machine, workload)).minPages
}
