import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const procfsVsSwapper = defineScenario({
  name: 'procfs-vs-swapper',
  description:
    'procfs_control, with proc_lock and p_lock held across uvm_lwp_hold, against the swapper that brings the same LWP in.',
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
            { op: 'procfs', request: 'attach', process: 'target' },
            { op: 'wait' },
            sleep(16),
            { op: 'procfs', request: 'run', process: 'target' },
            { op: 'procfs', request: 'detach', process: 'target' },
            { op: 'kill', process: 'target' },
          ],
        },
      ],
    },
    eater(12),
  ],
})
