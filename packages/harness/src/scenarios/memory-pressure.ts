import { defineScenario } from '../scenario/define.js'
import type { Operation } from '../scenario/types.js'

type Body = Operation<'sleeper' | 'dormant' | 'holder' | 'eater', 'never', never>[]

const forever = (body: Body): Body => [{ op: 'loop', count: 'forever', body }]

export const memoryPressure = defineScenario({
  name: 'memory-pressure',
  description:
    'Many LWPs sleep longer than maxslp while others read more pages than there are, so the pagedaemon keeps ' +
    'calling uvm_swapout_threads: u-areas go out by the thousand a second, and the swapper brings back those that ' +
    'wake. Meanwhile holders hold and release others that never wake, which swaps those in under l_swaplock, and read ' +
    'their registers through process_doregs. This is what the start command runs: the protocol survives it, since ' +
    'nobody holds an LWP that the swapper may bring in as well (see hold-storm).',
  // Little memory to spare and a low freemin make many short rounds of the pagedaemon, each of which swaps out
  // whoever has slept for maxslp; a coarse clock and programs that mostly sleep leave the host's cores to them.
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
  channels: ['never'],
  processes: [
    {
      name: 'sleeper',
      count: 32,
      pages: 2,
      lwps: [
        {
          count: 8,
          program: forever([
            { op: 'compute', units: 20 },
            { op: 'sleep', seconds: 4 },
            { op: 'touch', page: 'any' },
          ]),
        },
      ],
    },
    {
      name: 'dormant',
      count: 24,
      pages: 1,
      lwps: [{ program: forever([{ op: 'sleep', channel: 'never' }]) }],
    },
    {
      name: 'holder',
      count: 4,
      pages: 1,
      lwps: [
        {
          program: forever([
            { op: 'hold', process: 'dormant', lwp: 'any' },
            { op: 'compute', units: 20 },
            { op: 'rele' },
            { op: 'regread', process: 'dormant', lwp: 'any' },
            { op: 'sleep', ticks: 1 },
          ]),
        },
      ],
    },
    {
      name: 'eater',
      count: 4,
      pages: 64,
      lwps: [
        {
          program: forever([
            { op: 'loop', count: 8, body: [{ op: 'touch', page: 'any', write: false }] },
            { op: 'sleep', ticks: 1 },
          ]),
        },
      ],
    },
  ],
})
