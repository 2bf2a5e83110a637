import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const recycleVsScan = defineScenario({
  name: 'recycle-vs-scan',
  description:
    'LWPs exit and their structures are used again at once (lwp_create takes the detached zombie), while the scan walks alllwp and tries their swap locks.',
  machine: MACHINE,
  programs: { member: [sleep(12), { op: 'lwpExit' }] },
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        {
          program: [
            { op: 'lwpCreate', program: 'member' },
            sleep(12),
            { op: 'lwpCreate', program: 'member' },
            sleep(14),
          ],
        },
      ],
    },
    eater(12),
  ],
})
