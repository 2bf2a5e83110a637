import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER1, onCpu0, onCpu1 } from './placed.js'

export const wakeupVsSwapin = defineScenario({
  name: 'wakeup-vs-swapin',
  description:
    'sleepq_remove against uvm_swapin: an LWP that is swapped out and asleep is brought in for somebody who reads its registers, and woken on the other ' +
    'CPU at the same time.',
  machine: MACHINE,
  channels: ['bell'],
  processes: [
    {
      name: 'reader',
      pages: 4,
      lwps: [onCpu0<'target'>(sleep(14), { op: 'regread', process: 'target' }, sleep(20))],
    },
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [{ op: 'sleep', channel: 'bell', ticks: 60 }, sleep(20)] }],
    },
    EATER1,
    {
      name: 'waker',
      pages: 1,
      lwps: [onCpu1<never, 'bell'>(sleep(14), { op: 'wakeup', channel: 'bell' }, sleep(20))],
    },
  ],
})
