import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

const busy = { op: 'loop', count: 8, body: [{ op: 'yield' }] } as const

export const runnableVsScan = defineScenario({
  name: 'runnable-vs-scan',
  description:
    'uvm_swapout_threads with very little memory, where nobody sleeps: it must choose among LWPs that are runnable, the last of which, on the list of all LWPs, has just been ' +
    'brought in.',
  machine: { ...MACHINE, upages: 4, memory: 112, wired: 30, freemin: 56 },
  processes: [
    { name: 'brought-in', pages: 1, lwps: [{ program: [sleep(17), sleep(2), busy] }] },
    {
      name: 'late',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          count: 3,
          // Of real time until then: nobody throws them out before.
          program: [
            sleep(19),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            busy,
          ],
        },
      ],
    },
    eater(12),
    {
      name: 'pinner',
      pages: 12,
      lwps: [{ ...REALTIME, program: [sleep(19), { op: 'vslock', pages: 12 }, { op: 'vsunlock' }] }],
    },
  ],
})
