import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const exitVsWaiter = defineScenario({
  name: 'exit-vs-waiter',
  description:
    'exit_lwps against sleeps that no signal ends: of a process that exits one LWP waits for memory, with the l_swaplock of another process, and one for that lock. Both have to ' +
    'go on until they have what they wait for, and exit then.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'pinner',
      pages: 14,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 14 }, sleep(8), { op: 'vsunlock' }] },
      ],
    },
    {
      name: 'team',
      pages: 1,
      lwps: [
        { ...REALTIME, program: [sleep(16), { op: 'hold', process: 'target' }, { op: 'rele' }] },
        { ...REALTIME, program: [sleep(17), { op: 'regread', process: 'target' }] },
        { ...REALTIME, program: [sleep(18), { op: 'exit', code: 0 }] },
      ],
    },
  ],
})
