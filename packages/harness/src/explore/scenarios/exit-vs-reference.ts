import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const exitVsReference = defineScenario({
  name: 'exit-vs-reference',
  description:
    'lwp_drainrefs and the writer of p_reflock: LWPs exit, one after the other and in the end the process, while readers of their registers have references on them, and on ' +
    'the process, and wait for one to be brought in.',
  machine: { ...MACHINE, cpus: 3, memory: 100, freemin: 50 },
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [
        { program: [sleep(15)] },
        { program: [sleep(16)] },
        { program: [sleep(14), { op: 'exit', code: 0 }] },
      ],
    },
    eater(12),
    {
      name: 'reader',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(14),
            { op: 'regread', process: 'target', lwp: 0 },
            { op: 'regread', process: 'target', lwp: 1 },
          ],
        },
        {
          ...REALTIME,
          program: [
            sleep(15),
            { op: 'regread', process: 'target', lwp: 1 },
            { op: 'regread', process: 'target', lwp: 0 },
          ],
        },
      ],
    },
  ],
})
