import type { Mem } from '@holdfast/atomics-sync'
import { CI_CURLWP, HARDCLOCK_TICKS } from '@holdfast/kernel'
import { MACHINE_HALT, MACHINE_RUNNING, MACHINE_STATE } from '../globals.js'
import { resumeAll } from './halt-all.js'
import type { MachineImage } from './image.js'

/** Ends a machine that runs: `state` is MACHINE_STOPPING or MACHINE_FAILED. CPUs that are parked go on, and end. */
export function endMachine(mem: Mem, image: MachineImage, state: number): void {
  mem.cas(MACHINE_STATE, MACHINE_RUNNING, state)
  resumeAll(mem, image)
}

/** Whether nothing has stopped the machine yet, nor any CPU failed. */
export function isRunning(mem: Mem): boolean {
  return mem.load(MACHINE_STATE) === MACHINE_RUNNING
}

/** Whether a rendezvous is on. */
export function isHalted(mem: Mem): boolean {
  return mem.load(MACHINE_HALT) !== 0
}

/** Simulated time in clock ticks. */
export function ticksOf(mem: Mem): number {
  return mem.load(HARDCLOCK_TICKS)
}

/** The LWP that runs on a CPU, as the other CPUs see it. */
export function curlwpOf(mem: Mem, image: MachineImage, cpu: number): number {
  const { cpuInfos, cpuInfoWords } = image.config
  return mem.load(cpuInfos + cpu * cpuInfoWords + CI_CURLWP)
}
