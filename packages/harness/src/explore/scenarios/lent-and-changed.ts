import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

const holder = (name: string, priority: number) =>
  ({
    name,
    pages: 1,
    lwps: [
      {
        class: 'fifo',
        priority,
        program: [sleep(priority === 0 ? 22 : 23), { op: 'hold', process: 'target' }, { op: 'rele' }],
      },
    ],
  }) as const

export const lentAndChanged = defineScenario({
  name: 'lent-and-changed',
  description:
    'turnstile_lendpri against lwp_changepri: a holder waits for the disk with l_swaplock, others wait for it and lend it their priorities, the more urgent first, while somebody ' +
    'changes the priorities of all of them: whose lock is taken must be left alone, and queues stay in order.',
  machine: { ...MACHINE, cpus: 3, memory: 92, freemin: 46, diskTicks: 6 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        {
          ...REALTIME,
          program: [sleep(12), { op: 'vslock', pages: 12 }, sleep(6), { op: 'vsunlock' }],
        },
      ],
    },
    holder('low', 0),
    holder('high', 20),
    holder('middle', 10),
    {
      name: 'setter',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 30,
          program: [
            sleep(23),
            {
              op: 'loop',
              count: 3,
              body: [
                { op: 'setclass', process: 'low', class: 'fifo', priority: 1 },
                { op: 'setclass', process: 'middle', class: 'fifo', priority: 25 },
                { op: 'setclass', process: 'low', class: 'other', priority: 20 },
                { op: 'setclass', process: 'middle', class: 'fifo', priority: 5 },
              ],
            },
          ],
        },
      ],
    },
  ],
})
