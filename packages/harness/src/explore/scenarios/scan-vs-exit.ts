import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const scanVsExit = defineScenario({
  name: 'scan-vs-exit',
  description:
    'uvm_swapout_threads against lwp_free: the pagedaemon looks at LWPs that have slept for a second just when they wake up and exit.',
  machine: MACHINE,
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [sleep(12)] }, { program: [sleep(12)] }, { program: [sleep(30)] }],
    },
    eater(12),
  ],
})
