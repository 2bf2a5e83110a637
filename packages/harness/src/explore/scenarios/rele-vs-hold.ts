import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { FILLER, onCpu0, onCpu1 } from './placed.js'

const hold = { op: 'hold', process: 'target' } as const

export const releVsHold = defineScenario({
  name: 'rele-vs-hold',
  description:
    'uvm_lwp_rele against uvm_lwp_hold: one holder lets an LWP go, with no lock, while another begins to hold it. The count is changed by both.',
  machine: MACHINE,
  processes: [
    { name: 'one', pages: 4, lwps: [onCpu0<'target'>(sleep(10), hold, sleep(2), { op: 'rele' }, sleep(20))] },
    { name: 'target', pages: 1, lwps: [{ program: [sleep(30)] }] },
    { name: 'two', pages: 1, lwps: [onCpu1<'target'>(sleep(12), hold, sleep(2), { op: 'rele' }, sleep(20))] },
    FILLER,
  ],
})
