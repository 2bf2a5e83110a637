import { defineScenario } from '../scenario/define.js'

export const forkExitChurn = defineScenario({
  name: 'fork-exit-churn',
  description:
    'Processes fork children that run briefly and exit, and parents wait for them, so that proc and lwp ' +
    'structures and u-areas are recycled all the time. Register readers walk into processes that are about to ' +
    'disappear. Exercises exit1, lwp_free, mutex_destroy of l_swaplock, the uarea pool cache, copy-on-write and p_reflock.',
  machine: { memory: 768, maxslp: 2, hz: 20, clockRate: 200 },
  programs: {
    child: [{ op: 'touch', page: 0 }, { op: 'compute', units: 50 }, { op: 'yield' }, { op: 'exit', code: 0 }],
    napper: [
      { op: 'sleep', seconds: 1 },
      { op: 'exit', code: 3 },
    ],
  },
  processes: [
    {
      name: 'parent',
      count: 6,
      pages: 4,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'touch', page: 'any' },
                {
                  op: 'choice',
                  of: [
                    { weight: 3, body: [{ op: 'fork', program: 'child' }] },
                    { weight: 1, body: [{ op: 'fork', program: 'napper' }] },
                  ],
                },
                { op: 'wait' },
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
                { op: 'regread', process: 'any' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
  ],
})
