import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const oneCpu = defineScenario({
  name: 'one-cpu',
  description:
    'A single CPU, with kernel preemption: who has proc_lock or p_lock is preempted by one that wants it, and must get the CPU back to release it; and who sleeps until it is ' +
    'woken is woken.',
  machine: { ...MACHINE, cpus: 1, freemin: 11, kpreempt: true },
  channels: ['bell'],
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [{ op: 'sleep', channel: 'bell' }] }] },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(2),
            {
              op: 'loop',
              count: 4,
              body: [
                { op: 'stop', process: 'target' },
                { op: 'cont', process: 'target' },
              ],
            },
            { op: 'wakeup', channel: 'bell' },
          ],
        },
      ],
    },
    {
      name: 'urgent',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 40,
          program: [{ op: 'loop', count: 4, body: [sleep(1), { op: 'regread', process: 'target' }] }],
        },
      ],
    },
  ],
})
