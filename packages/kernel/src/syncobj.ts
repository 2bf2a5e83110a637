import {
  CV_SYNCOBJ,
  MUTEX_SYNCOBJ,
  RW_SYNCOBJ,
  mutexOwner,
  operations,
  panic,
  rwOwner,
} from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { sleepqChangepri, sleepqLendpri, sleepqUnsleep } from './kern-sleepq.js'
import { schedChangepri, schedLendpri, schedUnsleep } from './kern-synch.js'
import { turnstileChangepri, turnstileUnsleep } from './kern-turnstile.js'
import type { LwpRef } from './lwp.js'

/**
 * Kinds of thing an LWP can wait on (`l_syncobj`): how to get it off, change its priority there, and find who is
 * in its way. A number stands for C's pointer to a syncobj_t; 1 to 3 belong to atomics-sync.
 */
export const SCHED_SYNCOBJ = 8
export const SLEEP_SYNCOBJ = 9
export const LWP_PARK_SYNCOBJ = 10
export const SELECT_SYNCOBJ = 11

/** Order of a sleep queue (SOBJ_SLEEPQ_*). */
const SOBJ_SLEEPQ_FIFO = 0
export const SOBJ_SLEEPQ_SORTED = 1
export const SOBJ_SLEEPQ_LIFO = 2

/** syncobj_t (sys/syncobj.h). */
export interface SyncobjOps {
  /** Wakes `lwp` out of turn. Its lock is held on entry, and released if `cleanup`. Returns 1 if it needs swap-in. */
  unsleep(cpu: Cpu, lwp: LwpRef, cleanup: boolean): number
  /** Sets l_priority. LWP locked. */
  changepri(cpu: Cpu, lwp: LwpRef, pri: number): void
  /** Sets l_inheritedprio (-1: none). LWP locked. */
  lendpri(cpu: Cpu, lwp: LwpRef, pri: number): void
  /** The LWP that must act before the wait on `wchan` can end, or 0. */
  owner(cpu: Cpu, wchan: Addr): LwpRef
}

/** syncobj_noowner (kern_synch.c). */
function syncobjNoowner(_cpu: Cpu, _wchan: Addr): LwpRef {
  return 0
}

/** mutex_owner (kern_mutex.c), as the operation of mutex_syncobj. */
function mutexSyncobjOwner(cpu: Cpu, wchan: Addr): LwpRef {
  const { mem } = cpu
  return mutexOwner(mem, wchan)
}

/** rw_owner (kern_rwlock.c), as the operation of rw_syncobj: the writer, as readers have no name. */
function rwSyncobjOwner(cpu: Cpu, wchan: Addr): LwpRef {
  const { mem } = cpu
  return rwOwner(mem, wchan)
}

const mutexSyncobj = operations<SyncobjOps>({
  unsleep: turnstileUnsleep,
  changepri: turnstileChangepri,
  lendpri: sleepqLendpri,
  owner: mutexSyncobjOwner,
})

const rwSyncobj = operations<SyncobjOps>({
  unsleep: turnstileUnsleep,
  changepri: turnstileChangepri,
  lendpri: sleepqLendpri,
  owner: rwSyncobjOwner,
})

/** cv_syncobj, sleep_syncobj, lwp_park_sobj and select_sobj: all sleep in the sleep table. */
const sleepSyncobj = operations<SyncobjOps>({
  unsleep: sleepqUnsleep,
  changepri: sleepqChangepri,
  lendpri: sleepqLendpri,
  owner: syncobjNoowner,
})

const schedSyncobj = operations<SyncobjOps>({
  unsleep: schedUnsleep,
  changepri: schedChangepri,
  lendpri: schedLendpri,
  owner: syncobjNoowner,
})

/** The operations of the syncobj with number `syncobj`. Panics if there is none. */
export function syncobjOps(syncobj: number): SyncobjOps {
  switch (syncobj) {
    case MUTEX_SYNCOBJ:
      return mutexSyncobj
    case RW_SYNCOBJ:
      return rwSyncobj
    case SCHED_SYNCOBJ:
      return schedSyncobj
    case CV_SYNCOBJ:
    case SLEEP_SYNCOBJ:
    case LWP_PARK_SYNCOBJ:
    case SELECT_SYNCOBJ:
      return sleepSyncobj
    default:
      return panic(`no syncobj has the number ${syncobj}`)
  }
}

/** sobj_flag: how the sleep queue of `syncobj` is ordered. */
export function syncobjOrder(syncobj: number): number {
  if (syncobj === LWP_PARK_SYNCOBJ) return SOBJ_SLEEPQ_LIFO
  return syncobj === SELECT_SYNCOBJ ? SOBJ_SLEEPQ_FIFO : SOBJ_SLEEPQ_SORTED
}
