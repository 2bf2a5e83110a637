import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER1, onCpu0, onCpu1 } from './placed.js'

export const holdVsHold = defineScenario({
  name: 'hold-vs-hold',
  description:
    'uvm_lwp_hold against itself: two readers of its registers on two CPUs want the same LWP, which is swapped out. Only the first brings it in; the second ' +
    'has to wait until it has.',
  machine: MACHINE,
  processes: [
    {
      name: 'one',
      pages: 4,
      lwps: [onCpu0<'target'>(sleep(14), { op: 'regread', process: 'target' }, sleep(20))],
    },
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    EATER1,
    {
      name: 'two',
      pages: 1,
      lwps: [onCpu1<'target'>(sleep(14), { op: 'regread', process: 'target' }, sleep(20))],
    },
  ],
})
