import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const lockSleeperVsScan = defineScenario({
  name: 'lock-sleeper-vs-scan',
  description:
    'turnstile_remove against uvm_swapout_threads: a holder waits for the disk, for more than a second, and another for its l_swaplock, on a turnstile. ' +
    'The scan must leave alone whoever sleeps on a lock: nobody would kick the swapper when he is woken.',
  machine: { ...MACHINE, wired: 24, diskTicks: 14 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(80)] }] },
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
            sleep(23),
            { op: 'touch', page: 13 },
            sleep(8),
            { op: 'touch', page: 14 },
            sleep(8),
            { op: 'touch', page: 15 },
          ],
        },
      ],
    },
    {
      name: 'holder',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(30), { op: 'regread', process: 'target' }, sleep(20)] }],
    },
    {
      name: 'second',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(31),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            { op: 'regread', process: 'target' },
          ],
        },
      ],
    },
  ],
})
