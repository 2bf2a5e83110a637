import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const signalVsTimeout = defineScenario({
  name: 'signal-vs-timeout',
  description:
    'sleepq_block against proc_stop: a sleeper is stopped, and a signal left for it, as another LWP of its process is in the middle of I/O. First its time runs out before it is ' +
    'continued, then it is woken before, and at last it is woken without a signal: each time the sleep must say what ended it.',
  machine: { ...MACHINE, freemin: 11 },
  channels: ['bell'],
  processes: [
    {
      name: 'target',
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'sleep', channel: 'bell', ticks: 3 },
            { op: 'sleep', channel: 'bell' },
            { op: 'sleep', channel: 'bell' },
          ],
        },
        { program: [{ op: 'loop', count: 2, body: [{ op: 'physio', pages: 1, ticks: 4 }] }] },
      ],
    },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(1),
            { op: 'stop', process: 'target' },
            sleep(4),
            { op: 'cont', process: 'target' },
            sleep(1),
            { op: 'stop', process: 'target' },
            sleep(1),
            { op: 'wakeup', channel: 'bell' },
            sleep(4),
            { op: 'cont', process: 'target' },
            sleep(1),
            { op: 'wakeup', channel: 'bell' },
          ],
        },
      ],
    },
  ],
})
