import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER0, FILLER, onCpu1 } from './placed.js'

export const holdVsSwapout = defineScenario({
  name: 'hold-vs-swapout',
  description:
    'uvm_lwp_hold against uvm_swapout: the registers of an LWP that has slept for a second are read, just when the pagedaemon swaps out whoever has.',
  machine: MACHINE,
  processes: [
    EATER0,
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'reader',
      pages: 1,
      lwps: [onCpu1<'target'>(sleep(12), { op: 'regread', process: 'target' }, sleep(20))],
    },
    FILLER,
  ],
})
