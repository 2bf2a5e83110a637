import { defineScenario } from '../scenario/define.js'

export const physioVslock = defineScenario({
  name: 'physio-vslock',
  description:
    'Raw I/O: LWPs wire user pages with uvm_vslock, hold themselves, sleep for the transfer and unwire, while ' +
    'the pagedaemon looks for pages to take. Others wire and unwire without I/O, and ask uvm_kernacc about kernel ' +
    'memory. Exercises uvm_fault_wire and its undo, wire counts, and the self-hold that keeps a stack in during I/O.',
  machine: { memory: 512, maxslp: 2, hz: 20, clockRate: 200, diskTicks: 2 },
  processes: [
    {
      name: 'raw',
      count: 8,
      pages: 16,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'physio', pages: 4, ticks: 4 },
                { op: 'touch', page: 'any' },
                { op: 'physio', pages: 1 },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'wirer',
      count: 4,
      pages: 16,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'vslock', pages: 8 },
                { op: 'kernacc', pages: 2 },
                { op: 'sleep', ticks: 2 },
                { op: 'vsunlock' },
                { op: 'yield' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 2,
      pages: 128,
      lwps: [{ program: [{ op: 'loop', count: 'forever', body: [{ op: 'touch', page: 'any' }] }] }],
    },
  ],
})
