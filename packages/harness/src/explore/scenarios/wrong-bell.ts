import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

const listener = <N extends string, C extends string>(name: N, channel: C) =>
  ({
    name,
    pages: 1,
    lwps: [
      {
        program: [
          { op: 'sleep', channel },
          { op: 'stop', process: 'witness' },
        ],
      },
    ],
  }) as const

export const wrongBell = defineScenario({
  name: 'wrong-bell',
  description:
    'sleepq_wake: two sleep on channels that nobody wakes, until they are killed; one in between is rung, and shares its queue with one of theirs. Who wakes by that bell stops ' +
    'the witness for ever.',
  machine: MACHINE,
  channels: ['low', 'middle', 'high'],
  processes: [
    listener('one', 'low'),
    listener('two', 'high'),
    { name: 'witness', pages: 1, lwps: [{ program: [sleep(5)] }] },
    { name: 'heir', pages: 1, lwps: [{ program: [{ op: 'sleep', channel: 'middle' }] }] },
    {
      name: 'ringer',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(2),
            { op: 'wakeup', channel: 'middle' },
            sleep(1),
            { op: 'kill', process: 'one' },
            { op: 'kill', process: 'two' },
          ],
        },
      ],
    },
  ],
})
