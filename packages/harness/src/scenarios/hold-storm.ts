import { defineScenario } from '../scenario/define.js'

export const holdStorm = defineScenario({
  name: 'hold-storm',
  description:
    'Holders hold and release LWPs as fast as they can, while those sleep, are swapped out and wake ' +
    'again by themselves. The protocol does not survive it: uvm_scheduler chooses an LWP that is runnable and swapped ' +
    'out, waits for its l_swaplock while a holder brings it in, and then brings it in once more without looking again, ' +
    'so that it is wired and queued twice. The kernel stops with a failed assertion, mostly within seconds.',
  machine: { memory: 512, freemin: 32, maxslp: 2, hz: 20, clockRate: 400 },
  processes: [
    {
      name: 'target',
      count: 6,
      pages: 2,
      lwps: [
        {
          count: 8,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', seconds: 3 },
                { op: 'touch', page: 'any' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'holder',
      count: 6,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'hold', process: 'target' },
                { op: 'hold', process: 'target' },
                { op: 'compute', units: 20 },
                { op: 'rele' },
                { op: 'rele' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 3,
      pages: 128,
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
