import { defineScenario } from '../../scenario/define.js'
import { MACHINE } from './parts.js'

const reader = (page: number) =>
  ({
    program: [{ op: 'loop', count: 6, body: [{ op: 'vslock', page, pages: 1 }, { op: 'vsunlock' }] }],
  }) as const

export const handedToWriter = defineScenario({
  name: 'handed-to-writer',
  description:
    'rw_exit: two LWPs of a process wire and unwire pages, for which they read its map, and a third forks, and changes it. A reader leaves, while the other waits behind the ' +
    'writer: the map is given to the writer.',
  machine: { ...MACHINE, cpus: 3, memory: 120, freemin: 16 },
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'team',
      pages: 2,
      lwps: [
        reader(0),
        reader(1),
        { program: [{ op: 'loop', count: 3, body: [{ op: 'fork', program: 'child' }, { op: 'wait' }] }] },
      ],
    },
  ],
})
