import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const regreadVsLwpExit = defineScenario({
  name: 'regread-vs-lwp-exit',
  description:
    'process_doregs against lwp_exit: one LWP of two exits just when its registers are read. The reader has a reference on it, which the exit waits for.',
  machine: MACHINE,
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [{ program: [sleep(30)] }, { program: [sleep(12), { op: 'lwpExit' }] }],
    },
    {
      name: 'reader',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'regread', process: 'team', lwp: 1 }] }],
    },
  ],
})
