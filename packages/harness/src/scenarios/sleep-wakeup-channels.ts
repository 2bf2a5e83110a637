import { defineScenario } from '../scenario/define.js'

export const sleepWakeupChannels = defineScenario({
  name: 'sleep-wakeup-channels',
  description:
    'LWPs sleep on shared channels, some with a timeout and some until woken, while wakers ring the channels and ' +
    'the swapper takes sleepers out. Exercises sleep queues, timeouts against wakeups, and the chain from a wakeup of a ' +
    'swapped-out LWP through uvm_kick_scheduler to its return: a wakeup lost anywhere on it leaves an LWP behind for good.',
  machine: { memory: 576, freemin: 32, maxslp: 2, hz: 20, clockRate: 400 },
  channels: ['red', 'green', 'blue'],
  processes: [
    {
      name: 'patient',
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
                { op: 'sleep', channel: 'any' },
                { op: 'compute', units: 10 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'impatient',
      count: 4,
      pages: 2,
      lwps: [
        {
          count: 2,
          program: [{ op: 'loop', count: 'forever', body: [{ op: 'sleep', channel: 'any', ticks: 5 }] }],
        },
      ],
    },
    {
      name: 'waker',
      count: 2,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'wakeup', channel: 'red' },
                { op: 'sleep', ticks: 10 },
                { op: 'wakeup', channel: 'green' },
                { op: 'sleep', ticks: 10 },
                { op: 'wakeup', channel: 'blue' },
                { op: 'sleep', ticks: 30 },
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
