import { defineScenario } from '../scenario/define.js'

export const exitUnderPressure = defineScenario({
  name: 'exit-under-pressure',
  description:
    'Children sleep until they are swapped out, come back through the swapper, and exit at once, while the pagedaemon ' +
    'looks for more to swap out and the structures of the dead serve the next. Exercises what the swap-out scan does ' +
    'with LWPs, processes and address spaces that vanish under it: the exit path never takes l_swaplock. The protocol does ' +
    'not survive it: uvm_swapin makes an LWP runnable while the swapper holds its l_swaplock, and the LWP may exit, and ' +
    'lwp_free destroy that lock, before the swapper has released it.',
  machine: { memory: 420, freemin: 32, maxslp: 2, hz: 20, clockRate: 200, diskTicks: 1 },
  programs: {
    napper: [
      { op: 'sleep', seconds: 3 },
      { op: 'touch', page: 0 },
      { op: 'exit', code: 0 },
    ],
    team: [
      { op: 'loop', count: 3, body: [{ op: 'lwpCreate', program: 'member' }] },
      { op: 'sleep', seconds: 3 },
      { op: 'exit', code: 0 },
    ],
    member: [{ op: 'sleep', seconds: 3 }, { op: 'lwpExit' }],
  },
  processes: [
    {
      name: 'parent',
      count: 8,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'fork', program: 'napper' },
                { op: 'fork', program: 'team' },
                { op: 'wait' },
                { op: 'wait' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 4,
      pages: 96,
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
