import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER0, FILLER, onCpu1 } from './placed.js'

export const releVsSwapout = defineScenario({
  name: 'rele-vs-swapout',
  description:
    'uvm_lwp_rele against uvm_swapout: a holder lets an LWP go while the pagedaemon looks for LWPs to swap out, and wants it again at once.',
  machine: MACHINE,
  processes: [
    EATER0,
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'holder',
      pages: 1,
      lwps: [
        onCpu1<'target'>(
          sleep(10),
          { op: 'hold', process: 'target' },
          sleep(2),
          { op: 'rele' },
          { op: 'regread', process: 'target' },
          sleep(20),
        ),
      ],
    },
    FILLER,
  ],
})
