import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

const attach = { op: 'ptrace', request: 'attach', process: 'any' } as const
const fork = { op: 'fork', program: 'child' } as const
const programs = { child: [sleep(30)] } as const

/** Its structure is the child's next, so that the child is the first of all that are alive. */
const FIRST = { name: 'first', pages: 1, lwps: [{ program: [] }] } as const

export const tracerLeaves = defineScenario({
  name: 'tracer-leaves',
  description:
    'exit1: the parent of a traced process exits, and then its tracer, who must give it to init and kill it.',
  machine: MACHINE,
  programs,
  processes: [
    FIRST,
    { name: 'parent', pages: 1, lwps: [{ program: [sleep(2), fork, sleep(6)] }] },
    { name: 'tracer', pages: 1, lwps: [{ program: [sleep(5), attach, sleep(8)] }] },
  ],
})

export const parentTraces = defineScenario({
  name: 'parent-traces',
  description:
    'exit1: a process traces its own child, and exits: the child is to go back to its own parent, which is the tracer, and so to init.',
  machine: MACHINE,
  programs,
  processes: [
    FIRST,
    { name: 'parent', pages: 1, lwps: [{ program: [sleep(2), fork, sleep(2), attach, attach, sleep(2)] }] },
  ],
})

export const parentStays = defineScenario({
  name: 'parent-stays',
  description:
    'exit1: a process that has nothing to do with it exits while another is traced; then the tracer does, and the traced one must go back to its own parent.',
  machine: MACHINE,
  programs,
  processes: [
    FIRST,
    { name: 'parent', pages: 1, lwps: [{ program: [sleep(2), fork, sleep(14)] }] },
    { name: 'tracer', pages: 1, lwps: [{ program: [sleep(5), attach, sleep(6)] }] },
    { name: 'bystander', pages: 1, lwps: [{ program: [sleep(8)] }] },
  ],
})

export const zombieStays = defineScenario({
  name: 'zombie-stays',
  description:
    'exit1: a process that has nothing to do with it exits while a zombie waits to be collected by its tracer, who must give it back to its own parent.',
  machine: MACHINE,
  programs: { child: [sleep(6)] },
  processes: [
    FIRST,
    { name: 'parent', pages: 1, lwps: [{ program: [sleep(2), fork, sleep(24)] }] },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        {
          program: [
            sleep(4),
            attach,
            { op: 'wait' },
            { op: 'ptrace', request: 'continue', process: 'any' },
            sleep(16),
            { op: 'wait' },
          ],
        },
      ],
    },
    { name: 'bystander', pages: 1, lwps: [{ program: [sleep(16)] }] },
  ],
})
