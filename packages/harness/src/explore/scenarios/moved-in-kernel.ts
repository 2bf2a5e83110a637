import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const movedInKernel = defineScenario({
  name: 'moved-in-kernel',
  description:
    'mi_switch: one that computes gives way to softclock, which finds a better CPU for it. If it gives way again in the middle of the kernel (sched_yield), it must stay where its ' +
    'stack is.',
  machine: { ...MACHINE, freemin: 11 },
  processes: [
    {
      name: 'mover',
      pages: 1,
      lwps: [
        {
          count: 3,
          program: [
            sleep(7),
            { op: 'loop', count: 40, body: [{ op: 'compute', units: 1 }, { op: 'yield' }] },
          ],
        },
      ],
    },
  ],
})
