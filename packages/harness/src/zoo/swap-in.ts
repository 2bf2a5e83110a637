import type { Mutant } from './mutant.js'
import { CORRECTED, SCHEDULER, SWAPIN } from './sources.js'

const WIRE =
  '  const error = yield* uareaSwapin(cpu, mem.read(l + L_ADDR))\n  if (error !== 0) panic(`uvm_swapin: rewiring stack failed: ${error}`)\n'
const ASSERTED =
  "  kassert(mutexOwned(cpu, l + L_SWAPLOCK), 'mutex_owned(&l->l_swaplock)', l + L_SWAPLOCK)\n  kassert(l !== curlwp(cpu), 'l != curlwp')\n"

/** Bringing an LWP in: uvm_swapin, uvm_scheduler, and the wiring of u-areas and user memory. */
export const swapIn: readonly Mutant[] = [
  {
    id: 'enqueued-unwired',
    about: 'uvm_swapin puts the LWP on its run queue before it wires the u-area',
    story: 'Another CPU runs it at once, on pages that may be gone.',
    source: {
      text: 'the order of uvm_swapin in uvm_glue.c 1.137: wire, then queue, then LW_INMEM',
      confidence: 'verified',
    },
    patches: [
      { file: SWAPIN, find: WIRE, replace: '' },
      { file: SWAPIN, find: '  lwpUnlock(cpu, l)\n', replace: `  lwpUnlock(cpu, l)\n${WIRE}` },
    ],
    target: 'scenario:wakeup-vs-swapin',
    corrections: CORRECTED,
    expected: ['stackTouch', 'invariant', 'panic'],
    quick: true,
  },
  {
    id: 'inmem-unlocked',
    about: 'uvm_swapin sets LW_INMEM when it has let go of the lock of the LWP',
    story:
      'The waker looks at LW_INMEM under that lock: woken in between, the LWP is queued by nobody, or two stores to l_flag lose one of them.',
    source: {
      text: 'section 1.5 of lwp.h and kern_lwp.c (NetBSD 5.2): LW_INMEM changes under l_swaplock and lwp_lock',
      confidence: 'verified',
    },
    patches: [
      {
        file: SWAPIN,
        find: '  mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_INMEM)\n  mem.write(l + L_SWTIME, 0)\n  lwpUnlock(cpu, l)\n',
        replace:
          '  mem.write(l + L_SWTIME, 0)\n  lwpUnlock(cpu, l)\n  mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_INMEM)\n',
      },
    ],
    target: 'scenario:wakeup-vs-swapin',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['guardedBy', 'race', 'lostWakeup', 'invariant'],
    quick: true,
  },
  {
    id: 'swapin-queues-sleepers',
    about: 'uvm_swapin puts the LWP on a run queue whether or not it is runnable',
    story: 'An LWP that was brought in for a register reader still sleeps, and is on two queues.',
    source: {
      text: 'Z3: uvm_swapin was called for sleepers by PHOLD only; uvm_glue.c 1.97',
      confidence: 'partly verified',
    },
    patches: [
      {
        file: SWAPIN,
        find: '  if (mem.read(l + L_STAT) === LSRUN) schedEnqueue(cpu, l, false)\n',
        replace: '  schedEnqueue(cpu, l, false)\n',
      },
      { file: SWAPIN, find: 'L_FLAG, L_STAT, L_SWAPLOCK', replace: 'L_FLAG, L_SWAPLOCK' },
      { file: SWAPIN, find: 'import { LSRUN, LW_INMEM }', replace: 'import { LW_INMEM }' },
    ],
    target: 'scenario:hold-vs-hold',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['panic', 'doubleEnqueue', 'invariant'],
  },
  {
    id: 'swapper-no-swaplock',
    about: 'uvm_scheduler brings the LWP in without its l_swaplock',
    story: 'A holder, or the pagedaemon that is still throwing it out, is in the middle of the same u-area.',
    source: {
      text: 'NetBSD 5.2 had the assertion in uvm_swapin that l_swaplock is held commented out, as not yet; 1.137 has it',
      confidence: 'verified',
    },
    patches: [
      {
        file: SCHEDULER,
        find: '      yield* mutexEnter(cpu, l + L_SWAPLOCK)\n      mutexExit(cpu, PROC_LOCK)\n',
        replace: '      mutexExit(cpu, PROC_LOCK)\n',
      },
      { file: SCHEDULER, find: '      mutexExit(cpu, l + L_SWAPLOCK)\n', replace: '' },
      { file: SCHEDULER, find: '  L_SWAPLOCK,\n', replace: '' },
      { file: SWAPIN, find: ASSERTED, replace: "  kassert(l !== curlwp(cpu), 'l != curlwp')\n" },
    ],
    target: 'scenario:hold-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['wireLeak', 'panic', 'race', 'doubleEnqueue', 'invariant'],
  },
  {
    id: 'swapper-late-swaplock',
    about: 'uvm_scheduler drops proc_lock before it takes the l_swaplock of the LWP it has chosen',
    story: 'With nothing held, the LWP is brought in by another, exits and is freed; then its lock is taken.',
    source: {
      text: 'Z4, for the swapper: uvm_glue.c 1.97 used what it had chosen after the list lock was dropped',
      confidence: 'verified',
    },
    patches: [
      {
        file: SCHEDULER,
        find: '      yield* mutexEnter(cpu, l + L_SWAPLOCK)\n      mutexExit(cpu, PROC_LOCK)\n',
        replace: '      mutexExit(cpu, PROC_LOCK)\n      yield* mutexEnter(cpu, l + L_SWAPLOCK)\n',
      },
    ],
    target: 'scenario:hold-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'lwp-churn',
    expected: ['useAfterFree', 'panic', 'invariant'],
  },
  {
    id: 'physio-no-hold',
    about: 'physio does not hold its caller in memory while a transfer uses what lies on its stack',
    story:
      'An object on a kernel stack that another thread uses while the stack is out: workqueue_finiqueue slept with its work item on the stack. Half of all holds of the kernel are there for this.',
    source: {
      text: 'Z7: subr_workqueue.c 1.27 (ad), pull-up ticket #651; physio stands for it here',
      confidence: 'verified',
    },
    patches: [
      { file: 'kernel/src/kern-physio.ts', find: '  yield* uvmLwpHold(cpu, l)\n', replace: '' },
      { file: 'kernel/src/kern-physio.ts', find: '  uvmLwpRele(cpu, l)\n', replace: '' },
      {
        file: 'kernel/src/kern-physio.ts',
        find: "import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'\n",
        replace: '',
      },
    ],
    target: 'scenario:physio-vs-scan',
    corrections: CORRECTED,
    parallelScenario: 'physio-vslock',
    expected: ['invariant', 'stackTouch'],
  },
]
