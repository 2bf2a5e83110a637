import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const vslockVsFork = defineScenario({
  name: 'vslock-vs-fork',
  description:
    'uvm_vslock against uvm_proc_fork: a page is wired for I/O, the process forks, and a write to the page is given a copy of it. uvm_vsunlock finds ' +
    'the copy.',
  machine: { ...MACHINE, wired: 0 },
  programs: { child: [sleep(4), { op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'target',
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'touch', page: 0 },
            { op: 'vslock', page: 0, pages: 1 },
            sleep(4),
            { op: 'vsunlock' },
            sleep(4),
          ],
        },
        {
          program: [
            sleep(2),
            { op: 'fork', program: 'child' },
            { op: 'touch', page: 0, write: true },
            { op: 'wait' },
          ],
        },
      ],
    },
  ],
})
