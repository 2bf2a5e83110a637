import { globals, layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'

/**
 * Global variables of the machine: what the CPUs and the thread that started them share.
 *
 *   BOOTING --boot ends--> RUNNING --stop, all CPUs parked--> STOPPING
 *                             '------a CPU failed or died---> FAILED
 *
 * STOPPING ends a CPU at its next safe point; FAILED ends it at its next poll, whatever it holds, because
 * what it waits for may belong to a CPU that is gone.
 */
export const {
  MACHINE_STATE,
  MACHINE_HALT,
  MACHINE_FAILURES,
  MACHINE_ROUND,
  MACHINE_ROUND_OPEN,
  DISK_DUE,
  MACHINE_WORDS,
} = globals('machine', 512, {
  MACHINE_STATE: 'atomic', // MACHINE_BOOTING … MACHINE_FAILED
  MACHINE_HALT: 'atomic', // number of the rendezvous asked for, 0: none
  MACHINE_FAILURES: 'atomic', // CPUs that ended by an exception
  MACHINE_ROUND: 'atomic', // round of safe points: each CPU passes one before a second does
  MACHINE_ROUND_OPEN: 'private', // the primary CPU has begun the round that the next second waits for
  DISK_DUE: 'atomic', // tick of the last disk completion under way, 0: none
})

/** Values of MACHINE_STATE. */
export const MACHINE_BOOTING = 0
export const MACHINE_RUNNING = 1
export const MACHINE_STOPPING = 2
export const MACHINE_FAILED = 3

/** What the machine keeps for each CPU, beside the kernel's cpu_info. */
export const { MC_STATE, MC_PARKED, MC_ROUND, MC_TAKEN, MACHINE_CPU_WORDS } = layout('machine_cpu', {
  MC_STATE: 'atomic', // MC_OFF, MC_RUNNING, MC_ENDED
  MC_PARKED: 'atomic', // number of the rendezvous it stands at, 0: none
  MC_ROUND: 'atomic', // the round in which it was last at a safe point
  MC_TAKEN: 'private', // interrupts it has taken, where they are not polled
})

/** Values of MC_STATE. */
export const MC_OFF = 0
export const MC_RUNNING = 1
export const MC_ENDED = 2

/** Address of a machine_cpu record. */
export type MachineCpuRef = Addr
