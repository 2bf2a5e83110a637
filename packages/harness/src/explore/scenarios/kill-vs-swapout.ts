import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const killVsSwapout = defineScenario({
  name: 'kill-vs-swapout',
  description:
    'SIGKILL of a process whose LWPs are just being swapped out, or are out: they have to come back in order to exit.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ count: 2, program: [sleep(60)] }] },
    {
      name: 'signaller',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'kill', process: 'target' }] }],
    },
    eater(12),
  ],
})
