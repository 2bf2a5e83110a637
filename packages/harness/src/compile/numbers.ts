import { NZERO, PRI_USER_RT, SCHED_FIFO, SCHED_OTHER, SCHED_RR } from '@holdfast/kernel'
import type { SchedClass } from '../scenario/types.js'

export const CLASS_NUMBER: Readonly<Record<SchedClass, number>> = {
  other: SCHED_OTHER,
  fifo: SCHED_FIFO,
  rr: SCHED_RR,
}

/** Nice 0, as the kernel counts it. */
export const KERNEL_NZERO = NZERO

/** Middle of the priorities of the time-sharing class. */
const DEFAULT_PRIORITY = 31

/** l_priority: real-time priorities stand above all others. */
export function priorityNumber(schedClass: SchedClass, priority = DEFAULT_PRIORITY): number {
  return schedClass === 'other' ? priority : PRI_USER_RT + priority
}
