import { defineScenario } from '../../scenario/define.js'
import { MACHINE } from './parts.js'

export const raisedById = defineScenario({
  name: 'raised-by-id',
  description:
    'lwp_find: a single CPU, on which a real-time LWP gives another of its process, by its id, a higher priority than its own, and then runs for ever, unless that one ends the ' +
    'process.',
  machine: { ...MACHINE, cpus: 1, freemin: 11 },
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 10,
          program: [
            { op: 'setclass', process: 'self', lwp: 1, class: 'fifo', priority: 30 },
            { op: 'loop', count: 'forever', body: [{ op: 'yield' }] },
          ],
        },
        { program: [{ op: 'exit', code: 0 }] },
        { program: [{ op: 'loop', count: 'forever', body: [{ op: 'yield' }] }] },
      ],
    },
  ],
})
