import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const kernaccVsFork = defineScenario({
  name: 'kernacc-vs-fork',
  description:
    'uvm_kernacc, with the read lock of the kernel map, against the allocation of a u-area, with its write lock.',
  machine: MACHINE,
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'reader',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [sleep(12), { op: 'kernacc', pages: 8 }, { op: 'kernacc', page: 4, pages: 4 }, sleep(1)],
        },
      ],
    },
    {
      name: 'forker',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'fork', program: 'child' }, { op: 'wait' }] }],
    },
    eater(12),
  ],
})
