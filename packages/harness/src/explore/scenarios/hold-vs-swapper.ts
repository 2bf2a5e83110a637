import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const holdVsSwapper = defineScenario({
  name: 'hold-vs-swapper',
  description:
    'uvm_lwp_hold against uvm_scheduler: an LWP that is swapped out wakes up, so the swapper wants to bring it in, and a holder wants the same at the ' +
    'same time. Both wait for l_swaplock.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(20)] }] },
    eater(12),
    {
      name: 'holder',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(20), { op: 'hold', process: 'target' }, { op: 'rele' }] }],
    },
  ],
})
