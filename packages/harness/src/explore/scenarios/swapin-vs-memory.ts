import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const swapinVsMemory = defineScenario({
  name: 'swapin-vs-memory',
  description:
    'uvm_scheduler without memory: two LWPs that are swapped out wake up when so many pages are wired for I/O that there is room for one; the swapper waits for the ' +
    'pagedaemon, which finds nobody who has slept for long, and throws out the next best, who is about to wake up. U-areas have four pages, so that the few that only the ' +
    'kernel may take are no room.',
  machine: { ...MACHINE, upages: 4, memory: 104, freemin: 52 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ count: 2, program: [sleep(24), sleep(1)] }] },
    {
      name: 'napper',
      pages: 1,
      lwps: [{ program: [sleep(6), sleep(6), sleep(6), sleep(3), sleep(7)] }],
    },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 16 }, sleep(16), { op: 'vsunlock' }] },
      ],
    },
  ],
})
