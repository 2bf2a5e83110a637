import type { Mutant } from './mutant.js'
import { CORRECTED } from './sources.js'

const IDLE =
  "  kassert(mem.read(lwp + L_TIMEOUT_STATE) === TIMEOUT_IDLE, '(c->c_flags & CALLOUT_PENDING) == 0')\n"
const DUE = '  const due = (mem.load(HARDCLOCK_TICKS) + Math.max(ticks, 1)) | 0\n'

/** The clock, which comes when it likes. */
export const clock: readonly Mutant[] = [
  {
    id: 'due-before-lock',
    about: 'callout_schedule reads the tick before it takes the lock of the callouts',
    story:
      'A tick comes between the two, and the softclock looks at the moment that the new timeout names before the timeout is there: it is never looked at again.',
    source: {
      text: 'the contract of callout_schedule (kern_timeout.c): what is relative to now is reckoned under the lock',
      confidence: 'textbook',
    },
    patches: [
      {
        file: 'kern-timeout.ts',
        find: `  mutexSpinEnter(cpu, CALLOUT_LOCK)\n${IDLE}${DUE}`,
        replace: `${DUE}  mutexSpinEnter(cpu, CALLOUT_LOCK)\n${IDLE}`,
      },
    ],
    target: 'scenario:timeout-vs-tick',
    corrections: CORRECTED,
    parallelScenario: 'sleep-wakeup-channels',
    executions: 250,
    expected: ['deadlock', 'lostWakeup'],
  },
]
