import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const createVsCreate = defineScenario({
  name: 'create-vs-create',
  description:
    'lwp_create against itself: two LWPs of a process create others at once, which exit at once, so that both find the same dead one, whose structure one of them takes.',
  machine: MACHINE,
  programs: { member: [{ op: 'lwpExit' }] },
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        {
          count: 2,
          program: [
            { op: 'lwpCreate', program: 'member' },
            sleep(2),
            { op: 'lwpCreate', program: 'member' },
            { op: 'lwpCreate', program: 'member' },
            sleep(2),
          ],
        },
      ],
    },
  ],
})
