import type { Mutant, Source } from './mutant.js'
import { CORRECTED, SWAPOUT } from './sources.js'

const RECHECK =
  "  if (!swappable(cpu, l)) {\n    if (cpu.config.kdassert) kdassert(mem.read(l + L_CPU) !== cpu.ci, 'l->l_cpu != curcpu()', l + L_CPU)\n    lwpUnlock(cpu, l)\n    return\n  }\n"
const CLEARED =
  '  mem.write(l + L_FLAG, mem.read(l + L_FLAG) & ~LW_INMEM)\n  mem.write(l + L_SWTIME, 0)\n  if (mem.read(l + L_STAT) === LSRUN) schedDequeue(cpu, l)\n  lwpUnlock(cpu, l)\n'

const Z1: Source = {
  text: 'Z1: PR kern/23095 (cl, about 2003; the date is not shown): panic in setrunqueue; Z4: the same for a stale candidate, uvm_glue.c 1.97 against 1.89.2.7',
  confidence: 'verified',
}
const F2: Source = {
  text: 'F2: FreeBSD commit ea7549540f2b: the process lock was dropped between the test and the clearing of INMEM, and is now kept over both',
  confidence: 'verified',
}
const EXCLUSION: Source = {
  text: 'swappable() excludes mutex_syncobj and rw_syncobj, since turnstile_remove throws away what sleepq_remove says; kern_turnstile.c 1.3.2.5 (2007-04) still collected it and kicked',
  confidence: 'verified',
}
const Z8: Source = {
  text: 'Z8: the tests of l_class and p_stat in swappable() came between uvm_glue.c 1.89.2.7 and NetBSD 5.2',
  confidence: 'verified',
}

/**
 * Where an LWP that the scan has chosen is woken before uvm_swapout has its lock: nothing but a search meets it for certain. The same window as
 * that of claim wakeup-vs-swapout-2.
 */
const CHOSEN_IS_WOKEN = { from: 12, to: 13, swaplockOf: 'target', bound: 2, executions: 20_000 } as const

