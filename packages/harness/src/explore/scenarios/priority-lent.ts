import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

const holder = (priority: number, name: string, ticks: number) =>
  ({
    name,
    pages: 1,
    lwps: [
      {
        class: 'fifo',
        priority,
        program: [sleep(ticks), { op: 'hold', process: 'target' }, sleep(1), { op: 'rele' }],
      },
    ],
  }) as const

export const priorityLent = defineScenario({
  name: 'priority-lent',
  description:
    'turnstile_lendpri and turnstile_unlendpri: the first of three holders waits for memory with l_swaplock, and the two others, each more urgent than the one before, lend ' +
    'it their priorities; a fork wants the kernel map, which it reads.',
  machine: { ...MACHINE, upages: 4, memory: 120, freemin: 60 },
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(40)] }] },
    {
      name: 'pinner',
      pages: 16,
      lwps: [
        {
          class: 'fifo',
          priority: 0,
          program: [sleep(12), { op: 'vslock', pages: 16 }, sleep(22), { op: 'vsunlock' }],
        },
      ],
    },
    holder(0, 'low', 26),
    holder(10, 'middle', 27),
    holder(20, 'high', 28),
    {
      name: 'forker',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 30,
          program: [sleep(27), { op: 'fork', program: 'child' }, { op: 'wait' }],
        },
      ],
    },
    eater(12),
  ],
})
