import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { EATER0, EATER1, FILLER, onCpu1 } from './placed.js'

export const continueVsSwapout = defineScenario({
  name: 'continue-vs-swapout',
  description:
    'PT_CONTINUE against uvm_swapout, with memory enough: a process that has been stopped for a second is continued by its tracer, just when the pagedaemon ' +
    'swaps out whoever has slept or stood that long.',
  machine: { ...MACHINE, memory: 90 },
  processes: [
    EATER1,
    { name: 'target', pages: 1, lwps: [{ program: [sleep(60)] }] },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        onCpu1<'target'>(
          { op: 'ptrace', request: 'attach', process: 'target' },
          { op: 'wait' },
          sleep(12),
          { op: 'ptrace', request: 'continue', process: 'target' },
          sleep(20),
        ),
      ],
    },
    FILLER,
  ],
})

export const sigcontVsSwapout = defineScenario({
  name: 'sigcont-vs-swapout',
  description:
    'SIGCONT against uvm_swapout: setrunnable of an LWP that has been stopped for a second, just when the pagedaemon swaps out whoever has. It is not held, ' +
    'so setrunnable may find it out, and kicks the swapper. (Its sleep ends while it is stopped: setrunnable is not to end it.)',
  machine: MACHINE,
  processes: [
    EATER0,
    { name: 'target', pages: 1, lwps: [{ program: [sleep(4), sleep(40)] }] },
    {
      name: 'owner',
      pages: 1,
      lwps: [
        onCpu1<'target'>(
          sleep(2),
          { op: 'stop', process: 'target' },
          sleep(10),
          { op: 'cont', process: 'target' },
          sleep(20),
        ),
      ],
    },
    FILLER,
  ],
})
