import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER1, FILLER, onCpu1 } from './placed.js'

export const kickVsSwapper = defineScenario({
  name: 'kick-vs-swapper',
  description:
    'uvm_kick_scheduler against uvm_scheduler: the swapper, woken by the second, finds nothing to do and goes to sleep, while on the other CPU an LWP ' +
    'that is swapped out is woken, so that the swapper is wanted.',
  machine: MACHINE,
  channels: ['bell'],
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [{ op: 'sleep', channel: 'bell', ticks: 60 }, sleep(20)] }],
    },
    EATER1,
    {
      name: 'waker',
      pages: 1,
      lwps: [onCpu1<never, 'bell'>(sleep(16), { op: 'wakeup', channel: 'bell' }, sleep(20))],
    },
    FILLER,
  ],
})
