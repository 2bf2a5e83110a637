import { defineScenario } from '../scenario/define.js'

export const idle = defineScenario({
  name: 'idle',
  description:
    'Almost nothing: two LWPs that sleep for a long time on a machine with memory to spare. The CPUs idle, the clock ticks, ' +
    'the pagedaemon and the swapper stay asleep. Shows what an idle machine costs, and that nothing is swapped without need.',
  machine: { memory: 1_024, hz: 20, clockRate: 100 },
  processes: [
    {
      name: 'napper',
      count: 2,
      pages: 2,
      lwps: [{ program: [{ op: 'loop', count: 'forever', body: [{ op: 'sleep', seconds: 10 }] }] }],
    },
  ],
})
