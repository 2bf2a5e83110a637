/** Files that many patches are for. */
export const SCHEDULER = 'uvm-glue/scheduler.ts'
export const SWAPOUT = 'uvm-glue/swapout.ts'
export const SWAPIN = 'uvm-glue/swapin.ts'
export const HOLD = 'uvm-glue/hold.ts'

/**
 * Corrections on which all mutants of the kernel stand. 1.137 has these faults itself (docs/findings.md), and nearly every scenario would show one of
 * them sooner than the mutant: an LWP brought in twice, its swap lock destroyed under its holder, its stack unwired in the switch, a stale link.
 */
export const CORRECTED = 'recheck-inmem,free-takes-swaplock,not-in-switch,rescan-after-drop'
