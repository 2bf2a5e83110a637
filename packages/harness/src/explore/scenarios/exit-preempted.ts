import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const exitPreempted = defineScenario({
  name: 'exit-preempted',
  description:
    'Kernel preemption: real-time LWPs wake up while others, on the same CPUs, exit, exchange their address spaces, hold each other or wait for locks.',
  machine: { ...MACHINE, memory: 92, freemin: 46, kpreempt: true },
  processes: [
    { name: 'target', pages: 2, lwps: [{ count: 2, program: [sleep(14), { op: 'touch', page: 0 }] }] },
    {
      name: 'leaver',
      count: 2,
      pages: 2,
      lwps: [{ program: [{ op: 'touch', page: 0 }, { op: 'hold', process: 'target' }, { op: 'rele' }] }],
    },
    eater(12),
    {
      name: 'urgent',
      count: 2,
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            { op: 'loop', count: 4, body: [sleep(1), { op: 'touch', page: 0 }] },
            sleep(8),
            { op: 'hold', process: 'target' },
            { op: 'rele' },
            sleep(1),
          ],
        },
      ],
    },
  ],
})
