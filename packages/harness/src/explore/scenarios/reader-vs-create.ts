import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

const create = { op: 'lwpCreate', program: 'member' } as const

export const readerVsCreate = defineScenario({
  name: 'reader-vs-create',
  description:
    'lwp_find against lwp_create: somebody asks for LWPs of a process by their ids while they are being made: one that is on the list already, and not made to run yet, is none.',
  machine: MACHINE,
  programs: { member: [sleep(2)] },
  processes: [
    { name: 'team', pages: 1, lwps: [{ program: [sleep(1), create, create, create, sleep(4)] }] },
    {
      name: 'reader',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(1),
            {
              op: 'loop',
              count: 4,
              body: [1, 2, 3].map((lwp) => ({ op: 'regread', process: 'team', lwp }) as const),
            },
          ],
        },
      ],
    },
  ],
})
