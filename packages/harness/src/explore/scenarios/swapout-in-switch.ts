import { defineScenario } from '../../scenario/define.js'
import { MACHINE, REALTIME, sleep } from './parts.js'

export const swapoutInSwitch = defineScenario({
  name: 'swapout-in-switch',
  description:
    'uvm_swapout_threads against mi_switch: LWPs go to sleep just when the pagedaemon looks for LWPs that sleep. vm.maxslp is 0, so that any sleep is ' +
    'long enough.',
  machine: { ...MACHINE, maxslp: 0 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ count: 2, program: [sleep(2), sleep(1), sleep(1)] }] },
    {
      name: 'eater',
      pages: 8,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(2),
            { op: 'touch', page: 0 },
            { op: 'touch', page: 1 },
            sleep(1),
            { op: 'touch', page: 2 },
            { op: 'touch', page: 3 },
            sleep(1),
            { op: 'touch', page: 4 },
          ],
        },
      ],
    },
  ],
})

export const swapoutInOneSwitch = defineScenario({
  name: 'swapout-in-one-switch',
  description:
    'The same in its smallest: one LWP that goes to sleep twice, and one page that wakes the pagedaemon. Few enough executions that a search can prove what it takes.',
  machine: { ...MACHINE, maxslp: 0 },
  processes: [
    { name: 'target', pages: 1, lwps: [{ program: [sleep(2), sleep(1)] }] },
    { name: 'eater', pages: 4, lwps: [{ ...REALTIME, program: [sleep(2), { op: 'touch', page: 0 }] }] },
  ],
})
