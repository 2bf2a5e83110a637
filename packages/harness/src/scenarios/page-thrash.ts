import { defineScenario } from '../scenario/define.js'

export const pageThrash = defineScenario({
  name: 'page-thrash',
  description:
    'More dirty pages than memory: every write faults, every page taken must first be written to the swap device, ' +
    'and LWPs wait in uvm_wait for the completions. Exercises both page reserves, asynchronous page-out and page-in, ' +
    'the wake-up rules of uvm_wait, TLB shootdown of pages in use, and swap-out of LWPs as a by-product.',
  machine: { memory: 384, freemin: 24, maxslp: 2, hz: 20, clockRate: 200, diskTicks: 1, swapPages: 4_096 },
  processes: [
    {
      name: 'writer',
      count: 6,
      pages: 96,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'touch', page: 'any', write: true },
                { op: 'touch', page: 'any', write: false },
              ],
            },
          ],
        },
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'touch', page: 'any' },
                { op: 'sleep', ticks: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'napper',
      count: 4,
      pages: 2,
      lwps: [{ program: [{ op: 'loop', count: 'forever', body: [{ op: 'sleep', seconds: 4 }] }] }],
    },
  ],
})