/** Choosing whom to throw out, and throwing him out: swappable, uvm_swapout_threads, uvm_swapout. */
export const swapOut: readonly Mutant[] = [
  {
    id: 'swapout-no-recheck',
    about: 'uvm_swapout does not ask swappable() again under the lock of the LWP',
    story:
      'The scan looked at an LWP that slept; by the time uvm_swapout ran, it was on another CPU, or on a run queue. The machine crashed in setrunqueue.',
    source: Z1,
    patches: [{ file: SWAPOUT, find: RECHECK, replace: '' }],
    target: 'scenario:late-waker-vs-swapout',
    corrections: CORRECTED,
    window: CHOSEN_IS_WOKEN,
    expected: ['stackTouch', 'panic', 'invariant'],
  },
  {
    id: 'swapout-tested-unlocked',
    about: 'uvm_swapout asks swappable() before it takes the lock of the LWP, and not again',
    story:
      'The second look is there, and is worth no more than the first: the LWP is woken between it and the lock.',
    source: F2,
    patches: [
      {
        file: SWAPOUT,
        find: `  lwpLock(cpu, l)\n${RECHECK}`,
        replace: '  if (!swappable(cpu, l)) return\n  lwpLock(cpu, l)\n',
      },
    ],
    target: 'scenario:late-waker-vs-swapout',
    corrections: CORRECTED,
    window: CHOSEN_IS_WOKEN,
    expected: ['stackTouch', 'panic', 'invariant'],
  },
  {
    id: 'swapout-lock-dropped',
    about: 'uvm_swapout drops the lock of the LWP between the test and the clearing of LW_INMEM',
    story: 'FreeBSD tested under the lock, dropped it, and took it again to clear the flag.',
    source: F2,
    patches: [
      {
        file: SWAPOUT,
        find: CLEARED,
        replace: `  lwpUnlock(cpu, l)\n  lwpLock(cpu, l)\n${CLEARED}`,
      },
    ],
    target: 'scenario:late-waker-vs-swapout',
    corrections: CORRECTED,
    expected: ['stackTouch', 'panic', 'invariant'],
  },
  {
    id: 'swapout-running',
    about: 'swappable() does not look whether the LWP runs',
    story: 'An LWP that runs is thrown out, and goes on running on pages that are not wired.',
    source: Z1,
    patches: [
      {
        file: SWAPOUT,
        find: '  if ((mem.read(l + L_PFLAG) & LP_RUNNING) !== 0) return false\n',
        replace: '',
      },
      { file: SWAPOUT, find: '  L_PFLAG,\n', replace: '' },
      { file: SWAPOUT, find: '  LP_RUNNING,\n', replace: '' },
    ],
    target: 'scenario:late-waker-vs-swapout',
    corrections: CORRECTED,
    window: CHOSEN_IS_WOKEN,
    expected: ['stackTouch', 'panic', 'invariant'],
    quick: true,
  },
  {
    id: 'swapout-stays-queued',
    about: 'uvm_swapout leaves an LWP that is runnable on its run queue',
    story:
      'A CPU takes it from the queue and runs it on a stack that is out; or the swapper brings it in, and queues it twice.',
    source: Z1,
    patches: [
      { file: SWAPOUT, find: '  if (mem.read(l + L_STAT) === LSRUN) schedDequeue(cpu, l)\n', replace: '' },
      { file: SWAPOUT, find: "import { schedDequeue } from '../kern-runq.js'\n", replace: '' },
    ],
    target: 'scenario:woken-vs-swapout',
    corrections: CORRECTED,
    expected: ['stackTouch', 'panic', 'invariant', 'doubleEnqueue'],
  },
  {
    id: 'swtime-unlocked',
    about: 'uvm_swapout clears l_swtime when it has let go of the lock of the LWP',
    story:
      'A store outside the lock that covers the field: sched_pstats counts at the same time, and one of the two is lost.',
    source: {
      text: 'Z5: uvm_glue.c 1.97 and 1.89.2.7 (l_swtime, and ru_nswap of the process, which its comment marks XXXSMP)',
      confidence: 'verified',
    },
    patches: [
      {
        file: SWAPOUT,
        find: '  mem.write(l + L_SWTIME, 0)\n  if (mem.read(l + L_STAT) === LSRUN) schedDequeue(cpu, l)\n  lwpUnlock(cpu, l)\n',
        replace:
          '  if (mem.read(l + L_STAT) === LSRUN) schedDequeue(cpu, l)\n  lwpUnlock(cpu, l)\n  mem.write(l + L_SWTIME, 0)\n',
      },
    ],
    target: 'scenario:waker-vs-swapout',
    corrections: CORRECTED,
    expected: ['guardedBy', 'race'],
    quick: true,
  },
  {
    id: 'sleepers-on-locks-swapped',
    about: 'swappable() does not exclude LWPs that wait for a mutex or an rwlock',
    story:
      'turnstile_remove does not tell whether the LWP is out, and nobody kicks the swapper: it is given the lock, runnable and on no queue.',
    source: EXCLUSION,
    patches: [
      {
        file: SWAPOUT,
        find: '  if (mem.read(l + L_SYNCOBJ) === RW_SYNCOBJ || mem.read(l + L_SYNCOBJ) === MUTEX_SYNCOBJ) return false\n',
        replace: '',
      },
      { file: SWAPOUT, find: '  MUTEX_SYNCOBJ,\n  RW_SYNCOBJ,\n', replace: '' },
      { file: SWAPOUT, find: '  L_SYNCOBJ,\n', replace: '' },
    ],
    target: 'scenario:lock-sleeper-vs-scan',
    corrections: CORRECTED,
    parallelScenario: 'page-thrash',
    expected: ['invariant', 'lostWakeup', 'deadlock'],
  },
  {
    id: 'realtime-swapped',
    about: 'swappable() does not look at the scheduling class',
    story: 'Threads of a real-time class were swapped out, and waited for the disk.',
    source: Z8,
    patches: [
      { file: SWAPOUT, find: '  if (mem.read(l + L_CLASS) !== SCHED_OTHER) return false\n', replace: '' },
      { file: SWAPOUT, find: '  L_CLASS,\n', replace: '' },
      { file: SWAPOUT, find: '  SCHED_OTHER,\n', replace: '' },
    ],
    target: 'scenario:waker-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'realtime-preemption',
    expected: ['invariant'],
  },
  {
    id: 'exiting-swapped',
    about: 'swappable() does not look at the state of the process',
    story:
      'The last LWP of a process does not hold itself when it exits: that its process is neither active nor stopped is all that keeps it in memory.',
    source: Z8,
    patches: [
      {
        file: SWAPOUT,
        find: '  if (\n    mem.read(mem.read(l + L_PROC) + P_STAT) !== SACTIVE &&\n    mem.read(mem.read(l + L_PROC) + P_STAT) !== SSTOP\n  ) {\n    return false\n  }\n',
        replace: '',
      },
      { file: SWAPOUT, find: '  SACTIVE,\n', replace: '' },
      { file: SWAPOUT, find: '  SSTOP,\n', replace: '' },
      { file: SWAPOUT, find: 'P_PID, P_STAT, P_VMSPACE', replace: 'P_PID, P_VMSPACE' },
    ],
    target: 'scenario:exit-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'fork-exit-churn',
    expected: ['invariant', 'panic', 'stackTouch'],
  },
  {
    id: 'scan-waits-for-proc-lock',
    about: 'uvm_swapout_threads waits for proc_lock with l_swaplock held, instead of trying',
    story:
      'The swapper waits for l_swaplock with proc_lock held. The comment at the try says that it locks in the wrong direction.',
    source: {
      text: 'uvm_glue.c 1.137 itself: "locking in the wrong direction"; F2 tells of a test of this kind that was useless',
      confidence: 'verified',
    },
    patches: [
      {
        file: SWAPOUT,
        find: '            const gotit = mutexTryEnter(cpu, PROC_LOCK)\n',
        replace: '            yield* mutexEnter(cpu, PROC_LOCK)\n            const gotit = true\n',
      },
    ],
    target: 'scenario:hold-vs-swapper',
    corrections: CORRECTED,
    expected: ['lockOrder', 'deadlock'],
    quick: true,
  },
  {
    id: 'trylock-ignored',
    about: 'uvm_swapout_threads tries l_swaplock, and goes on whether it has it or not',
    story: 'The classic of every try: the failure is not looked at, and the lock of another is released.',
    source: {
      text: 'of every kernel with a try-lock; the place is uvm_swapout_threads',
      confidence: 'textbook',
    },
    patches: [
      {
        file: SWAPOUT,
        find: '      if (!mutexTryEnter(cpu, l + L_SWAPLOCK)) continue\n',
        replace: '      mutexTryEnter(cpu, l + L_SWAPLOCK)\n',
      },
    ],
    target: 'scenario:hold-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['panic'],
  },
]
