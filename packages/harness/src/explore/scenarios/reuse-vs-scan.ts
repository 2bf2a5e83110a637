import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER0, FILLER } from './placed.js'

export const reuseVsScan = defineScenario({
  name: 'reuse-vs-scan',
  description:
    'uvm_swapout_threads against lwp_free and lwp_create: while the pagedaemon walks alllwp, an LWP of a process exits, and the process makes another of its ' +
    'structure.',
  machine: MACHINE,
  programs: { brief: [{ op: 'lwpExit' }] },
  processes: [
    EATER0,
    {
      name: 'target',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 0,
          program: [
            sleep(12),
            { op: 'lwpCreate', program: 'brief' },
            { op: 'yield' },
            { op: 'lwpCreate', program: 'brief' },
            sleep(20),
          ],
        },
      ],
    },
    FILLER,
  ],
})
