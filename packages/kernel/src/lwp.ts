import { layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'

/** Address of a `struct lwp`. */
export type LwpRef = Addr

/**
 * struct lwp (sys/lwp.h). `l_mutex` is the spin lock that covers the LWP at present: see kern-lwp-lock.ts.
 * The fields after L_KCPU have no ancestor: they stand for what C keeps on the kernel stack or in callouts.
 */
export const {
  L_LIST_NEXT,
  L_LIST_PREV,
  L_SIBLING_NEXT,
  L_SIBLING_PREV,
  L_PROC,
  L_LID,
  L_REFCNT,
  L_PRFLAG,
  L_RUNQ_NEXT,
  L_RUNQ_PREV,
  L_CPU,
  L_TARGET_CPU,
  L_MUTEX,
  L_CTXSWTCH,
  L_ADDR,
  L_FLAG,
  L_STAT,
  L_SWTIME,
  L_HOLDCNT,
  L_CLASS,
  L_PRIORITY,
  L_INHERITEDPRIO,
  L_KPRIORITY,
  L_KPRIBASE,
  L_SWAPLOCK,
  L_TS,
  L_SYNCOBJ,
  L_SLEEPCHAIN_NEXT,
  L_SLEEPCHAIN_PREV,
  L_WCHAN,
  L_WMESG,
  L_SLEEPQ,
  L_SLPTIME,
  L_PFLAG,
  L_RU_NSWAP,
  L_RU_NVCSW,
  L_RU_NIVCSW,
  L_NOPREEMPT,
  L_DOPREEMPT,
  L_CPTICKS,
  L_PI_LENDERS,
  L_KCPU,
  L_TIMEOUT_TICK,
  L_TIMEOUT_NEXT,
  L_TIMEOUT_PREV,
  L_PROGRAM,
  L_ENTRY,
  L_GENERATION,
  L_NEXT_FREE,
  L_TIMEOUT_STATE,
  L_ESTCPU,
  LWP_WORDS,
} = layout('lwp', {
  L_LIST_NEXT: 'PROC_LOCK',
  L_LIST_PREV: 'PROC_LOCK', // address of the word that points here, as LIST_ENTRY's le_prev
  L_SIBLING_NEXT: 'p_lock',
  L_SIBLING_PREV: 'p_lock',
  L_PROC: 'stable',
  L_LID: 'stable',
  L_REFCNT: 'p_lock', // references that an exiting LWP waits for
  L_PRFLAG: 'p_lock', // LPR_*
  L_RUNQ_NEXT: 'spc_mutex',
  L_RUNQ_PREV: 'spc_mutex',
  L_CPU: { lock: 'l_mutex', unlocked: 'volatile: a hint to those without the lock' }, // cpu_info
  L_TARGET_CPU: 'l_mutex', // cpu_info to which it is to migrate, or 0
  L_MUTEX: { lock: 'l_mutex', unlocked: 'lwp_lock reads it, takes that lock and reads it again' },
  L_CTXSWTCH: {
    lock: 'l_mutex',
    unlockedWrites: 'cleared by the next LWP of the same CPU, spun on by others',
  },
  L_ADDR: {
    lock: 'l_mutex',
    unlocked: 'set before the LWP can be found, and cleared only when nobody can find it any more',
  }, // address of the u-area (bytes), 0 after uvm_lwp_exit
  L_FLAG: {
    lock: 'l_mutex',
    unlocked: 'both scans test LW_* under l_swaplock or proc_lock alone, and an LWP its own under nothing',
  },
  L_STAT: { lock: 'l_mutex', unlocked: 'tested by both scans, and by assertions, without the LWP lock' },
  L_SWTIME: { lock: 'l_mutex', unlocked: 'compared by both scans' }, // seconds since the last swap in or out
  L_HOLDCNT: 'atomic', // above 0: must stay in memory
  L_CLASS: { lock: 'l_mutex', unlocked: 'tested by swappable()' }, // SCHED_*
  L_PRIORITY: { lock: 'l_mutex', unlocked: 'lwp_eprio of the LWP that mi_switch has chosen' },
  L_INHERITEDPRIO: { lock: 'l_mutex', unlocked: 'lwp_eprio of the LWP that mi_switch has chosen' },
  L_KPRIORITY: { lock: 'private', unlocked: 'lwp_eprio of others' },
  L_KPRIBASE: { lock: 'private', unlocked: 'lwp_eprio of others' },
  L_SWAPLOCK: { lock: 'atomic', isLock: true }, // adaptive: swap-in and swap-out of this LWP
  L_TS: { lock: 'l_mutex', unlockedWrites: 'its own turnstile, lent while it blocks' },
  L_SYNCOBJ: { lock: 'l_mutex', unlocked: 'tested by swappable()' }, // *_SYNCOBJ
  L_SLEEPCHAIN_NEXT: 'l_mutex',
  L_SLEEPCHAIN_PREV: 'l_mutex',
  L_WCHAN: 'l_mutex',
  L_WMESG: 'l_mutex', // index of the wait message
  L_SLEEPQ: 'l_mutex',
  L_SLPTIME: { lock: 'l_mutex', unlocked: 'compared by both scans' }, // seconds asleep or stopped
  L_PFLAG: { lock: 'private', unlockedWrites: 'LP_RUNNING is written in the switch and read by swappable()' },
  L_RU_NSWAP: { lock: 'private', unlockedWrites: 'incremented by the pagedaemon' },
  L_RU_NVCSW: 'private',
  L_RU_NIVCSW: 'private',
  L_NOPREEMPT: 'private',
  L_DOPREEMPT: 'atomic', // a real-time LWP wants this one's CPU, even in the kernel
  L_CPTICKS: { lock: 'private', unlocked: 'hardclock of its CPU' },
  L_PI_LENDERS: 'l_mutex', // turnstiles through which a priority is lent to it
  L_KCPU: 'l_mutex', // 0 in user mode; else 1 + number of the CPU that holds its kernel coroutine
  L_TIMEOUT_TICK: 'CALLOUT_LOCK', // tick at which its sleep expires, 0: none
  L_TIMEOUT_NEXT: 'CALLOUT_LOCK',
  L_TIMEOUT_PREV: 'CALLOUT_LOCK',
  L_PROGRAM: 'stable', // address of its user program, 0 for kernel threads
  L_ENTRY: 'stable', // kernel threads: index into the table of entry functions
  L_GENERATION: 'LWP_CACHE_LOCK', // counts the lives of this structure
  L_NEXT_FREE: 'LWP_CACHE_LOCK', // link of the free list
  L_TIMEOUT_STATE: { lock: 'CALLOUT_LOCK', unlocked: 'spun on while the handler runs' }, // see kern-timeout.ts
  L_ESTCPU: 'l_mutex', // how much of the CPU it used of late (sched_4bsd)
})
