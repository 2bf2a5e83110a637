import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

/** Takes p_lock without proc_lock, twice. */
const LOOK = { op: 'regread', process: 'self', lwp: 4 } as const

export const oneChain = defineScenario({
  name: 'one-chain',
  description:
    'turnstile_lendpri, kernel preemption: the p_lock of the target shares its turnstile chain with proc_lock. The target is preempted with its p_lock; who wants that has proc_lock, ' +
    'for which others wait: they and the one they lend to sleep under the same lock, and that one is lent to through two locks.',
  machine: { ...MACHINE, freemin: 11, kpreempt: true },
  channels: ['bell'],
  processes: [
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 30,
          program: [
            {
              op: 'loop',
              count: 10,
              body: [
                { op: 'sleep', channel: 'bell', ticks: 1 },
                { op: 'stop', process: 'target' },
                { op: 'cont', process: 'target' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [{ op: 'loop', count: 40, body: [LOOK] }] }, { count: 4, program: [sleep(6)] }],
    },
    {
      name: 'ringer',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 40,
          program: [
            {
              op: 'loop',
              count: 20,
              body: [
                { op: 'wakeup', channel: 'bell' },
                ...Array.from({ length: 6 }, () => ({ op: 'compute', units: 1 }) as const),
                { op: 'regread', process: 'signaller' },
              ],
            },
          ],
        },
      ],
    },
  ],
})
