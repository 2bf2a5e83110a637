import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

const holder = (name: string, priority: number, ticks: number) =>
  ({
    name,
    pages: 1,
    lwps: [
      { class: 'fifo', priority, program: [sleep(ticks), { op: 'hold', process: 'target' }, { op: 'rele' }] },
    ],
  }) as const

const look = { op: 'regread', process: 'other', lwp: 0 } as const

export const lentAndWaited = defineScenario({
  name: 'lent-and-waited',
  description:
    'lwp_trylock and the order of locks, with kernel preemption: a holder sleeps with l_swaplock, and another lends it its priority, so the lock of a queue is tried below that of ' +
    'a turnstile; a parent goes to sleep and gives up proc_lock, for which others wait, so that of a turnstile is taken below that of a queue.',
  machine: { ...MACHINE, memory: 92, freemin: 40, diskTicks: 2, kpreempt: true },
  programs: { child: [sleep(1), { op: 'exit', code: 0 }] },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    { name: 'other', pages: 1, lwps: [{ ...REALTIME, program: [sleep(6)] }] },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 10 }, sleep(6), { op: 'vsunlock' }] },
      ],
    },
    holder('low', 0, 22),
    holder('high', 20, 23),
    {
      name: 'parent',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(1),
            { op: 'loop', count: 3, body: [{ op: 'fork', program: 'child' }, { op: 'wait' }] },
          ],
        },
      ],
    },
    {
      name: 'looker',
      pages: 1,
      lwps: [
        { class: 'fifo', priority: 10, program: [{ op: 'loop', count: 4, body: [sleep(1), look, look] }] },
      ],
    },
    {
      name: 'urgent',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 40,
          program: [{ op: 'loop', count: 5, body: [sleep(1), { op: 'compute', units: 2 }] }],
        },
      ],
    },
  ],
})
