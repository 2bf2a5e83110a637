import { defineScenario } from '../scenario/define.js'

export const lwpChurn = defineScenario({
  name: 'lwp-churn',
  description:
    'Processes create LWPs that sleep or compute briefly and exit, so that lwp structures and u-areas change hands ' +
    'without their process going away, while holders and readers pick LWPs of those processes at random. Exercises ' +
    'lwp_create, lwp_exit with its self-hold, references that an exiting LWP waits for, and uvm_uarea_alloc and free.',
  machine: { memory: 640, maxslp: 2, hz: 20, clockRate: 200 },
  programs: {
    brief: [{ op: 'compute', units: 50 }, { op: 'yield' }, { op: 'lwpExit' }],
    nap: [{ op: 'sleep', seconds: 3 }, { op: 'lwpExit' }],
  },
  processes: [
    {
      name: 'host',
      count: 4,
      pages: 4,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'lwpCreate', program: 'brief' },
                { op: 'lwpCreate', program: 'nap' },
                { op: 'sleep', ticks: 8 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'visitor',
      count: 4,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'regread', process: 'host' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
  ],
})
