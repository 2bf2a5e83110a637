/** Sources of interrupts of a machine under control (controlled.ts), by their numbers in a schedule and in a log. */
export const MAILBOX = 0
export const CLOCK = 1
export const PREEMPT = 2
export const SHOOTDOWN = 3
export const DISK = 4
