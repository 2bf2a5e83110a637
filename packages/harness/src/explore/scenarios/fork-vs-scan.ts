import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

export const forkVsScan = defineScenario({
  name: 'fork-vs-scan',
  description:
    'uvm_uarea_alloc and uvm_lwp_fork, with the write lock of the kernel map, against the unwiring and wiring of u-areas, with its read lock.',
  machine: MACHINE,
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(14)] }] },
    {
      name: 'forker',
      pages: 1,
      lwps: [{ ...REALTIME, program: [sleep(12), { op: 'fork', program: 'child' }, { op: 'wait' }] }],
    },
    eater(12),
  ],
})
