import { defineScenario } from '../../scenario/define.js'
import { eater, MACHINE, REALTIME, sleep } from './parts.js'

const THREE_CPUS = { ...MACHINE, cpus: 3, memory: 100, wired: 31, freemin: 50 } as const
const ASLEEP = { op: 'sleep', channel: 'bell', ticks: 60 } as const
const RING = { op: 'wakeup', channel: 'bell' } as const

export const lwpExitVsSwapout = defineScenario({
  name: 'lwp-exit-vs-swapout',
  description:
    'lwp_exit against uvm_swapout, on three CPUs: an LWP that the scan has chosen is woken and exits, and sleeps until a debugger lets go of its reference, which itself ' +
    'waits for the l_swaplock that the pagedaemon has. The LWP is off alllwp by then: its own hold alone keeps it in memory.',
  machine: THREE_CPUS,
  channels: ['bell'],
  processes: [
    eater(12),
    { name: 'team', pages: 1, lwps: [{ program: [ASLEEP, { op: 'lwpExit' }] }, { program: [sleep(30)] }] },
    {
      name: 'debugger',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(12),
            { op: 'loop', count: 6, body: [{ op: 'yield' }] },
            RING,
            { op: 'regread', process: 'team', lwp: 0 },
          ],
        },
      ],
    },
  ],
})

export const exitVsSwapout = defineScenario({
  name: 'exit-vs-swapout',
  description:
    'exit1 against uvm_swapout, on three CPUs with kernel preemption: the LWP that the scan has chosen is woken, exits, and is put off for one of real time in the middle ' +
    'of its exit. That its process is dying is all that keeps it in memory.',
  machine: { ...THREE_CPUS, kpreempt: true },
  channels: ['bell', 'gong'],
  processes: [
    eater(12),
    { name: 'last', pages: 1, lwps: [{ program: [ASLEEP] }] },
    {
      name: 'urgent',
      count: 2,
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            { op: 'sleep', channel: 'gong', ticks: 60 },
            { op: 'loop', count: 12, body: [{ op: 'yield' }] },
          ],
        },
      ],
    },
    {
      name: 'waker',
      pages: 1,
      lwps: [
        {
          ...REALTIME,
          program: [
            sleep(12),
            RING,
            { op: 'loop', count: 4, body: [{ op: 'yield' }] },
            { op: 'wakeup', channel: 'gong' },
          ],
        },
      ],
    },
  ],
})
