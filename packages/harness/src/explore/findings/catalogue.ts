import type { Verdict } from '@holdfast/explorer'

/** A fault of 1.137 that the explorer finds: how it is found, what it is, and what would correct it. */
export interface Listed {
  /** Name of its file in docs/findings. */
  readonly id: string
  readonly title: string
  /** The fault, in one sentence. */
  readonly fault: string
  readonly scenario: string
  /** Corrections of other faults that would otherwise end an execution first; undefined: the kernel as it is. */
  readonly variant?: string
  readonly strategy: 'random' | 'pct'
  readonly depth?: number
  /** Ticks of the clock at any point, of an execution. Default: as for every scenario. */
  readonly ticks?: number
  readonly verdict: Verdict
  /** What the report says. */
  readonly says: RegExp
  /** Whether a real kernel could hit it, and when. */
  readonly real: string
  /** How it was told from a fault of the model. */
  readonly apart: string
  /** Variant that corrects it, besides those in `variant`. */
  readonly correction: string
  /** Corrections of other faults, which the kernel with `correction` would show instead; separated by commas. */
  readonly alsoCorrected?: string
  /** What else is to be known of the corrected kernel. */
  readonly corrected?: string
}

/** The findings of docs/findings.md, in the order in which they are told. */
export const CATALOGUE: readonly Listed[] = [
  {
    id: 'swapped-in-twice',
    title: 'Swapped in twice',
    fault:
      'uvm_scheduler chooses an LWP that is runnable and swapped out, waits for its l_swaplock, and brings it in without looking at LW_INMEM again: whoever had the ' +
      'lock, a holder in uvm_lwp_hold, has brought it in already, so it is wired twice and put on a run queue twice.',
    scenario: 'hold-vs-swapper',
    strategy: 'random',
    verdict: 'panic',
    says: /lwp_locked\(l, spc->spc_mutex\)/,
    real: 'Yes: a debugger or procfs reader that looks at an LWP just when it wakes up, with memory short. Without DIAGNOSTIC the run queue is damaged silently, and the wiring is never undone.',
    apart:
      'The C text has no test between mutex_enter(&l->l_swaplock) and uvm_swapin(l) in uvm_scheduler, as uvm_lwp_hold has; the vectors of the compiled C agree with the model on both functions.',
    correction: 'recheck-inmem',
  },
  {
    id: 'exit-under-the-swapper',
    title: 'An LWP exits while the swapper has its swap lock',
    fault:
      'uvm_swapin makes the LWP runnable while the swapper still holds its l_swaplock; the LWP runs on another CPU and exits, and lwp_free destroys the mutex that the swapper is about to release.',
    scenario: 'exit-vs-swapper',
    strategy: 'pct',
    depth: 3,
    verdict: 'panic',
    says: /!MUTEX_OWNED/,
    real: 'Yes, if the swapper loses its CPU, or is slow, between lwp_unlock in uvm_swapin and mutex_exit: the LWP needs some thousand instructions to exit and be reaped. Without DIAGNOSTIC the swapper releases the lock of whatever LWP lives in the structure next.',
    apart:
      'The exit path of that date never takes l_swaplock (kern_exit.c, kern_lwp.c), and lwp_free calls mutex_destroy on it: both are as in the sources. The order of the two CPUs is one that nothing forbids.',
    correction: 'free-takes-swaplock',
  },
  {
    id: 'exit-under-the-scan',
    title: 'An LWP exits while the swap-out scan has its swap lock',
    fault:
      'uvm_swapout_threads drops proc_lock before uvm_swapout with only l_swaplock held, which the exit path does not take: the LWP wakes up, exits, and is freed under it.',
    scenario: 'scan-vs-exit',
    strategy: 'pct',
    depth: 3,
    verdict: 'panic',
    says: /!MUTEX_OWNED/,
    real: 'Yes: any LWP that wakes up and exits between the scan\'s tests and lwp_lock in uvm_swapout. The source itself says "locking in the wrong direction - try to prevent the LWP from exiting", after the call.',
    apart:
      'As the one before: both sides are ported line by line, and the window is between two statements of uvm_swapout_threads.',
    correction: 'free-takes-swaplock',
  },
  {
    id: 'swapped-out-in-the-switch',
    title: 'Swapped out while a CPU is still on its stack',
    fault:
      'mi_switch clears LP_RUNNING and unlocks the LWP before cpu_switchto has saved its registers in the u-area; swappable() asks for LP_RUNNING only, so the pagedaemon may unwire the stack that a CPU is running on.',
    scenario: 'swapout-in-one-switch',
    strategy: 'pct',
    depth: 3,
    verdict: 'stackTouch',
    says: /still on its stack/,
    real: 'Yes, in a window of some tens of instructions. vm.maxslp is 0 here so that any sleeper will do; it does not need that: in late-waker-vs-swapout a long sleeper is chosen, wakes, runs and goes to sleep again before uvm_swapout looks, and its second look is at neither l_slptime nor l_ctxswtch. Unwiring does not unmap, so mostly nothing is seen.',
    apart:
      'The order of the stores is that of kern_synch.c, where l_ctxswtch says that a CPU is still on the stack: mi_switch and sched_catchlwp wait for it, swappable() does not look.',
    correction: 'not-in-switch',
    alsoCorrected: 'free-takes-swaplock,rescan-after-drop',
  },
  {
    id: 'swapper-waits-for-a-holder',
    title: 'Deadlock: the swapper, a holder and the pagedaemon',
    fault:
      "The swapper waits for l_swaplock with proc_lock held; the lock is a holder's that waits for memory in uvm_swapin; the pagedaemon, which would free some, waits for proc_lock in uvm_swapout_threads.",
    scenario: 'hold-vs-memory',
    strategy: 'random',
    verdict: 'deadlock',
    says: /the swapper waits in/,
    real: 'Yes: the comment in uvm_scheduler says that this part "could deadlock on memory despite our feeble check". The check does not help: it is made of the swapper\'s own need, not of the holder\'s.',
    apart:
      'The waits are those of the C: mutex_enter(&l->l_swaplock) under proc_lock, uvm_wait below uvm_fault_wire, mutex_enter(proc_lock) in the scan. Memory can be freed: the page that is missing is wired by a process that has since unwired it.',
    correction: 'swapper-tries',
    corrected:
      'Its executions are long, and no livelock: of 1,040 (random and pos, two seeds each) every one ended, after 16,000 to 54,000 accesses. The holder has the lock and waits for memory, and as long as the ' +
      'pages are wired nothing is on its way to the disk, so uvm_pageout wakes those who wait each time it has found nothing, and they try again. That is the C, with or without the correction, and goes on until the ' +
      'pages are unwired, ticks later; while a machine is busy a tick comes after 5,000 accesses only.',
  },
  {
    id: 'tracer-waits-for-memory',
    title: 'Deadlock: a tracer with proc_lock waits for memory',
    fault:
      'PT_CONTINUE calls uvm_lwp_hold with proc_lock and p_lock held; if the LWP is swapped out and memory is short, the tracer waits for memory with them, and the pagedaemon waits for proc_lock.',
    scenario: 'ptrace-vs-memory',
    strategy: 'random',
    verdict: 'deadlock',
    says: /tracer .* waits .*for memory/,
    real: 'Yes, without any race: continuing a process that was stopped for long, with memory short. procfs_control does the same, with a comment that asks about its locking.',
    apart: 'sys_process.c and procfs_ctl.c of that date hold both locks across uvm_lwp_hold.',
    correction: 'hold-before-locks',
  },
  {
    id: 'holder-swapped-out',
    title: "Deadlock: a holder is swapped out with another LWP's swap lock",
    fault:
      "A holder that sleeps in uvm_swapin, for the disk or for memory, has another LWP's l_swaplock; nothing in swappable() knows, so it is swapped out itself, and the swapper waits for that lock before it would come to the holder.",
    scenario: 'holder-swapped-out',
    strategy: 'random',
    verdict: 'deadlock',
    says: /is runnable and swapped out/,
    real: 'Yes, if the wait lasts for maxslp seconds (20), or for a second with USPACE pages free or fewer. It is the convoy that excluding mutex and rwlock sleepers in swappable() was meant to prevent, by way of a sleep that is neither.',
    apart:
      "uvm_lwp_hold does not hold its caller, and no test of swappable() fails for it. The scenario's disk takes a second and a half.",
    correction: 'holder-holds-itself',
    alsoCorrected: 'recheck-inmem',
  },
  {
    id: 'stale-list-link',
    title: 'The scan follows the link of an LWP that is gone',
    fault:
      'After uvm_swapout, uvm_swapout_threads tries proc_lock, and if it gets it, goes on from the LWP it stood on; but proc_lock was dropped meanwhile, and the LWP may have left alllwp and been freed.',
    scenario: 'scan-vs-pair-exit',
    variant: 'free-takes-swaplock',
    strategy: 'pct',
    depth: 3,
    ticks: 0,
    verdict: 'useAfterFree',
    says: /uvm_swapout_threads/,
    real: 'Yes: LIST_FOREACH reads le_next of a freed LWP. The try is there to keep the LWP from exiting, but it comes after the time in which it could.',
    apart:
      "Found in the kernel with the fault before it corrected, so that the execution gets so far; the walk is the C's, statement by statement, and the free list poisons nothing: the checker of lifetimes tells.",
    correction: 'rescan-after-drop',
    alsoCorrected: 'not-in-switch',
  },
  {
    id: 'kdassert-too-strong',
    title: 'An assertion that is not true',
    fault:
      'uvm_swapout asserts that an LWP which has stopped being swappable belongs to another CPU; but another LWP can set LW_WEXIT of one that sleeps or waits on this CPU.',
    scenario: 'exit-vs-kdassert',
    variant: 'free-takes-swaplock,rescan-after-drop',
    strategy: 'pct',
    depth: 3,
    verdict: 'panic',
    says: /l_cpu != curcpu/,
    real: 'Yes, in kernels with options DEBUG: a panic where nothing is wrong.',
    apart:
      'The assertion stands in the C. LW_WEXIT is set by exit_lwps under lwp_lock only, whichever CPU the LWP belongs to.',
    correction: 'no-kdassert',
  },
  {
    id: 'vslock-unwires-the-copy',
    title: 'uvm_vsunlock unwires another page than uvm_vslock wired',
    fault:
      'A page is wired for I/O by uvm_vslock; the process forks, and a write gives the parent a copy of the page; uvm_vsunlock looks up the address, finds the copy and unwires it: its count goes below 0, and the page under I/O stays wired.',
    scenario: 'vslock-vs-fork',
    strategy: 'random',
    verdict: 'wireLeak',
    says: /which is not wired/,
    real: 'Yes: physio by one thread, fork by another. The device goes on writing to the page that the parent no longer sees.',
    apart:
      'uvm_vslock does not mark the map entry as wired, which is what fork looks at; uvm_pageunwire has no test for underflow (both as in C).',
    correction: 'fork-copies-wired',
  },
  {
    id: 'reference-to-who-leaves',
    title: 'A debugger finds an LWP that has dropped its last reference',
    fault:
      'An exiting LWP drops its own reference in lwp_drainrefs and sleeps there until those of others are gone; when the last one has been given back, and before it has ' +
      'p_lock again, lwp_find and its like still find it, since it is no zombie yet, and lwp_addref asserts that somebody has a reference.',
    scenario: 'addref-vs-exit',
    strategy: 'random',
    verdict: 'panic',
    says: /l_refcnt != 0/,
    real: 'Yes, in kernels with options DIAGNOSTIC: a second look by ptrace or procfs just after the first has ended, at an LWP that exits. Without it no harm is done: lwp_drainrefs looks again, with p_lock held.',
    apart:
      'In kern_lwp.c lwp_find leaves out LSIDL and LSZOMB only, lwp_addref has the assertion, lwp_drainrefs sleeps on a condition variable that releases p_lock, and LSZOMB is set after it: all as here. The hold of the scenario stands for a reader that sleeps.',
    correction: 'addref-while-draining',
  },
  {
    id: 'zombie-of-the-dead',
    title: 'A traced zombie goes back to a parent that is gone',
    fault:
      'exit1 clears p_opptr of the processes that others trace, but looks at those alive only; of a traced zombie p_opptr still names the parent that exits, and when the tracer collects the zombie, ' +
      'proc_free gives it back to a process structure that is free.',
    scenario: 'zombie-vs-parent',
    strategy: 'random',
    verdict: 'useAfterFree',
    says: /proc_reparent/,
    real: 'Yes, without any race: a debugger attaches to the child of another process, the child dies, its parent dies and is collected, and the debugger waits only then. If the structure has a new owner, that one gets a child it never had.',
    apart:
      'kern_exit.c walks allproc and says in a comment that zombies do not use p_opptr any more; proc_free, in the same file, does. Both are as in the sources.',
    correction: 'forget-in-zombies',
  },
]
