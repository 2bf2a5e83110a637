import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'
import { onCpu1 } from './placed.js'

/** An LWP that goes to sleep for a tick, again and again, on the CPU that does not have the clock. */
export const timeoutVsTick = defineScenario({
  name: 'timeout-vs-tick',
  description: 'An LWP sleeps for a tick at a time on CPU1: what if the tick comes while it is on its way.',
  machine: MACHINE,
  processes: [{ name: 'sleeper', pages: 1, lwps: [onCpu1<never>(sleep(3), sleep(1), sleep(1))] }],
})
