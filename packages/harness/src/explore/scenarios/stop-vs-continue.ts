import { defineScenario } from '../../scenario/define.js'
import { MACHINE } from './parts.js'

export const stopVsContinue = defineScenario({
  name: 'stop-vs-continue',
  description:
    'sigswitch against proc_unstop: an LWP stops as it returns to user mode, and is set going before it has left its CPU; one that sleeps stops where it sleeps.',
  machine: { ...MACHINE, cpus: 3, memory: 92, freemin: 16 },
  channels: ['bell'],
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [
        {
          program: [
            { op: 'loop', count: 8, body: [{ op: 'compute', units: 1 }] },
            { op: 'wakeup', channel: 'bell' },
          ],
        },
        { program: [{ op: 'sleep', channel: 'bell', ticks: 2 }] },
      ],
    },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          count: 2,
          program: [
            {
              op: 'loop',
              count: 3,
              body: [
                { op: 'stop', process: 'target' },
                { op: 'cont', process: 'target' },
              ],
            },
          ],
        },
      ],
    },
  ],
})
