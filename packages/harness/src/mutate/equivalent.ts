import { EQUIVALENT_BASE } from './equivalent-base.js'

const LEAVES =
  'pmap_activate leaves whatever address space is loaded, and pmap_destroy makes every CPU leave its own'
const CACHED = 'the u-area of a new LWP comes from the cache, wired: the branch is dead in 1.137'
const LOOKS_AGAIN =
  'the correction (swapper-tries) looks at both again once it has the lock, and a lock that is tried in vain is another look after a tick'
const AGAIN = 'whoever waits there looks again, and sleeps on'
const NO_NOCLDWAIT =
  'the parent of a process that exits has not PK_NOCLDWAIT, or is init, which has a child then: the one that exits'
const UNUSED = 'runs at boot, and nobody looks at PR_NOALIGN'

/** Mutants that no execution can tell from the kernel, by id, and why. */
export const EQUIVALENT: ReadonlyMap<string, string> = new Map<string, string>([
  [
    'drop-unlock:exit:uvmProcExit:1',
    'the LWP exits: until then it cannot be preempted, so what it does is among what it may do',
  ],
  ['late-lock:exit:uvmProcExit:1', LEAVES],
  ['early-unlock:exit:uvmProcExit:1', LEAVES],
  ['store-after-unlock:exit:uvmProcExit:1', LEAVES],
  ['negate-condition:fork:uvmLwpFork:2', CACHED],
  [
    'negate-condition:kernacc:uvmKernacc:1',
    'every entry of the kernel map may be read and written, so either question has the same answer',
  ],
  [
    'early-unlock:scheduler:uvmKickScheduler:1',
    'the flag is set under the mutex; the signal need not be sent under it, and the variable is never destroyed',
  ],
  [
    'drop-check:scheduler:uvmKickScheduler:1',
    'the swapper runs before any other LWP does: the test is for kicks at boot',
  ],
  ['drop-check:scheduler:uvmScheduler:1', LOOKS_AGAIN],
  ['drop-operand:scheduler:uvmScheduler:1', LOOKS_AGAIN],
  ['drop-operand:scheduler:uvmScheduler:2', LOOKS_AGAIN],
  [
    'drop-operand:scheduler:uvmScheduler:3',
    'a runnable LWP that is out leaves LSRUN only when it is in memory again, which the other half tests',
  ],
  [
    'early-unlock:swapout:uvmSwapoutThreads:3',
    'the correction (rescan-after-drop) begins the walk anew whatever the try says',
  ],
  [
    'drop-check:swapout:uvmSwapoutThreads:8',
    'uvm_swapout looks at the same once more, with the LWP locked, and does nothing else if the answer is no',
  ],
  [
    'early-unlock:swapout:uvmSwapout:2',
    'pmap_collect has the lock of the pmap, and takes mappings away as the pagedaemon does at any time; the process cannot end while an LWP of it is out',
  ],
  ['drop-check:uarea:uvmUareaInit:1', UNUSED],
  ['drop-operand:uarea:uvmUareaInit:1', UNUSED],
  ['drop-operand:uarea:uvmUareaInit:2', UNUSED],
  ['drop-operand:uarea:uvmUareaInit:3', UNUSED],
  ['drop-operand:uarea:uvmUareaInit:4', UNUSED],
  ['negate-condition:uarea:uvmUareaInit:1', UNUSED],
  // LWPs and their end.
  [
    'drop-check:kern-lwp-lock:lwpLock:1',
    'the lock is given back and taken again, with the same look afterwards: as by one who comes a little later',
  ],
  [
    'drop-operand:kern-lwp:lwpFind:2',
    'whoever looks for an LWP by its id wants one that has a reference, and a dead one has none',
  ],
  ['drop-check:kern-lwp:lwpCreate:4', 'system LWPs are made at boot alone, before any execution begins'],
  ['drop-check:kern-lwp:lwpDelref:1', AGAIN],
  [
    'early-unlock:kern-lwp:lwpDelref:1',
    'l_refcnt has changed under p_lock, so p_lwpcv may be told after that is released; and the process outlives that, as whoever has a reference on an LWP has p_reflock too',
  ],
  [
    'skip-wakeup:kern-lwp:lwpFree:1',
    'nothing calls lwp_wait; exit_lwps alone waits for LWPs to be freed, and whoever frees one meanwhile is of the same process, or makes one that is, and tells p_lwpcv when it exits',
  ],
  ['drop-check:kern-exit:exit1:2', 'without other LWPs there is nothing to do in exit_lwps'],
  [
    'drop-operand:kern-exit:exitLwps:1',
    'LW_SINTR is set and cleared with the lock of the LWP, in a sleep: it is asleep, or has stopped there, which the other half of the condition accepts',
  ],
  ['drop-operand:kern-exit:exitLwps:4', 'nothing in this kernel suspends an LWP'],
  [
    'store-after-unlock:kern-exit:exit1:3',
    'nobody looks at p_ndlwps any more: no LWP is left that makes or frees another, and the last is freed without it',
  ],
  ['drop-check:kern-exit:exit1:5', NO_NOCLDWAIT],
  ['negate-condition:kern-exit:exit1:8', NO_NOCLDWAIT],
  ['skip-wakeup:kern-exit:exit1:1', NO_NOCLDWAIT],
  ...EQUIVALENT_BASE,
])
