import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const scanVsTeamExit = defineScenario({
  name: 'scan-vs-team-exit',
  description:
    'uvm_swapout_threads against exit1: a process of four LWPs exits, three of which have slept for long, so that the walk of alllwp meets LWPs that leave ' +
    'one after the other.',
  machine: MACHINE,
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [{ program: [sleep(12), { op: 'exit', code: 0 }] }, { count: 3, program: [sleep(40)] }],
    },
    eater(12, 2),
  ],
})
