import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const holderSwappedOut = defineScenario({
  name: 'holder-swapped-out',
  description:
    'uvm_lwp_hold against uvm_swapout_threads: a holder waits for the disk, to bring in the u-area of another LWP, for so long that it is swapped out ' +
    "itself, with the other LWP's l_swaplock. Nothing in swappable() knows of that lock.",
  machine: { ...MACHINE, wired: 24, diskTicks: 12 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(41)] }] },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(12),
            { op: 'vslock', pages: 12 },
            sleep(6),
            { op: 'vsunlock' },
            sleep(22),
            { op: 'touch', page: 13 },
            { op: 'touch', page: 14 },
          ],
        },
      ],
    },
    {
      name: 'holder',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(30),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            { op: 'hold', process: 'target' },
            { op: 'rele' },
          ],
        },
      ],
    },
  ],
})
