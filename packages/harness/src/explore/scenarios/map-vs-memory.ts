import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const mapVsMemory = defineScenario({
  name: 'map-vs-memory',
  description:
    'uvm_swapout against uvm_proc_fork with memory short: an LWP forks, and waits for memory with the map of its process locked, while the pagedaemon, which alone can give it ' +
    'some, throws out another LWP of the process, and must not wait for the map.',
  machine: MACHINE,
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'parent',
      pages: 4,
      lwps: [
        {
          ...REALTIME,
          program: [
            // Leaves its u-area in the cache: the next fork waits for the copies of these pages alone.
            { op: 'fork', program: 'child' },
            { op: 'wait' },
            { op: 'touch', page: 0, write: true },
            { op: 'touch', page: 1, write: true },
            { op: 'touch', page: 2, write: true },
            { op: 'vslock', pages: 3 },
            sleep(12),
            { op: 'fork', program: 'child' },
            { op: 'vsunlock' },
            { op: 'wait' },
          ],
        },
        {
          ...REALTIME,
          program: [
            sleep(8),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            sleep(30),
          ],
        },
      ],
    },
    {
      name: 'pinner',
      pages: 12,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 12 }, sleep(6), { op: 'vsunlock' }] },
      ],
    },
  ],
})
