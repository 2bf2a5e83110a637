import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const orphans = defineScenario({
  name: 'orphans',
  description:
    'exit1 of a process that leaves children, one of them dead: init must be woken, though the parent of the process is another, to collect what it has been given.',
  machine: MACHINE,
  programs: {
    parent: [
      { op: 'fork', program: 'short' },
      { op: 'fork', program: 'long' },
      sleep(2),
      { op: 'exit', code: 0 },
    ],
    short: [{ op: 'exit', code: 0 }],
    long: [sleep(6)],
  },
  processes: [
    {
      name: 'grandparent',
      pages: 1,
      lwps: [{ program: [sleep(1), { op: 'fork', program: 'parent' }, sleep(10), { op: 'wait' }] }],
    },
  ],
})
