import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const dyingVsScan = defineScenario({
  name: 'dying-vs-scan',
  description:
    'exit1 and lwp_exit against uvm_swapout, with kernel preemption: an LWP that the scan has chosen wakes up, exits, and is put off for one of real time in the middle ' +
    'of its exit. All that keeps it in memory is that its process is dying, or that it holds itself.',
  machine: { ...MACHINE, memory: 96, wired: 28, freemin: 48, kpreempt: true },
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [sleep(30)] }, { program: [sleep(12), { op: 'lwpExit' }] }],
    },
    { name: 'last', pages: 1, lwps: [{ program: [sleep(12)] }] },
    eater(12),
    {
      name: 'realtime',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 10,
          program: [{ op: 'loop', count: 3, body: [sleep(12), { op: 'yield' }] }],
        },
      ],
    },
  ],
})
