import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const timeoutVsWakeup = defineScenario({
  name: 'timeout-vs-wakeup',
  description:
    'sleepq_timeout against wakeup: the time of sleepers runs out in the tick in which another CPU wakes them; one of them is killed as it goes to sleep.',
  machine: MACHINE,
  channels: ['bell'],
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ count: 2, program: [{ op: 'sleep', channel: 'bell', ticks: 4 }, sleep(1)] }],
    },
    {
      name: 'victim',
      pages: 1,
      lwps: [
        {
          program: [
            { op: 'sleep', channel: 'bell', ticks: 4 },
            { op: 'sleep', channel: 'bell', ticks: 3 },
          ],
        },
      ],
    },
    {
      name: 'waker',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [sleep(4), { op: 'wakeup', channel: 'bell' }, { op: 'kill', process: 'victim' }, sleep(2)],
        },
      ],
    },
  ],
})
