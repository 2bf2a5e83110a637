import type { Machine, Operation } from '../../scenario/types.js'

/** Two CPUs, always short of memory: whatever sleeps a second is swapped out as soon as the pagedaemon is woken. */
export const MACHINE = {
  cpus: 2,
  memory: 84,
  wired: 26,
  freemin: 42,
  maxslp: 1,
  hz: 8,
  swapPages: 64,
} as const satisfies Machine

/** Real-time LWPs are not swapped out. */
export const REALTIME = { class: 'fifo', priority: 0 } as const

export function sleep(ticks: number): Operation<never, never, never> {
  return { op: 'sleep', ticks }
}

/** A process that touches new pages at tick `ticks`, and so wakes the pagedaemon. */
export function eater(ticks: number, pages = 1) {
  return {
    name: 'eater',
    pages: Math.max(4, pages),
    lwps: [
      {
        ...REALTIME,
        program: [
          sleep(ticks),
          ...Array.from({ length: pages }, (_, page) => ({ op: 'touch', page }) as const),
        ],
      },
    ],
  } as const
}
