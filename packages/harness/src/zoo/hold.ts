import type { Mutant, Source } from './mutant.js'
import { CORRECTED, HOLD, SWAPIN, SWAPOUT } from './sources.js'

const COUNT =
  '    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {\n'
const ASSERTED =
  "  kassert(mutexOwned(cpu, l + L_SWAPLOCK), 'mutex_owned(&l->l_swaplock)', l + L_SWAPLOCK)\n  kassert(l !== curlwp(cpu), 'l != curlwp')\n"

const Z3: Source = {
  text: 'Z3: sys/lwp.h 1.41.4.2 to 1.48.2.7 (2006-10 to 2007-03) and uvm_glue.c 1.97: PHOLD, a macro that incremented and then tested, with no lock; replaced by uvm_lwp_hold, atomics and l_swaplock by 2007-07 (ad)',
  confidence: 'verified',
}

/** Holding an LWP in memory: uvm_lwp_hold, uvm_lwp_rele, and those who should call them. */
export const hold: readonly Mutant[] = [
  {
    id: 'hold-no-recheck',
    about: 'uvm_lwp_hold brings the LWP in without looking at LW_INMEM under l_swaplock',
    story: 'Whoever holds an LWP that is in memory wires it a second time, and it never gets unwired.',
    source: Z3,
    patches: [
      {
        file: HOLD,
        find: ' && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {\n',
        replace: ') {\n',
      },
      { file: HOLD, find: "import { LW_INMEM } from '../param.js'\n", replace: '' },
      { file: HOLD, find: 'import { L_FLAG, L_HOLDCNT,', replace: 'import { L_HOLDCNT,' },
    ],
    target: 'scenario:hold-vs-hold',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['wireLeak', 'panic', 'invariant', 'doubleEnqueue'],
  },
  {
    id: 'hold-tested-early',
    about: 'uvm_lwp_hold looks at LW_INMEM before it takes l_swaplock, and not again',
    story:
      'The pagedaemon, which has l_swaplock, is just swapping the LWP out: the holder returns with an LWP that is out.',
    source: Z3,
    patches: [
      {
        file: HOLD,
        find: COUNT,
        replace:
          '    const out = (mem.read(l + L_FLAG) & LW_INMEM) === 0\n    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && out) {\n',
      },
    ],
    target: 'scenario:hold-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'register-readers',
    window: { from: 12, to: 13, bound: 1, executions: 1_000 },
    expected: ['stackTouch', 'race', 'guardedBy', 'invariant'],
  },
  {
    id: 'hold-counts-first',
    about:
      'uvm_lwp_hold counts before it takes l_swaplock, and a second holder returns before the first has brought the LWP in',
    story:
      'A thread took it that PHOLD had brought the process in, when the count went from 1 to 2 while the first holder was still at it. The fix waits for the swap-in whatever the count.',
    source: {
      text: 'F1: FreeBSD commit 664f718ba1d4 (date not shown; recalled: jhb, 2003); NetBSD had the same until 2007 (Z3)',
      confidence: 'verified',
    },
    patches: [
      {
        file: HOLD,
        find: COUNT,
        replace:
          '    if (mem.add(l + L_HOLDCNT, 1) + 1 > 1) return\n    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if ((mem.read(l + L_FLAG) & LW_INMEM) === 0) {\n',
      },
    ],
    target: 'scenario:hold-vs-hold',
    corrections: CORRECTED,
    parallelScenario: 'register-readers',
    expected: ['stackTouch', 'invariant'],
    quick: true,
  },
  {
    id: 'hold-unlocked',
    about: 'uvm_lwp_hold is PHOLD as it was: it counts, looks, and swaps in, with no lock at all',
    story:
      'A holder and the swapper, or two holders, bring the same LWP in twice; and uvm_swapout, between its own test and its store, sees nothing of the hold.',
    source: Z3,
    patches: [
      { file: HOLD, find: '    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n', replace: '' },
      { file: HOLD, find: '    mutexExit(cpu, l + L_SWAPLOCK)\n', replace: '' },
      { file: HOLD, find: 'L_HOLDCNT, L_SWAPLOCK, type', replace: 'L_HOLDCNT, type' },
      { file: SWAPIN, find: ASSERTED, replace: "  kassert(l !== curlwp(cpu), 'l != curlwp')\n" },
    ],
    target: 'scenario:hold-vs-swapper',
    corrections: CORRECTED,
    parallelScenario: 'hold-storm',
    expected: ['wireLeak', 'race', 'panic', 'invariant', 'doubleEnqueue', 'stackTouch'],
  },
  {
    id: 'holdcnt-not-atomic',
    about: 'l_holdcnt is read and then written',
    story:
      'A holder and one that lets go lose one of the two changes: the LWP stays held for ever, or is swapped out while it is held.',
    source: Z3,
    patches: [
      {
        file: HOLD,
        find: '  mem.sub(l + L_HOLDCNT, 1)\n',
        replace: '  mem.write(l + L_HOLDCNT, mem.read(l + L_HOLDCNT) - 1)\n',
      },
      {
        file: HOLD,
        find: '    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && (',
        replace:
          '    const count = mem.read(l + L_HOLDCNT) + 1\n    mem.write(l + L_HOLDCNT, count)\n    if (count === 1 && (',
      },
    ],
    target: 'scenario:rele-vs-hold',
    corrections: CORRECTED,
    parallelScenario: 'register-readers',
    expected: ['race', 'invariant', 'guardedBy'],
    quick: true,
  },
  {
    id: 'holdcnt-ignored',
    about: 'swappable() does not look at l_holdcnt',
    story: 'uvm_swapout looked again whether the LWP ran, and not whether it was held meanwhile.',
    source: Z3,
    patches: [{ file: SWAPOUT, find: '  if (mem.read(l + L_HOLDCNT) !== 0) return false\n', replace: '' }],
    target: 'scenario:rele-vs-swapout',
    corrections: CORRECTED,
    expected: ['stackTouch', 'invariant'],
    quick: true,
  },
  {
    id: 'continue-no-hold',
    about: 'sys_ptrace touches the u-area of the LWP it continues without holding it',
    story:
      'Whoever looks at the stack or the registers of another LWP has to hold it. OpenBSD found that much of its code did not, and stopped swapping stacks.',
    source: {
      text: 'O1: OpenBSD procfs_status.c log (before 2007-06; recalled: tedu and art, 2005); sys_process.c of NetBSD 5.2 for what is right',
      confidence: 'partly verified',
    },
    patches: [
      {
        file: 'kernel/src/sys-process.ts',
        find: '      yield* uvmLwpHold(cpu, lt)\n      processSstep(cpu, lt, req === PT_STEP)\n      uvmLwpRele(cpu, lt)\n',
        replace: '      processSstep(cpu, lt, req === PT_STEP)\n',
      },
    ],
    target: 'scenario:continue-vs-swapout',
    corrections: CORRECTED,
    parallelScenario: 'ptrace-continue',
    expected: ['stackTouch'],
  },
  {
    id: 'registers-read-after-rele',
    about: 'process_doregs lets the LWP go before it has read the registers',
    story: 'The hold covers the swap-in only, and the scan takes the stack away under the reader.',
    source: {
      text: 'O1 again: a hold that ends too early is no hold; sys_process.c of NetBSD 5.2 for what is right',
      confidence: 'partly verified',
    },
    patches: [
      {
        file: 'kernel/src/sys-process.ts',
        find: '  yield* uvmLwpHold(cpu, l)\n  let digest',
        replace: '  yield* uvmLwpHold(cpu, l)\n  uvmLwpRele(cpu, l)\n  let digest',
      },
      {
        file: 'kernel/src/sys-process.ts',
        find: '  uvmLwpRele(cpu, l)\n  return digest\n',
        replace: '  return digest\n',
      },
    ],
    target: 'scenario:regread-vs-scan',
    corrections: CORRECTED,
    parallelScenario: 'register-readers',
    expected: ['stackTouch'],
  },
]
