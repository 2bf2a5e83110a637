import { defineScenario } from '../scenario/define.js'

export const holdStorm = defineScenario({
  name: 'hold-storm',
  description:
    'Many holders hold and release the same few LWPs as fast as they can, while those sleep and the swap-out ' +
    'scan wants them out. Exercises l_swaplock under contention, the first hold that must swap in against later ' +
    'ones that must not, and the test of l_holdcnt in swappable() against a hold that arrives a moment later.',
  machine: { memory: 512, maxslp: 1, hz: 20, clockRate: 400 },
  processes: [
    {
      name: 'target',
      count: 2,
      pages: 2,
      lwps: [
        {
          count: 2,
          program: [{ op: 'loop', count: 'forever', body: [{ op: 'sleep', seconds: 2 }, { op: 'yield' }] }],
        },
      ],
    },
    {
      name: 'holder',
      count: 12,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'hold', process: 'target' },
                { op: 'rele' },
                {
                  op: 'choice',
                  of: [
                    { weight: 15, body: [{ op: 'yield' }] },
                    { weight: 1, body: [{ op: 'sleep', ticks: 40 }] },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 2,
      pages: 200,
      lwps: [
        { program: [{ op: 'loop', count: 'forever', body: [{ op: 'touch', page: 'any', write: false }] }] },
      ],
    },
  ],
})
