import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const wokenVsSwapout = defineScenario({
  name: 'woken-vs-swapout',
  description:
    'sleepq_wake against uvm_swapout: four LWPs that have slept for a second are woken, and run, while the scan takes one after the other. vm.swapdebug ' +
    'makes the time between its choice and its second look longer.',
  machine: { ...MACHINE, memory: 96, wired: 28, freemin: 48, debug: { swapdebug: ['swapout'] } },
  channels: ['bell'],
  processes: [
    eater(12),
    {
      name: 'target',
      pages: 1,
      lwps: [{ count: 4, program: [{ op: 'sleep', channel: 'bell', ticks: 40 }, sleep(2)] }],
    },
    {
      name: 'waker',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'wakeup', channel: 'bell' }] }],
    },
  ],
})
