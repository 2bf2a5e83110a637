/** Numbers of the kernel threads' entry functions (`l_entry`), in the order of `threadEntries`. */
export const ENTRY_IDLE = 0
export const ENTRY_SWAPPER = 1
export const ENTRY_PAGEDAEMON = 2
export const ENTRY_SOFTCLOCK = 3
/** init: the reaper of orphans. */
export const ENTRY_INIT = 4
/** child_return: straight to user mode. */
export const ENTRY_USER = 5
