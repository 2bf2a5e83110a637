import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const oneCpu = defineScenario({
  name: 'one-cpu',
  description:
    'A single CPU: two holders want an LWP that is swapped out. The first waits for the disk with l_swaplock, so the second must leave the CPU to it; and who sleeps for a ' +
    'wake-up alone gets one.',
  machine: { ...MACHINE, cpus: 1, freemin: 40, diskTicks: 2 },
  channels: ['bell'],
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(26)] }] },
    eater(12),
    {
      name: 'holder',
      count: 2,
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(20),
            { op: 'hold', process: 'target' },
            { op: 'rele' },
            { op: 'wakeup', channel: 'bell' },
          ],
        },
      ],
    },
    { name: 'sleeper', pages: 1, lwps: [{ program: [{ op: 'sleep', channel: 'bell' }] }] },
  ],
})
