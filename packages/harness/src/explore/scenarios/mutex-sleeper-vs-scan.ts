import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

const read = { op: 'regread', process: 'target', lwp: 0 } as const
const ring = { op: 'wakeup', channel: 'bell' } as const

export const mutexSleeperVsScan = defineScenario({
  name: 'mutex-sleeper-vs-scan',
  description:
    'turnstile_remove against uvm_swapout_threads, with kernel preemption: who has p_lock is preempted, others wait for it, and vm.maxslp is 0, so that any sleep is long enough. ' +
    'The scan must leave alone whoever sleeps on a mutex: nobody would kick the swapper when he is woken.',
  machine: { ...MACHINE, maxslp: 0, kpreempt: true },
  channels: ['bell'],
  processes: [
    { name: 'target', pages: 1, lwps: [{ ...REALTIME, program: [sleep(12)] }] },
    {
      name: 'reader',
      count: 2,
      pages: 1,
      lwps: [{ program: [sleep(2), { op: 'loop', count: 3, body: [ring, read] }] }],
    },
    {
      name: 'urgent',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 40,
          program: [
            sleep(1),
            {
              op: 'loop',
              count: 4,
              body: [
                { op: 'sleep', channel: 'bell', ticks: 2 },
                { op: 'loop', count: 4, body: [{ op: 'compute', units: 1 }] },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(2),
            ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((page) => [{ op: 'touch', page } as const, sleep(1)]),
          ],
        },
      ],
    },
  ],
})
