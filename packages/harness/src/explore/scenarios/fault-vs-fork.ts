import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const faultVsFork = defineScenario({
  name: 'fault-vs-fork',
  description:
    'rw_enter against uvm_swapout_threads: an LWP forks, and waits for the disk with the map of its process locked, while another of the process faults, and waits for the map. ' +
    'The scan must leave it alone: nobody would kick the swapper when it is woken.',
  machine: { ...MACHINE, diskTicks: 9 },
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'parent',
      pages: 4,
      lwps: [
        {
          ...REALTIME,
          program: [
            { op: 'touch', page: 0 },
            { op: 'touch', page: 1 },
            sleep(24),
            { op: 'fork', program: 'child' },
            { op: 'wait' },
          ],
        },
        {
          ...REALTIME,
          program: [
            sleep(25),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            { op: 'touch', page: 2 },
          ],
        },
      ],
    },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(4),
            { op: 'vslock', pages: 8 },
            sleep(12),
            { op: 'vsunlock' },
            sleep(19),
            { op: 'touch', page: 9 },
            sleep(1),
            { op: 'touch', page: 10 },
            sleep(1),
            { op: 'touch', page: 11 },
          ],
        },
      ],
    },
  ],
})
