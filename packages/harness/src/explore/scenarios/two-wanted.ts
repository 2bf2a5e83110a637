import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, sleep } from './parts.js'

export const twoWanted = defineScenario({
  name: 'two-wanted',
  description:
    'uvm_scheduler with a choice: LWPs of three priorities are swapped out and wake up in the same tick, the most urgent of them in the middle of the list of all LWPs.',
  machine: MACHINE,
  processes: [
    { name: 'first', pages: 1, lwps: [{ program: [sleep(20), sleep(1)] }] },
    { name: 'second', pages: 1, nice: -20, lwps: [{ program: [sleep(20), sleep(1)] }] },
    { name: 'third', pages: 1, nice: 19, lwps: [{ program: [sleep(20), sleep(1)] }] },
    eater(12),
  ],
})
