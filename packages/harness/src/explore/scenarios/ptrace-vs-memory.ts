import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const ptraceVsMemory = defineScenario({
  name: 'ptrace-vs-memory',
  description:
    'PT_CONTINUE with memory short: the tracer holds proc_lock and p_lock while it brings in a stopped LWP whose u-area has been paged out, so it ' +
    'waits for memory with them, and the pagedaemon needs proc_lock.',
  machine: MACHINE,
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(60)] }] },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            { op: 'ptrace', request: 'attach', process: 'target' },
            { op: 'wait' },
            sleep(24),
            { op: 'setclass', process: 'self', lwp: 'self', class: 'other', priority: 30 },
            { op: 'ptrace', request: 'continue', process: 'target' },
          ],
        },
      ],
    },
    {
      name: 'eater',
      pages: 16,
      lwps: [
        { ...REALTIME, program: [sleep(12), { op: 'vslock', pages: 16 }, sleep(20), { op: 'vsunlock' }] },
      ],
    },
  ],
})
