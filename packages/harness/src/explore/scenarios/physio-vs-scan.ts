import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE } from './parts.js'

export const physioVsScan = defineScenario({
  name: 'physio-vs-scan',
  description:
    'physio: an LWP holds itself and wires its memory for I/O, and sleeps for long, while the scan looks for long sleepers.',
  machine: MACHINE,
  processes: [
    {
      name: 'target',
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'touch', page: 0 },
            { op: 'physio', page: 0, pages: 1, ticks: 16 },
          ],
        },
      ],
    },
    eater(12),
  ],
})
