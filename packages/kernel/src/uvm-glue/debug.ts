/**
 * The DEBUG knobs of uvm_glue.c: `swapdebug` is a mask of these, `enableswap` stops all swapping while 0.
 * Both are words (ENABLESWAP, SWAPDEBUG) and mean something only when `config.debug` is set.
 */
export const SDB_FOLLOW = 1
export const SDB_SWAPIN = 2
export const SDB_SWAPOUT = 4
