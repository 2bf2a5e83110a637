import type { Mutant, Source } from './mutant.js'
import { CORRECTED, SCHEDULER } from './sources.js'

const Z2: Source = {
  text: 'Z2: uvm_glue.c 1.97 (2006-10, chs) against 1.89.2.7 (2008-01): a bare tsleep(&proc0), which its own comment suspects, became uvm_scheduler_mutex, a condition variable and a sticky flag',
  confidence: 'verified',
}
const KICKS: Source = {
  text: 'the callers of uvm_kick_scheduler in NetBSD 5.2 (kern_sleepq.c, kern_synch.c): the contract of sleepq_remove, whose result says that the swapper is wanted',
  confidence: 'verified',
}

/** Getting the swapper going: uvm_kick_scheduler, those who call it, and the sleep it ends. */
export const kick: readonly Mutant[] = [
  {
    id: 'kick-not-sticky',
    about: 'uvm_kick_scheduler signals, and leaves no flag for a swapper that does not sleep yet',
    story:
      'The swapper scanned, found nothing, dropped the list lock and went to sleep; a wakeup that came in between was lost, and the LWP stayed out until the next second.',
    source: Z2,
    patches: [{ file: SCHEDULER, find: '  mem.write(UVM_SCHEDULER_KICKED, 1)\n', replace: '' }],
    target: 'scenario:kick-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'sleep-wakeup-channels',
    window: { from: 16, to: 17, bound: 1, executions: 700 },
    expected: ['lostWakeup'],
  },
  {
    id: 'kick-tested-early',
    about: 'uvm_scheduler looks at the flag before it takes uvm_scheduler_mutex',
    story:
      'The interlock is there, but the test is outside it: the flag is set between the test and the sleep.',
    source: Z2,
    patches: [
      {
        file: SCHEDULER,
        find: '      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)\n      if (mem.read(UVM_SCHEDULER_KICKED) === 0) {\n',
        replace:
          '      const kicked = mem.read(UVM_SCHEDULER_KICKED)\n      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)\n      if (kicked === 0) {\n',
      },
    ],
    target: 'scenario:kick-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'sleep-wakeup-channels',
    expected: ['guardedBy', 'race', 'lostWakeup'],
  },
  {
    id: 'wakeup-no-kick',
    about: 'sleepq_wake does not kick the swapper for an LWP that is swapped out',
    story: 'The LWP is runnable, on no run queue, and nobody is told.',
    source: KICKS,
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: '  mutexSpinExit(cpu, mutex)\n\n  if (swapin !== 0) uvmKickScheduler(cpu)\n  return woken\n',
        replace: '  mutexSpinExit(cpu, mutex)\n  return woken\n',
      },
    ],
    target: 'scenario:kick-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'sleep-wakeup-channels',
    expected: ['lostWakeup'],
  },
  {
    id: 'timeout-no-kick',
    about: 'sleepq_unsleep, which ends a sleep by timeout or signal, does not kick the swapper',
    story: 'The same on the other path out of a sleep queue.',
    source: KICKS,
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: '    if (swapin !== 0) uvmKickScheduler(cpu)\n  }\n  return swapin\n',
        replace: '  }\n  return swapin\n',
      },
    ],
    target: 'scenario:exit-vs-swapper',
    corrections: CORRECTED,
    expected: ['lostWakeup'],
  },
  {
    id: 'setrunnable-no-kick',
    about: 'setrunnable does not kick the swapper for an LWP that is swapped out',
    story: 'The same for SIGCONT, SIGKILL and the continuation of a traced process.',
    source: KICKS,
    patches: [
      {
        file: 'kernel/src/kern-synch.ts',
        find: '    lwpUnlock(cpu, lwp)\n    uvmKickScheduler(cpu)\n',
        replace: '    lwpUnlock(cpu, lwp)\n',
      },
    ],
    target: 'scenario:sigcont-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'stop-cont',
    expected: ['lostWakeup'],
  },
  {
    id: 'kick-under-queue-lock',
    about: 'sleepq_wake kicks the swapper before it drops the lock of the sleep queue',
    story:
      'cv_signal of the swapper wants the lock of a sleep queue itself: every caller in NetBSD drops its own first. With it held the CPU waits for itself, or two for each other.',
    source: KICKS,
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: '  mutexSpinExit(cpu, mutex)\n\n  if (swapin !== 0) uvmKickScheduler(cpu)\n  return woken\n',
        replace: '  if (swapin !== 0) uvmKickScheduler(cpu)\n  mutexSpinExit(cpu, mutex)\n  return woken\n',
      },
    ],
    target: 'scenario:wakeup-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'sleep-wakeup-channels',
    expected: ['lockOrder', 'panic', 'deadlock'],
  },
  {
    id: 'meter-no-kick',
    about: 'uvm_meter does not kick the swapper every second',
    story:
      'An LWP that was runnable when it was thrown out is woken by nobody: only the periodic kick lets the swapper find it. Without it the LWP is out for ever.',
    source: {
      text: 'uvm_meter.c 1.49.8.1 (NetBSD 5.2): the kick when lwp0 has slept for more than maxslp / 2',
      confidence: 'verified',
    },
    patches: [
      {
        file: 'kernel/src/uvm-meter.ts',
        find: '    cpu.events.record(EV_KICK, 0, 0)\n    uvmKickScheduler(cpu)\n',
        replace: '    cpu.events.record(EV_KICK, 0, 0)\n',
      },
      {
        file: 'kernel/src/uvm-meter.ts',
        find: "import { uvmKickScheduler } from './uvm-glue/scheduler.js'\n",
        replace: '',
      },
    ],
    target: 'scenario:woken-vs-swapout',
    corrections: CORRECTED,
    expected: ['lostWakeup', 'deadlock'],
  },
]
