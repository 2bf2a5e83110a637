import { continueVsSwapout, sigcontVsSwapout } from './scenarios/continue-vs-swapout.js'
import { exitVsSwapper } from './scenarios/exit-vs-swapper.js'
import { holdVsHold } from './scenarios/hold-vs-hold.js'
import { holdVsSwapout } from './scenarios/hold-vs-swapout.js'
import { holdVsSwapper } from './scenarios/hold-vs-swapper.js'
import { kickVsSwapper } from './scenarios/kick-vs-swapper.js'
import { lateWakerVsSwapout, wakerVsSwapout } from './scenarios/waker-vs-swapout.js'
import { releVsHold } from './scenarios/rele-vs-hold.js'
import { releVsSwapout } from './scenarios/rele-vs-swapout.js'
import { swapoutInSwitch } from './scenarios/swapout-in-switch.js'
import { wakeupVsSwapin } from './scenarios/wakeup-vs-swapin.js'
import { UNCORRECTED } from './verified-claim.js'
import type { Claim } from './verified-claim.js'

const PREEMPTION = { kpreempt: true } as const
const THREE_CPUS = { cpus: 3, memory: 100, wired: 31, freemin: 50 } as const

/** What was verified to hold. The figures are in docs/verified.md; `holdfast verify` makes them again. */
export const CLAIMS: readonly Claim[] = [
  {
    id: 'kick',
    claim:
      'A kick is not lost on a swapper that is going to sleep: an LWP that is woken while it is out is brought in.',
    scenario: kickVsSwapper,
    from: 16,
    to: 17,
    bound: 1,
    planted: ['kick-not-sticky', 'kick-tested-early'],
  },
  {
    id: 'hold-vs-swapout',
    claim: 'When uvm_lwp_hold returns the LWP is in memory, though the pagedaemon was just swapping it out.',
    scenario: holdVsSwapout,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['hold-tested-early'],
  },
  {
    id: 'hold-vs-swapout-preempted',
    claim: 'The same with kernel preemption.',
    scenario: holdVsSwapout,
    machine: PREEMPTION,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['hold-tested-early'],
  },
  {
    id: 'rele-vs-swapout',
    claim:
      'An LWP is not swapped out while it is held, up to the last release, and one that is held again is in memory again.',
    scenario: releVsSwapout,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['holdcnt-ignored'],
  },
  {
    id: 'hold-vs-hold',
    claim: 'The second of two holders returns when the LWP is in memory, not before; it is brought in once.',
    scenario: holdVsHold,
    from: 14,
    to: 15,
    bound: 1,
    planted: ['hold-counts-first'],
    quick: true,
  },
  {
    id: 'hold-vs-hold-preempted',
    claim: 'The same with kernel preemption.',
    scenario: holdVsHold,
    machine: PREEMPTION,
    from: 14,
    to: 15,
    bound: 1,
    planted: ['hold-counts-first'],
  },
  {
    id: 'hold-vs-hold-3-cpus',
    claim: 'The same on three CPUs.',
    scenario: holdVsHold,
    machine: THREE_CPUS,
    from: 14,
    to: 15,
    bound: 1,
    planted: ['hold-counts-first'],
  },
  {
    id: 'hold-vs-hold-2',
    claim: 'The same with two preemptions.',
    scenario: holdVsHold,
    from: 14,
    to: 15,
    bound: 2,
    planted: ['hold-counts-first'],
  },
  {
    id: 'holdcnt',
    claim: 'No hold and no release is lost when two LWPs change l_holdcnt at the same time.',
    scenario: releVsHold,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['holdcnt-not-atomic'],
    quick: true,
  },
  {
    id: 'holdcnt-2',
    claim: 'The same with two preemptions.',
    scenario: releVsHold,
    from: 12,
    to: 13,
    bound: 2,
    planted: ['holdcnt-not-atomic'],
  },
  {
    id: 'wakeup-vs-swapout',
    claim: 'An LWP that is woken while it is being swapped out runs in the end.',
    scenario: wakerVsSwapout,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['wakeup-no-kick'],
  },
  {
    id: 'wakeup-vs-swapout-2',
    claim:
      'With not-in-switch, an LWP that is woken after the pagedaemon has chosen it, and runs, is not swapped out.',
    scenario: lateWakerVsSwapout,
    // Without it, one that was woken and sleeps again is swapped out in the switch: see docs/findings.md.
    variant: 'not-in-switch',
    from: 12,
    to: 13,
    swaplockOf: 'target',
    bound: 2,
    planted: ['swapout-no-recheck'],
  },
  {
    id: 'wakeup-vs-swapin',
    claim: 'An LWP that is woken while a holder brings it in runs in the end, and on a wired stack.',
    scenario: wakeupVsSwapin,
    variant: 'recheck-inmem',
    from: 14,
    to: 15,
    bound: 1,
    planted: ['inmem-unlocked', 'enqueued-unwired'],
    quick: true,
  },
  {
    id: 'wakeup-vs-swapin-preempted',
    claim: 'The same with kernel preemption.',
    scenario: wakeupVsSwapin,
    machine: PREEMPTION,
    variant: 'recheck-inmem',
    from: 14,
    to: 15,
    bound: 1,
    planted: ['inmem-unlocked', 'enqueued-unwired'],
  },
  {
    id: 'wakeup-vs-swapin-3-cpus',
    claim: 'The same on three CPUs.',
    scenario: wakeupVsSwapin,
    machine: THREE_CPUS,
    variant: 'recheck-inmem',
    from: 14,
    to: 15,
    bound: 1,
    planted: ['inmem-unlocked', 'enqueued-unwired'],
  },
  {
    id: 'continue-vs-swapout',
    claim:
      'PT_CONTINUE of a stopped process finds its LWP in memory and sets it running, with memory enough.',
    scenario: continueVsSwapout,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['continue-no-hold'],
  },
  {
    id: 'sigcont-vs-swapout',
    claim: 'A stopped LWP that SIGCONT finds swapped out, or being swapped out, runs in the end.',
    scenario: sigcontVsSwapout,
    from: 12,
    to: 13,
    bound: 1,
    planted: ['setrunnable-no-kick'],
  },
  {
    id: 'recheck-inmem',
    claim: 'With recheck-inmem, a holder and the swapper do not both bring an LWP in.',
    scenario: holdVsSwapper,
    variant: 'recheck-inmem',
    from: 20,
    to: 21,
    bound: 1,
    planted: [UNCORRECTED],
  },
  {
    id: 'free-takes-swaplock',
    claim: 'With free-takes-swaplock, no l_swaplock is destroyed while the swapper has it.',
    scenario: exitVsSwapper,
    variant: 'free-takes-swaplock',
    from: 20,
    to: 21,
    turn: 1,
    bound: 1,
    planted: [UNCORRECTED],
    quick: true,
  },
  {
    id: 'not-in-switch',
    claim: 'With not-in-switch, no LWP is swapped out while a CPU is on its stack.',
    scenario: swapoutInSwitch,
    variant: 'not-in-switch',
    from: 2,
    to: 3,
    turn: 30,
    bound: 1,
    planted: [UNCORRECTED],
  },
]
