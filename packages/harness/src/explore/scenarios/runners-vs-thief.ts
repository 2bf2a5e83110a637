import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const runnersVsThief = defineScenario({
  name: 'runners-vs-thief',
  description:
    'sched_catchlwp against mi_switch: LWPs that compute are preempted at the user boundary by one of real time, and the other CPU, which has nothing to ' +
    'do, takes them from the run queue while the first is still on their stack.',
  machine: { ...MACHINE, freemin: 11 },
  processes: [
    {
      name: 'runner',
      pages: 1,
      lwps: [
        { count: 2, program: [{ op: 'loop', count: 12, body: [{ op: 'compute', units: 60 }] }, sleep(1)] },
      ],
    },
    {
      name: 'realtime',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [{ op: 'loop', count: 4, body: [sleep(1), { op: 'compute', units: 20 }] }],
        },
      ],
    },
  ],
})
