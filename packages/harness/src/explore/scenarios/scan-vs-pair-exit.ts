import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const scanVsPairExit = defineScenario({
  name: 'scan-vs-pair-exit',
  description:
    'uvm_swapout_threads against exit1 in its smallest: a process of two LWPs exits, one of which sleeps, just when the walk of alllwp stands on that one. The other LWP begins ' +
    'when the pagedaemon is at work, so that the CPU it waits for in a TLB shootdown is free to take both LWPs: nobody need be preempted for the exit to be on another CPU than the scan.',
  machine: MACHINE,
  programs: { leaver: [sleep(12), { op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'pair',
      pages: 1,
      lwps: [
        {
          program: [sleep(12), { op: 'lwpCreate', program: 'leaver' }, { op: 'touch', page: 0 }, sleep(40)],
        },
      ],
    },
    eater(24),
  ],
})
