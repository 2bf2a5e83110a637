import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const holdVsMemory = defineScenario({
  name: 'hold-vs-memory',
  description:
    'uvm_lwp_hold and uvm_scheduler with memory short: the u-area that a holder brings in has been paged out, so it waits for memory with ' +
    'l_swaplock held, while the swapper waits for that lock with proc_lock held, which the pagedaemon needs.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 16 }, sleep(22), { op: 'vsunlock' }] },
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
