import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const addrefVsExit = defineScenario({
  name: 'addref-vs-exit',
  description:
    'procfs against lwp_exit: an LWP waits in lwp_drainrefs for whoever has a reference on it; that one gives it back, and before the LWP runs again ' +
    'somebody finds it, no zombie yet, and takes a reference.',
  machine: MACHINE,
  processes: [
    { name: 'team', pages: 1, lwps: [{ program: [sleep(16)] }, { program: [sleep(8), { op: 'lwpExit' }] }] },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(4),
            { op: 'hold', process: 'team', lwp: 1 },
            sleep(8),
            { op: 'rele' },
            { op: 'procfs', request: 'attach', process: 'team' },
          ],
        },
      ],
    },
  ],
})
