import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const wakeupVsSwapout = defineScenario({
  name: 'wakeup-vs-swapout',
  description:
    'wakeup by another LWP, through sleepq_remove, of an LWP that is just being swapped out or brought in: whoever finds LW_INMEM clear has to kick the swapper.',
  machine: MACHINE,
  channels: ['door'],
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [{ op: 'sleep', channel: 'door', ticks: 30 }] }] },
    {
      name: 'waker',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'wakeup', channel: 'door' }] }],
    },
    eater(12),
  ],
})
