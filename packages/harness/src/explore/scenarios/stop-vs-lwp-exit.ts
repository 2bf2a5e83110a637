import { defineScenario } from '../../scenario/define.js'
import { sleep } from './parts.js'

export const stopVsLwpExit = defineScenario({
  name: 'stop-vs-lwp-exit',
  description:
    'PT_ATTACH of a process of which one LWP sleeps, and stops where it is, and the other is the last that runs and exits instead of stopping: ' +
    'proc_stop_callout has to see that the process has come to a halt.',
  machine: { cpus: 2, memory: 128 },
  processes: [
    {
      name: 'target',
      pages: 1,
      lwps: [{ program: [{ op: 'compute', units: 3 }, { op: 'lwpExit' }] }, { program: [sleep(40)] }],
    },
    {
      name: 'tracer',
      pages: 1,
      lwps: [
        {
          program: [
            { op: 'ptrace', request: 'attach', process: 'target' },
            { op: 'wait' },
            { op: 'ptrace', request: 'continue', process: 'target' },
          ],
        },
      ],
    },
  ],
})
