import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const exitVsSwapper = defineScenario({
  name: 'exit-vs-swapper',
  description:
    'lwp_free against uvm_scheduler: an LWP that is swapped out wakes up, is brought in by the swapper and exits, while the swapper still has its ' +
    'l_swaplock.',
  machine: MACHINE,
  processes: [{ name: 'target', pages: 1, lwps: [{ program: [sleep(20)] }] }, eater(12)],
})
