import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const exitVsPhysio = defineScenario({
  name: 'exit-vs-physio',
  description:
    'exit_lwps against a sleep that nothing may interrupt: an LWP waits for raw I/O to its pages, with the state of the transfer on its stack, while another ends the process. The exit ' +
    'waits until the transfer is through.',
  machine: { ...MACHINE, memory: 120, freemin: 16 },
  processes: [
    {
      name: 'team',
      pages: 2,
      lwps: [
        { program: [{ op: 'loop', count: 2, body: [{ op: 'physio', pages: 1, ticks: 4 }] }] },
        { program: [sleep(2), { op: 'exit', code: 0 }] },
      ],
    },
  ],
})
