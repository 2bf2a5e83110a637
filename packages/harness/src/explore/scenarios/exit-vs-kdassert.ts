import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const exitVsKdassert = defineScenario({
  name: 'exit-vs-kdassert',
  description:
    'uvm_swapout against exit_lwps, with the assertions of options DEBUG: an LWP stops being swappable, because its process exits, after the scan has ' +
    'chosen it.',
  machine: { ...MACHINE, debug: { kdassert: true } },
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [sleep(12), { op: 'exit', code: 0 }] }, { count: 3, program: [sleep(40)] }],
    },
    eater(12, 2),
  ],
})
