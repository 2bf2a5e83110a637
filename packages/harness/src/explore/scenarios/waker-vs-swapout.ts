import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER0, FILLER, onCpu1 } from './placed.js'

const target = {
  name: 'target',
  pages: 1,
  lwps: [{ program: [{ op: 'sleep', channel: 'bell', ticks: 60 }, sleep(20)] }],
} as const
const ring = { op: 'wakeup', channel: 'bell' } as const

export const wakerVsSwapout = defineScenario({
  name: 'waker-vs-swapout',
  description:
    'sleepq_remove against uvm_swapout: an LWP that has slept for a second is woken, just when the pagedaemon swaps out whoever has.',
  machine: MACHINE,
  channels: ['bell'],
  processes: [
    EATER0,
    target,
    { name: 'waker', pages: 1, lwps: [onCpu1<never, 'bell'>(sleep(12), ring, sleep(20))] },
    FILLER,
  ],
})

export const lateWakerVsSwapout = defineScenario({
  name: 'late-waker-vs-swapout',
  description:
    'The same, but the waker does something else first, so that it comes when the pagedaemon has chosen the LWP and holds its l_swaplock.',
  machine: MACHINE,
  channels: ['bell'],
  processes: [
    EATER0,
    target,
    {
      name: 'waker',
      pages: 1,
      lwps: [
        onCpu1<never, 'bell'>(sleep(12), { op: 'loop', count: 4, body: [{ op: 'yield' }] }, ring, sleep(20)),
      ],
    },
    FILLER,
  ],
})
