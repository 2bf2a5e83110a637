import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const exitVsStopped = defineScenario({
  name: 'exit-vs-stopped',
  description:
    'exit_lwps against proc_stop: a process is stopped while one of its LWPs, on its way to the end of the process, waits for the map, and one that forks has it and waits for ' +
    'memory. A third sleeps, and stops there: it has to be set going.',
  machine: MACHINE,
  channels: ['never'],
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'team',
      pages: 4,
      lwps: [
        {
          ...REALTIME,
          program: [
            // Leaves its u-area in the cache, as in map-vs-memory.
            { op: 'fork', program: 'child' },
            { op: 'wait' },
            { op: 'touch', page: 0, write: true },
            { op: 'touch', page: 1, write: true },
            { op: 'touch', page: 2, write: true },
            sleep(12),
            { op: 'fork', program: 'child' },
            { op: 'wait' },
          ],
        },
        {
          ...REALTIME,
          program: [sleep(6), { op: 'vslock', pages: 3 }, sleep(8), { op: 'exit', code: 0 }],
        },
        { ...REALTIME, program: [{ op: 'sleep', channel: 'never' }] },
      ],
    },
    {
      name: 'pinner',
      pages: 10,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(12),
            { op: 'vslock', pages: 10 },
            sleep(4),
            { op: 'stop', process: 'team' },
            sleep(1),
            { op: 'vsunlock' },
            sleep(6),
            // Whoever was stopped before he came so far.
            { op: 'cont', process: 'team' },
          ],
        },
      ],
    },
  ],
})
