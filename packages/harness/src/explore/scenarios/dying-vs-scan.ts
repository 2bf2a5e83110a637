import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const dyingVsScan = defineScenario({
  name: 'dying-vs-scan',
  description:
    'exit1 against uvm_swapout, with kernel preemption: an LWP that the scan has chosen wakes up, exits, and is put off for one of real time in the middle ' +
    'of its exit. All that keeps it in memory is that its process is dying.',
  machine: { ...MACHINE, memory: 92, wired: 30, freemin: 46, kpreempt: true },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(12)] }] },
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
