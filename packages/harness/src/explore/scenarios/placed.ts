import type { Operation } from '../../scenario/types.js'
import { REALTIME, sleep } from './parts.js'

/**
 * LWPs by the CPU on which they come to run. A machine boots with the system's own LWPs on CPU0, and an LWP stays where it first sleeps. When the
 * CPUs boot in step, CPU1 takes the LWPs of the scenario, real-time ones first, and CPU0 comes back to steal one when it has nothing left: after two
 * real-time ones that is the first of the others.
 */

type Step<P extends string, C extends string> = Operation<P, C, never>

/** A real-time LWP, on CPU1. */
export function onCpu1<P extends string, C extends string = never>(...program: readonly Step<P, C>[]) {
  return { ...REALTIME, program }
}

/** A real-time LWP that begins as another, so that CPU0 steals it, if it is the first such and there are two real-time ones. */
export function onCpu0<P extends string, C extends string = never>(...program: readonly Step<P, C>[]) {
  const rise = { op: 'setclass', process: 'self', lwp: 'self', class: 'fifo', priority: 0 } as const
  return { program: [rise, ...program] }
}

/** Sleeps all the while: the second real-time LWP. */
export const FILLER = { name: 'filler', pages: 1, lwps: [onCpu1<never>(sleep(40))] } as const

/** Wakes the pagedaemon at tick 12, on its own CPU. */
export const EATER0 = {
  name: 'eater',
  pages: 4,
  lwps: [onCpu0<never>(sleep(12), { op: 'touch', page: 0 }, sleep(30))],
} as const

/** The same, from the other CPU. */
export const EATER1 = {
  name: 'eater',
  pages: 4,
  lwps: [onCpu1<never>(sleep(12), { op: 'touch', page: 0 }, sleep(30))],
} as const
