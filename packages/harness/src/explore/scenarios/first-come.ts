import { defineScenario } from '../../scenario/define.js'
import type { Operation } from '../../scenario/types.js'
import { MACHINE, sleep } from './parts.js'

const BELL = { op: 'sleep', channel: 'bell', ticks: 6 } as const

const listener = <N extends string>(name: N, ...before: readonly Operation<never, never, never>[]) =>
  ({ name, pages: 1, lwps: [{ program: [...before, BELL] }] }) as const

const set = (process: 'one' | 'two' | 'three', priority: number) =>
  ({ op: 'setclass', process, lwp: 0, class: 'other', priority }) as const

export const firstCome = defineScenario({
  name: 'first-come',
  description:
    'sleepq_changepri: listeners of one bell, as urgent as each other. Two are given other priorities, which make no difference while they sleep, and keep their places; one is ' +
    'made more urgent, and gets another. Who listens last is behind all its equals.',
  machine: { ...MACHINE, freemin: 11 },
  channels: ['bell'],
  processes: [
    listener('one'),
    listener('two'),
    listener('three'),
    listener('four'),
    {
      name: 'setter',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(2),
            set('one', 42),
            set('two', 42),
            set('one', 43),
            set('three', 60),
            sleep(2),
            { op: 'wakeup', channel: 'bell' },
          ],
        },
      ],
    },
    listener('last', sleep(3)),
  ],
})
