import { defineScenario } from '../../scenario/define.js'
import { MACHINE } from './parts.js'

export const signalVsWait = defineScenario({
  name: 'signal-vs-wait',
  description:
    'sleepq_block against sigpost: signals for a parent that is about to wait for its child, and for proc_lock before that. It must not go to sleep with one pending.',
  machine: { ...MACHINE, memory: 92, freemin: 11 },
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'parent',
      pages: 1,
      lwps: [
        {
          program: [{ op: 'loop', count: 3, body: [{ op: 'fork', program: 'child' }, { op: 'wait' }] }],
        },
      ],
    },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        {
          program: [
            {
              op: 'loop',
              count: 6,
              body: [
                { op: 'stop', process: 'parent' },
                { op: 'cont', process: 'parent' },
              ],
            },
          ],
        },
      ],
    },
  ],
})
