import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const threeHolders = defineScenario({
  name: 'three-holders',
  description:
    'Three CPUs: two holders and the swapper want the same LWP, which is swapped out and wakes up.',
  machine: { ...MACHINE, cpus: 3, memory: 92, freemin: 46 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(20)] }] },
    eater(12),
    {
      name: 'holder',
      count: 2,
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(20), { op: 'hold', process: 'target' }, { op: 'rele' }] }],
    },
  ],
})
