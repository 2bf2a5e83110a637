import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const zombieVsParent = defineScenario({
  name: 'zombie-vs-parent',
  description:
    'exit1 against proc_free: a traced process dies, then its own parent dies and is freed, and only then the tracer collects the zombie, which is to go back to ' +
    'its own parent.',
  machine: MACHINE,
  programs: { child: [sleep(12), { op: 'exit', code: 0 }] },
  processes: [
    // Its structure is the child's next, so that the child is the first of all that are alive.
    { name: 'first', pages: 1, lwps: [{ program: [] }] },
    {
      name: 'parent',
      pages: 1,
      lwps: [{ program: [sleep(2), { op: 'fork', program: 'child' }, sleep(20)] }],
    },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(6),
            { op: 'ptrace', request: 'attach', process: 'any' },
            { op: 'wait' },
            { op: 'ptrace', request: 'continue', process: 'any' },
            sleep(30),
            { op: 'wait' },
          ],
        },
      ],
    },
  ],
})
