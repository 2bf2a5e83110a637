import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const realtimeVsHold = defineScenario({
  name: 'realtime-vs-hold',
  description:
    'Kernel preemption: a real-time LWP takes the CPU from a holder in the middle of uvm_lwp_hold, while the swapper and the pagedaemon go on.',
  machine: { ...MACHINE, memory: 92, wired: 30, freemin: 46, kpreempt: true },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(20)] }] },
    eater(12),
    {
      name: 'holder',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(20),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            { op: 'hold', process: 'target' },
            { op: 'rele' },
          ],
        },
      ],
    },
    {
      name: 'realtime',
      pages: 1,
      lwps: [{ class: 'fifo', priority: 10, program: [sleep(20), { op: 'yield' }, sleep(1)] }],
    },
  ],
})
