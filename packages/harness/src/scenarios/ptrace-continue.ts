import { defineScenario } from '../scenario/define.js'

export const ptraceContinue = defineScenario({
  name: 'ptrace-continue',
  description:
    'Tracers attach to processes, let them continue, step them and detach. These requests call uvm_lwp_hold with ' +
    'proc_lock and p_lock held, so a swap-in that waits for memory waits with both, while the pagedaemon needs ' +
    'proc_lock to make memory: under enough pressure the kernel can stop for good. A machine that stalls here is a finding.',
  machine: { memory: 512, freemin: 32, maxslp: 2, hz: 20, clockRate: 400 },
  processes: [
    {
      name: 'target',
      count: 6,
      pages: 4,
      lwps: [
        {
          count: 2,
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
      name: 'tracer',
      count: 4,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'ptrace', request: 'attach', process: 'target' },
                { op: 'wait' },
                { op: 'sleep', ticks: 25 },
                {
                  op: 'choice',
                  of: [
                    { weight: 2, body: [{ op: 'ptrace', request: 'continue', process: 'target' }] },
                    { weight: 1, body: [{ op: 'ptrace', request: 'step', process: 'target' }] },
                    { weight: 1, body: [{ op: 'procfs', request: 'run', process: 'target' }] },
                  ],
                },
                { op: 'ptrace', request: 'detach', process: 'target' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 3,
      pages: 160,
      lwps: [
        { program: [{ op: 'loop', count: 'forever', body: [{ op: 'touch', page: 'any', write: true }] }] },
      ],
    },
  ],
})
