import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const mapPreempted = defineScenario({
  name: 'map-preempted',
  description:
    'A single CPU, with kernel preemption: who reads the map of its process is preempted by one that writes it, and waits; whoever wants to read it then waits too, and the ' +
    'reader that leaves hands the lock over to the writer.',
  machine: { ...MACHINE, cpus: 1, memory: 92, freemin: 11, kpreempt: true },
  processes: [
    {
      name: 'team',
      pages: 8,
      lwps: [
        {
          program: [
            sleep(1),
            {
              op: 'loop',
              count: 3,
              body: [0, 1, 2, 3].map((page) => ({ op: 'touch', page, write: true }) as const),
            },
          ],
        },
        {
          class: 'fifo',
          priority: 30,
          program: [
            {
              op: 'loop',
              count: 3,
              body: [sleep(1), { op: 'vslock', page: 6, pages: 1 }, { op: 'vsunlock' }],
            },
          ],
        },
        {
          class: 'fifo',
          priority: 20,
          program: [{ op: 'loop', count: 3, body: [sleep(1), { op: 'touch', page: 4, write: true }] }],
        },
      ],
    },
  ],
})
