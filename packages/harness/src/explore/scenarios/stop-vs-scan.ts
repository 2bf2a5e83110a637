import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const stopVsScan = defineScenario({
  name: 'stop-vs-scan',
  description:
    'SIGSTOP and SIGCONT of an LWP that sleeps, is swapped out while it is stopped, and is made runnable by setrunnable: the waker has to kick the swapper.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(60)] }] },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(4),
            { op: 'stop', process: 'target' },
            sleep(16),
            { op: 'cont', process: 'target' },
            { op: 'kill', process: 'target' },
          ],
        },
      ],
    },
    eater(12),
  ],
})
