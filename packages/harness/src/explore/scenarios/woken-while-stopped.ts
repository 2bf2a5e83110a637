import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

const listener = <N extends string, C extends string>(name: N, channel: C) =>
  ({ name, pages: 1, lwps: [{ program: [{ op: 'sleep', channel }, sleep(1)] }] }) as const

export const wokenWhileStopped = defineScenario({
  name: 'woken-while-stopped',
  description:
    'setrunnable: one that sleeps is stopped where it sleeps, woken, and continued; so is one that is traced. No signal was meant for either, and none ended its sleep.',
  machine: { ...MACHINE, freemin: 11 },
  channels: ['bell', 'gong'],
  processes: [
    listener('stopped', 'bell'),
    listener('traced', 'gong'),
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(2),
            { op: 'stop', process: 'stopped' },
            { op: 'wakeup', channel: 'bell' },
            { op: 'cont', process: 'stopped' },
            { op: 'ptrace', request: 'attach', process: 'traced' },
            { op: 'wait' },
            { op: 'wakeup', channel: 'gong' },
            { op: 'ptrace', request: 'continue', process: 'traced' },
            { op: 'wait' },
          ],
        },
      ],
    },
  ],
})
