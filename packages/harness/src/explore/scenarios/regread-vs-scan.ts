import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const regreadVsScan = defineScenario({
  name: 'regread-vs-scan',
  description:
    'uvm_lwp_hold by a register reader, with a reference and p_reflock but neither proc_lock nor p_lock, against the scan that swaps the LWP out.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(20)] }] },
    eater(12),
    {
      name: 'reader',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'regread', process: 'target' }] }],
    },
  ],
})
