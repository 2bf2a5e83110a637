import { layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'

/** Address of a `struct proc`. */
export type ProcRef = Addr

/** struct proc (sys/proc.h). p_lock is here the lock itself, not a pointer to one. */
export const {
  P_LIST_NEXT,
  P_LIST_PREV,
  P_PID,
  P_STAT,
  P_FLAG,
  P_SFLAG,
  P_SLFLAG,
  P_NICE,
  P_XSTAT,
  P_PPTR,
  P_SIBLING_NEXT,
  P_SIBLING_PREV,
  P_CHILDREN,
  P_LOCK,
  P_REFLOCK,
  P_WAITCV,
  P_LWPCV,
  P_LWPS,
  P_NLWPS,
  P_NZLWPS,
  P_NRLWPS,
  P_NLWPWAIT,
  P_NSTOPCHILD,
  P_ZOMBLWP,
  P_NLWPID,
  P_VMSPACE,
  P_RLIMIT,
  P_SCENARIO,
  P_GENERATION,
  P_NEXT_FREE,
  P_OPPTR,
  P_WAITED,
  P_NDLWPS,
  P_NPAGES,
  PROC_WORDS,
} = layout('proc', {
  P_LIST_NEXT: 'PROC_LOCK',
  P_LIST_PREV: 'PROC_LOCK',
  P_PID: 'stable',
  P_STAT: {
    lock: 'p_lock',
    unlockedWrites: 'tested by swappable(); exit1 writes SDEAD under proc_lock',
  },
  P_FLAG: {
    lock: 'p_lock',
    unlocked: 'PK_* are set when the process is made: fork and exit read them of the parent',
  },
  P_SFLAG: 'p_lock',
  P_SLFLAG: { lock: 'PROC_LOCK', unlocked: 'setrunnable reads it under p_lock' },
  P_NICE: { lock: 'p_lock', unlocked: 'read by the swapper for its priority' },
  P_XSTAT: { lock: 'p_lock', unlockedWrites: 'exit1 sets it when no other LWP of the process is left' },
  P_PPTR: 'PROC_LOCK',
  P_SIBLING_NEXT: 'PROC_LOCK',
  P_SIBLING_PREV: 'PROC_LOCK',
  P_CHILDREN: 'PROC_LOCK',
  P_LOCK: { lock: 'atomic', isLock: true }, // adaptive: the process and its LWPs' membership
  P_REFLOCK: { lock: 'atomic', words: 2, isLock: true }, // rwlock: debuggers read, exit writes
  P_WAITCV: { lock: 'PROC_LOCK', words: 2 }, // wait(2) of its children
  P_LWPCV: { lock: 'p_lock', words: 2 }, // LWPs leaving
  P_LWPS: 'p_lock', // first LWP (l_sibling)
  P_NLWPS: 'p_lock',
  P_NZLWPS: 'p_lock',
  P_NRLWPS: 'p_lock',
  P_NLWPWAIT: 'p_lock',
  P_NSTOPCHILD: 'PROC_LOCK',
  P_ZOMBLWP: { lock: 'p_lock', unlocked: 'lwp_create looks whether there is one before it locks' },
  P_NLWPID: 'p_lock',
  P_VMSPACE: { lock: 'p_lock', unlockedWrites: "read by the swap-out; exit replaces it by proc0's" },
  P_RLIMIT: { lock: 'p_lock', words: 24, unlocked: "fork copies the parent's; nobody changes them" }, // pairs current, maximum; see uvm_init_limits
  P_SCENARIO: 'stable', // index of the process in the workload that made it
  P_GENERATION: 'LWP_CACHE_LOCK',
  P_NEXT_FREE: 'LWP_CACHE_LOCK', // link of the free list
  P_OPPTR: 'PROC_LOCK', // parent before a tracer took it over
  P_WAITED: { lock: 'p_lock', unlockedWrites: 'wait reads and sets it under proc_lock' }, // its stop was reported by wait
  P_NDLWPS: 'p_lock', // detached LWPs
  P_NPAGES: 'stable', // pages of user memory, from USER_BASE
})
