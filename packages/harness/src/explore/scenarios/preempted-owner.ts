import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

const looker = (priority: number) =>
  ({
    class: 'fifo',
    priority,
    program: [
      sleep(2),
      { op: 'loop', count: 2, body: [{ op: 'regread', process: 'target', lwp: 0 }] },
      sleep(1),
      { op: 'regread', process: 'target', lwp: 0 },
    ],
  }) as const

export const preemptedOwner = defineScenario({
  name: 'preempted-owner',
  description:
    'Kernel preemption: who has proc_lock, p_lock or both is preempted, and others who are more urgent wait for either and lend it their priorities, which it gives back one by ' +
    'one; a parent gives up proc_lock as it goes to sleep.',
  machine: { ...MACHINE, freemin: 11, kpreempt: true },
  programs: { child: [sleep(1), { op: 'exit', code: 0 }] },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(4)] }] },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(2),
            {
              op: 'loop',
              count: 2,
              body: [
                { op: 'stop', process: 'target' },
                { op: 'cont', process: 'target' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'parent',
      pages: 1,
      lwps: [{ program: [sleep(1), { op: 'fork', program: 'child' }, { op: 'wait' }] }],
    },
    { name: 'looker', pages: 1, lwps: [looker(0), looker(10)] },
    {
      name: 'urgent',
      pages: 1,
      lwps: [
        {
          class: 'fifo',
          priority: 40,
          program: [{ op: 'loop', count: 4, body: [sleep(1), { op: 'touch', page: 0 }] }],
        },
      ],
    },
  ],
})
