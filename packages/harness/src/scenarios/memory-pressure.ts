import { defineScenario } from '../scenario/define.js'
import type { Operation, ProcessSpec } from '../scenario/types.js'

const TARGETS = 24
const HOLDERS = 4

const channelOf = (target: number): string => `bell-${target}`
const processOf = (target: number): string => `listener-${target}`

/**
 * Sleeps until its bell rings, which happens only while somebody holds it. So it is never woken while it is
 * swapped out: were it, the swapper and a holder could both swap it in (see hold-storm).
 */
function listener(target: number): ProcessSpec<string, string, never> {
  const body: Operation<string, string, never>[] = [
    { op: 'sleep', channel: channelOf(target) },
    { op: 'compute', units: 20 },
  ]
  return { name: processOf(target), pages: 1, lwps: [{ program: [{ op: 'loop', count: 'forever', body }] }] }
}

/** Holds listeners, one after the other from a place of its own on; looks into one, wakes another. */
function holder(number: number): ProcessSpec<string, string, never> {
  const body = Array.from({ length: TARGETS }, (_, n): Operation<string, string, never>[] => {
    const target = (n + (number * TARGETS) / HOLDERS) % TARGETS
    const wake: Operation<string, string, never>[] =
      n % 4 === 0 ? [{ op: 'wakeup', channel: channelOf(target) }] : []
    return [
      { op: 'hold', process: processOf(target), lwp: 0 },
      ...wake,
      { op: 'compute', units: 20 },
      { op: 'rele', process: processOf(target), lwp: 0 },
      { op: 'regread', process: processOf((target + TARGETS / 2) % TARGETS), lwp: 0 },
      { op: 'sleep', ticks: 1 },
    ]
  }).flat()
  return { name: `holder-${number}`, pages: 1, lwps: [{ program: [{ op: 'loop', count: 'forever', body }] }] }
}

const numbers = (length: number): number[] => Array.from({ length }, (_, n) => n)

export const memoryPressure = defineScenario({
  name: 'memory-pressure',
  description:
    'Many LWPs sleep longer than maxslp while others read more pages than there are, so the pagedaemon keeps ' +
    'calling uvm_swapout_threads: u-areas go out by the thousand a second, and the swapper brings back those that ' +
    'wake. Meanwhile holders hold and release others that only sleep, which swaps those in under l_swaplock, and read ' +
    'their registers through process_doregs. This is what the start command runs: the protocol survives it.',
  // Little memory to spare and a low freemin make many short rounds of the pagedaemon, each of which swaps out
  // whoever has slept for a second; a coarse clock and programs that mostly sleep leave the host's cores to them.
  machine: {
    cpus: 4,
    memory: 880,
    freemin: 24,
    maxslp: 2,
    hz: 8,
    clockRate: 400,
    swapPages: 2_048,
    diskTicks: 1,
  },
  channels: numbers(TARGETS).map(channelOf),
  processes: [
    {
      name: 'sleeper',
      count: 32,
      pages: 2,
      lwps: [
        {
          count: 8,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'compute', units: 20 },
                { op: 'sleep', seconds: 4 },
                { op: 'touch', page: 'any' },
              ],
            },
          ],
        },
      ],
    },
    ...numbers(TARGETS).map(listener),
    ...numbers(HOLDERS).map(holder),
    {
      name: 'eater',
      count: 4,
      pages: 64,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'loop', count: 8, body: [{ op: 'touch', page: 'any', write: false }] },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
  ],
})
