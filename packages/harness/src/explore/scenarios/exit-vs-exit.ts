import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

export const exitVsExit = defineScenario({
  name: 'exit-vs-exit',
  description:
    'exit1 against itself, and exit_lwps: two LWPs end their process at once, while others sleep for ever, so that somebody has to wake them, and a third leaves by ' +
    'itself, as do two that wait to be collected.',
  machine: MACHINE,
  channels: ['never'],
  programs: { member: [{ op: 'lwpExit' }] },
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        {
          program: [
            { op: 'lwpCreate', program: 'member' },
            { op: 'lwpCreate', program: 'member' },
            sleep(2),
            { op: 'exit', code: 0 },
          ],
        },
        { program: [sleep(2), { op: 'exit', code: 1 }] },
        { program: [sleep(2), { op: 'lwpExit' }] },
        { program: [{ op: 'sleep', channel: 'never' }] },
      ],
    },
  ],
})

export const exitVsStop = defineScenario({
  name: 'exit-vs-stop',
  description:
    'exit_lwps against proc_stop: a process is stopped while one of its LWPs is about to end it; those that were stopped have to go on, and exit.',
  machine: MACHINE,
  channels: ['never'],
  processes: [
    {
      name: 'team',
      pages: 1,
      lwps: [
        { program: [sleep(3), { op: 'exit', code: 0 }] },
        { count: 2, program: [{ op: 'sleep', channel: 'never' }] },
      ],
    },
    {
      name: 'signaller',
      pages: 1,
      lwps: [
        { program: [sleep(3), { op: 'stop', process: 'team' }, sleep(3), { op: 'cont', process: 'team' }] },
      ],
    },
  ],
})
