import type { Mem } from '@holdfast/atomics-sync'
import { setTimeout as delay } from 'node:timers/promises'
import { MACHINE_HALT, MACHINE_RUNNING, MACHINE_STATE, MC_PARKED, MC_RUNNING, MC_STATE } from '../globals.js'
import type { MachineImage } from './image.js'
import { postHalt } from '../mailbox.js'

/** How often the main thread looks whether the CPUs have parked, in ms. It must not block: it hears of deaths. */
const LOOK_MS = 1

/**
 * Stops the world: asks every CPU to park at rendezvous `number` (1 or more) and waits for them, at most
 * `deadlineMs`. Returns the CPUs that did not come; empty means that all stand, until {@link resumeAll}.
 * Ends early, with whoever is missing, if the machine ends meanwhile.
 */
export async function haltAll(
  mem: Mem,
  image: MachineImage,
  number: number,
  deadlineMs: number,
): Promise<number[]> {
  mem.store(MACHINE_HALT, number)
  postHalt(mem, image)
  const started = performance.now()
  for (;;) {
    const missing = notParked(mem, image, number)
    if (missing.length === 0) return missing
    if (mem.load(MACHINE_STATE) !== MACHINE_RUNNING) return missing
    if (performance.now() - started > deadlineMs) return missing
    await delay(LOOK_MS)
  }
}

/** Ends the rendezvous. */
export function resumeAll(mem: Mem, image: MachineImage): void {
  mem.store(MACHINE_HALT, 0)
  postHalt(mem, image)
}

function notParked(mem: Mem, image: MachineImage, number: number): number[] {
  const { machineCpus, machineCpuWords, ncpu } = image.machine
  const missing: number[] = []
  for (let id = 0; id < ncpu; id++) {
    const mc = machineCpus + id * machineCpuWords
    const parked = mem.load(mc + MC_STATE) === MC_RUNNING && mem.load(mc + MC_PARKED) === number
    if (!parked) missing.push(id)
  }
  return missing
}
