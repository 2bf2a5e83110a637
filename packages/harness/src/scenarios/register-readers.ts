import { defineScenario } from '../scenario/define.js'

export const registerReaders = defineScenario({
  name: 'register-readers',
  description:
    'Debuggers and procfs read the registers of sleeping LWPs that may be swapped out: process_doregs takes a ' +
    'reference and p_reflock for reading, holds the LWP, reads the PCB in its u-area and releases it. A read of a ' +
    'u-area that is not wired shows as a stack touch. Some targets exit and are forked anew under the readers.',
  machine: { memory: 640, maxslp: 1, hz: 20, clockRate: 400 },
  programs: { mayfly: [{ op: 'sleep', seconds: 2 }, { op: 'exit' }] },
  processes: [
    {
      name: 'target',
      count: 6,
      pages: 2,
      lwps: [
        {
          count: 3,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', seconds: 3 },
                { op: 'compute', units: 20 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'nest',
      count: 2,
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'loop', count: 'forever', body: [{ op: 'fork', program: 'mayfly' }, { op: 'wait' }] },
          ],
        },
      ],
    },
    {
      name: 'debugger',
      count: 8,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'regread', process: 'target' },
                { op: 'regread', process: 'any' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 2,
      pages: 240,
      lwps: [
        { program: [{ op: 'loop', count: 'forever', body: [{ op: 'touch', page: 'any', write: false }] }] },
      ],
    },
  ],
})
