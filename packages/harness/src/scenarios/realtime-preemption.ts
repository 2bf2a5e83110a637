import { defineScenario } from '../scenario/define.js'

export const realtimePreemption = defineScenario({
  name: 'realtime-preemption',
  description:
    'Kernel preemption is on, and real-time LWPs (SCHED_FIFO and SCHED_RR) wake often enough to preempt ' +
    'time-sharing LWPs in the middle of the kernel, where those may own l_swaplock or proc_lock. LWPs change class ' +
    'on the way, which changes whether they may be swapped. Exercises kpreempt, priority lending through turnstiles, and swappable().',
  machine: { memory: 560, freemin: 32, maxslp: 2, hz: 100, clockRate: 100, kpreempt: true },
  processes: [
    {
      name: 'realtime',
      count: 2,
      pages: 2,
      lwps: [
        {
          class: 'fifo',
          priority: 20,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', ticks: 2 },
                { op: 'compute', units: 50 },
              ],
            },
          ],
        },
        {
          class: 'rr',
          priority: 10,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', ticks: 3 },
                { op: 'compute', units: 80 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'sleeper',
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
                { op: 'sleep', seconds: 3 },
                { op: 'compute', units: 20 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'changer',
      count: 2,
      pages: 2,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'setclass', process: 'sleeper', class: 'rr', priority: 5 },
                { op: 'sleep', ticks: 20 },
                { op: 'setclass', process: 'sleeper', class: 'other' },
                { op: 'nice', value: 5 },
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
