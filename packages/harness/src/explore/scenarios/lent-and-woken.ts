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

export const lentAndWoken = defineScenario({
  name: 'lent-and-woken',
  description:
    'lwp_trylock: a holder waits for the disk with l_swaplock, page after page, and is woken just when others, who wait for the lock, lend it their priorities: its own lock moves ' +
    'from the queue on which it slept to that of a CPU.',
  machine: { ...MACHINE, cpus: 3, upages: 4, memory: 112, freemin: 56, diskTicks: 1 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 16 }, sleep(6), { op: 'vsunlock' }] },
      ],
    },
    holder('low', 0, 22),
    holder('middle', 10, 23),
    holder('high', 20, 24),
  ],
})
