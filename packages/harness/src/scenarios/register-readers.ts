import { defineScenario } from '../scenario/define.js'

export const registerReaders = defineScenario({
  name: 'register-readers',
  description:
    'Debuggers and procfs read the registers of sleeping LWPs that are swapped out again and again: process_doregs takes ' +
    'a reference and p_reflock for reading, holds the LWP, reads the PCB in its u-area and releases it. A read of a ' +
    'u-area that is not wired shows as a stack touch. The targets are never woken, so the readers alone bring them back.',
  machine: { memory: 600, freemin: 32, maxslp: 2, hz: 20, clockRate: 400 },
  channels: ['never'],
  processes: [
    {
      name: 'target',
      count: 6,
      pages: 2,
      lwps: [{ count: 4, program: [{ op: 'sleep', channel: 'never' }] }],
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
