import { globals } from '@holdfast/atomics-sync'

/** Global variables of the kernel. Addresses, not offsets. */
export const {
  PROC_LOCK,
  ALLPROC,
  ALLLWP,
  NPROCS,
  UVM_SCHEDULER_MUTEX,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
  UVM_SWAP_RUNNING,
  ENABLESWAP,
  SWAPDEBUG,
  HARDCLOCK_TICKS,
  SCHED_PSTATS_TICKS,
  SOFTCLOCK_LOCK,
  SOFTCLOCK_CV,
  SOFTCLOCK_PENDING,
  CALLOUT_LOCK,
  UVM_METER_COUNT,
  AVERUNNABLE,
  NEXT_PID,
  LWP_CACHE_LOCK,
  FREELWP,
  FREEPROC,
  NLWPS,
  ZOMBPROC,
  PROC_STOP_CH,
  KERNEL_WORDS,
} = globals('kernel', 256, {
  PROC_LOCK: { lock: 'atomic', isLock: true }, // adaptive: allproc, alllwp, parentage
  ALLPROC: 'PROC_LOCK', // first of the list of processes (p_list)
  ALLLWP: 'PROC_LOCK', // first of the list of LWPs (l_list)
  NPROCS: 'LWP_CACHE_LOCK',
  UVM_SCHEDULER_MUTEX: { lock: 'atomic', isLock: true }, // spin, IPL_SCHED
  UVM_SCHEDULER_CV: { lock: 'UVM_SCHEDULER_MUTEX', words: 2 },
  UVM_SCHEDULER_KICKED: 'UVM_SCHEDULER_MUTEX',
  UVM_SWAP_RUNNING: { lock: 'stable', unlocked: 'set once when the swapper starts' },
  ENABLESWAP: { lock: 'none', unlocked: 'DEBUG knob, set by hand' },
  SWAPDEBUG: { lock: 'none', unlocked: 'DEBUG knob, set by hand' },
  HARDCLOCK_TICKS: { lock: 'private', unlocked: 'advanced by the primary CPU alone' },
  SCHED_PSTATS_TICKS: 'private',
  SOFTCLOCK_LOCK: { lock: 'atomic', isLock: true }, // spin
  SOFTCLOCK_CV: { lock: 'SOFTCLOCK_LOCK', words: 2 },
  SOFTCLOCK_PENDING: {
    lock: 'SOFTCLOCK_LOCK',
    unlocked: 'the clock interrupt looks whether the last second is dealt with',
  },
  CALLOUT_LOCK: { lock: 'atomic', isLock: true }, // spin: the timeout wheel
  UVM_METER_COUNT: 'private',
  AVERUNNABLE: { lock: 'private', words: 4 },
  NEXT_PID: 'LWP_CACHE_LOCK',
  LWP_CACHE_LOCK: { lock: 'atomic', isLock: true }, // spin: free structures (lwp_cache, proc_cache)
  FREELWP: 'LWP_CACHE_LOCK', // first free struct lwp (l_next_free)
  FREEPROC: 'LWP_CACHE_LOCK', // first free struct proc (p_next_free)
  NLWPS: 'LWP_CACHE_LOCK', // LWP structures in use or spoken for
  ZOMBPROC: 'PROC_LOCK', // first of the list of dead processes (p_list)
  PROC_STOP_CH: 'atomic', // proc_stop_ch is pending: proc_stop_callout runs at the next tick
})
