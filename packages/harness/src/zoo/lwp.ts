import type { Mutant, Source } from './mutant.js'
import { CORRECTED, SWAPOUT } from './sources.js'

const LWP = 'kernel/src/kern-lwp.ts'
const WAITS =
  '  for (let pflag = mem.load(l + L_PFLAG); (pflag & LP_RUNNING) !== 0; pflag = mem.load(l + L_PFLAG)) {\n    mem.spinWhile(l + L_PFLAG, pflag)\n  }\n  mem.spinWhile(mem.read(l + L_CPU) + CI_CURLWP, l)\n'

const Z13: Source = {
  text: 'Z13: PR kern/24329 and kern/24574 (text seen, revision and date not): an exited LWP was reused by another CPU while its own was still in it',
  confidence: 'verified',
}

/** The life of an LWP: its switch from CPU to CPU, its references, its end. */
export const lwp: readonly Mutant[] = [
  {
    id: 'freed-before-switched',
    about: 'lwp_free does not wait until the dead LWP has left its CPU',
    story:
      'The structure and the stack were taken by a new LWP on another CPU, while the exit was still running on them.',
    source: Z13,
    patches: [
      { file: LWP, find: WAITS, replace: '' },
      { file: LWP, find: '  LP_RUNNING,\n', replace: '' },
      { file: LWP, find: 'import { CI_CURLWP, SPC_MUTEX, curlwp }', replace: 'import { SPC_MUTEX, curlwp }' },
      { file: LWP, find: '  L_PFLAG,\n', replace: '' },
    ],
    target: 'scenario:scan-vs-exit',
    corrections: CORRECTED,
    parallelScenario: 'fork-exit-churn',
    expected: ['useAfterFree', 'stackTouch', 'panic', 'race'],
  },
  {
    id: 'references-not-drained',
    about: 'an LWP exits without waiting for the references that others have on it',
    story:
      'A debugger that reads an LWP of a process with several keeps it by a reference alone: p_reflock keeps only the last. It reads what has been freed.',
    source: {
      text: 'Z12: PR kern/36183, a crash between ptrace and exiting LWPs; kern_lwp.c 1.127, sys_process.c 1.146, lwp.h 1.117, ticket #414 (that references are the point is read from NetBSD 5.2, the diff was not seen)',
      confidence: 'partly verified',
    },
    patches: [
      {
        file: LWP,
        find: "  while (mem.read(l + L_REFCNT) !== 0) yield* cvWait(cpu, p + P_LWPCV, p + P_LOCK, 'lwpref')\n",
        replace: '',
      },
      { file: LWP, find: '  cvWait,\n', replace: '' },
    ],
    target: 'scenario:regread-vs-lwp-exit',
    corrections: CORRECTED,
    parallelScenario: 'lwp-churn',
    expected: ['panic', 'useAfterFree', 'stackTouch'],
  },
  {
    id: 'stolen-in-the-switch',
    about: 'sched_catchlwp does not wait for l_ctxswtch before it takes an LWP to another CPU',
    story: 'The thief runs the LWP while the CPU it leaves is still saving its registers.',
    source: {
      text: 'kern_runq.c 1.22.4.4 (NetBSD 5.2): the spin on l_ctxswtch in sched_catchlwp',
      confidence: 'verified',
    },
    patches: [
      {
        file: 'kernel/src/mi-switch.ts',
        find: '  mem.spinWhile(newl + L_CTXSWTCH, 1) // it may be leaving another CPU\n',
        replace: '',
      },
      {
        file: 'kernel/src/sched-migrate.ts',
        find: '      mem.spinWhile(lwp + L_CTXSWTCH, 1) // its CPU may still be on its stack\n',
        replace: '',
      },
      { file: 'kernel/src/sched-migrate.ts', find: 'L_CPU, L_CTXSWTCH, L_FLAG', replace: 'L_CPU, L_FLAG' },
    ],
    target: 'scenario:runners-vs-thief',
    corrections: CORRECTED,
    expected: ['race', 'stackTouch', 'panic', 'invariant'],
  },
  {
    id: 'lwp-lock-no-retry',
    about: 'lwp_lock does not look again whether l_mutex is still the lock that it has got',
    story:
      'The LWP was woken, or went to sleep, while its lock was waited for: the lock that was taken covers it no more.',
    source: {
      text: 'lwp_lock and lwp_lock_retry, sys/lwp.h and kern_lwp.c of NetBSD 5.2',
      confidence: 'verified',
    },
    patches: [
      {
        file: 'kernel/src/kern-lwp-lock.ts',
        find: '  if (mem.load(lwp + L_MUTEX) !== mutex) lwpLockRetry(cpu, lwp, mutex)\n',
        replace: '',
      },
    ],
    target: 'scenario:wakeup-vs-swapin',
    corrections: CORRECTED,
    window: { from: 14, to: 15, bound: 1, executions: 700 },
    expected: ['panic', 'guardedBy', 'race', 'invariant'],
    quick: true,
  },
  {
    id: 'exit-no-hold',
    about: 'lwp_exit does not hold itself',
    story:
      'An exiting LWP of several can still block; off alllwp by then, it is found by no swapper if it is thrown out. The hold that is never released is all that keeps it.',
    source: { text: 'kern_lwp.c 1.126.2.2 (NetBSD 5.2): uvm_lwp_hold in lwp_exit', confidence: 'verified' },
    patches: [
      { file: 'kernel/src/kern-exit.ts', find: '  yield* uvmLwpHold(cpu, l)\n', replace: '' },
      {
        file: 'kernel/src/kern-exit.ts',
        find: "import { uvmLwpHold } from './uvm-glue/hold.js'\n",
        replace: '',
      },
    ],
    target: 'scenario:lwp-exit-vs-swapout',
    corrections: CORRECTED,
    near: { file: SWAPOUT, find: '  // Mark it as (potentially) swapped out.\n  lwpLock(cpu, l)\n' },
    parallelScenario: 'lwp-churn',
    expected: ['invariant', 'deadlock', 'lostWakeup', 'panic'],
  },
]
