import { defineScenario } from '../scenario/define.js'

export const memoryPressure = defineScenario({
  name: 'memory-pressure',
  description:
    'Many LWPs sleep longer than maxslp while others read more pages than there are, so the pagedaemon keeps ' +
    'calling uvm_swapout_threads: u-areas go out by the thousand a second and come back as their LWPs wake. ' +
    'Meanwhile holders hold and release sleepers, which swaps them in under l_swaplock, and register readers do ' +
    'the same through process_doregs. This is what the start command runs: the protocol survives it.',
  machine: { cpus: 4, memory: 768, maxslp: 1, hz: 20, clockRate: 400, swapPages: 2_048, diskTicks: 1 },
  channels: ['bell'],
  processes: [
    {
      name: 'sleeper',
      count: 12,
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
                { op: 'sleep', seconds: 2 },
                { op: 'touch', page: 'any' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'listener',
      count: 4,
      pages: 2,
      lwps: [
        {
          count: 4,
          program: [{ op: 'loop', count: 'forever', body: [{ op: 'sleep', channel: 'bell', seconds: 30 }] }],
        },
      ],
    },
    {
      name: 'holder',
      count: 4,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'hold', process: 'sleeper' },
                { op: 'compute', units: 50 },
                { op: 'rele' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'reader',
      count: 2,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'regread', process: 'sleeper' },
                { op: 'regread', process: 'listener' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'ringer',
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', seconds: 3 },
                { op: 'wakeup', channel: 'bell' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 4,
      pages: 160,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'loop', count: 8, body: [{ op: 'touch', page: 'any', write: false }] },
                { op: 'compute', units: 100 },
              ],
            },
          ],
        },
      ],
    },
  ],
})
