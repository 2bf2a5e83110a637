import { defineScenario } from '../../scenario/define.js'
import { sleep } from './parts.js'

export const fullTable = defineScenario({
  name: 'full-table',
  description:
    'lwp_create with no LWP left: a process creates more than there may be, which all sleep; what could not be had must not be counted when the others are gone.',
  machine: { cpus: 1, memory: 400, hz: 8 },
  programs: { member: [sleep(2)] },
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 10,
          program: [{ op: 'loop', count: 72, body: [{ op: 'lwpCreate', program: 'member' }] }],
        },
      ],
    },
  ],
})
