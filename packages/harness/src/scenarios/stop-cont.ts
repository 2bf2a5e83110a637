import { defineScenario } from '../scenario/define.js'

export const stopCont = defineScenario({
  name: 'stop-cont',
  description:
    'Job control: processes are stopped, left stopped long enough to be swapped out, and continued, while their ' +
    'LWPs sleep and compute. Exercises LSSTOP with and without a wait channel, setrunnable of a swapped-out LWP ' +
    'and the kick that must follow, and wakeups that arrive while the sleeper is stopped.',
  machine: { memory: 560, freemin: 32, maxslp: 2, hz: 20, clockRate: 400 },
  channels: ['bell'],
  processes: [
    {
      name: 'worker',
      count: 6,
      pages: 2,
      lwps: [
        {
          count: 2,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'compute', units: 100 },
                { op: 'sleep', channel: 'bell', seconds: 3 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'shell',
      count: 2,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'stop', process: 'worker' },
                { op: 'wakeup', channel: 'bell' },
                { op: 'sleep', ticks: 10 },
                { op: 'cont', process: 'worker' },
                { op: 'cont', process: 'worker' },
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
