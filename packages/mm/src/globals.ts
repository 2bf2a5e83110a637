import { globals } from '@holdfast/atomics-sync'

/**
 * Global variables of the memory system: `struct uvmexp` and the part of `struct uvm` that is below LWPs.
 * Addresses, not offsets. Counters are pages unless said otherwise.
 */
export const {
  UVM_PAGEQLOCK,
  UVM_FPAGEQLOCK,
  UVMEXP_NPAGES,
  UVMEXP_FREE,
  UVMEXP_ACTIVE,
  UVMEXP_INACTIVE,
  UVMEXP_WIRED,
  UVMEXP_PAGING,
  UVMEXP_FREEMIN,
  UVMEXP_FREETARG,
  UVMEXP_INACTARG,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_RESERVE_PAGEDAEMON,
  UVMEXP_NSWAPDEV,
  UVMEXP_SWPGINUSE,
  UVMEXP_SWAPINS,
  UVMEXP_SWAPOUTS,
  UVMEXP_FAULTS,
  UVMEXP_ZEROS,
  UVMEXP_PDWOKE,
  UVMEXP_PDREVS,
  UVMEXP_PDFREED,
  UVMEXP_PDPAGEOUTS,
  UVMEXP_PAGEINS,
  UVMEXP_COWS,
  UVMEXP_SHOOTDOWNS,
  UVM_SWAPOUT_ENABLED,
  UVM_PAGEDAEMON,
  UVM_PAGEDAEMON_WAITERS,
  UVM_PAGE_FREE,
  UVM_PAGE_ACTIVE,
  UVM_PAGE_INACTIVE,
  UVM_WORDS,
} = globals('uvm', 64, {
  UVM_PAGEQLOCK: { lock: 'atomic', isLock: true }, // spin: active and inactive queues, wire counts
  UVM_FPAGEQLOCK: { lock: 'atomic', isLock: true }, // spin: free queue, pagedaemon waiters
  UVMEXP_NPAGES: 'stable',
  UVMEXP_FREE: {
    lock: 'UVM_FPAGEQLOCK',
    unlocked: 'the scheduler, the pagedaemon and allocators test it as a hint',
  },
  UVMEXP_ACTIVE: { lock: 'UVM_PAGEQLOCK', unlocked: 'read as a hint' },
  UVMEXP_INACTIVE: { lock: 'UVM_PAGEQLOCK', unlocked: 'read as a hint' },
  UVMEXP_WIRED: { lock: 'UVM_PAGEQLOCK', unlocked: 'read as a hint' },
  UVMEXP_PAGING: 'atomic',
  UVMEXP_FREEMIN: { lock: 'UVM_PAGEQLOCK', unlocked: 'compared by uvm_kick_pdaemon and allocators' },
  UVMEXP_FREETARG: { lock: 'UVM_PAGEQLOCK', unlocked: 'compared by uvm_kick_pdaemon and allocators' },
  UVMEXP_INACTARG: { lock: 'private', unlocked: 'written by the pagedaemon alone, read by anybody' },
  UVMEXP_RESERVE_KERNEL: 'stable',
  UVMEXP_RESERVE_PAGEDAEMON: 'stable',
  UVMEXP_NSWAPDEV: 'stable',
  UVMEXP_SWPGINUSE: { lock: 'UVM_SWAP_DATA_LOCK', unlocked: 'the pagedaemon looks whether swap is used up' },
  UVMEXP_SWAPINS: { lock: 'none', unlocked: 'a statistic, incremented without a lock: updates may be lost' },
  UVMEXP_SWAPOUTS: { lock: 'none', unlocked: 'a statistic with one writer, the pagedaemon' },
  UVMEXP_FAULTS: 'atomic',
  UVMEXP_ZEROS: 'atomic',
  UVMEXP_PDWOKE: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDREVS: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDFREED: { lock: 'UVM_PAGEQLOCK', unlocked: 'the pagedaemon compares it with what it was' },
  UVMEXP_PDPAGEOUTS: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PAGEINS: 'atomic',
  UVMEXP_COWS: 'atomic',
  UVMEXP_SHOOTDOWNS: 'atomic',
  UVM_SWAPOUT_ENABLED: { lock: 'none', unlocked: 'sysctl vm.swapout' },
  UVM_PAGEDAEMON: 'UVM_FPAGEQLOCK', // sleep channel of the pagedaemon
  UVM_PAGEDAEMON_WAITERS: 'UVM_FPAGEQLOCK', // sleepers in uvm_wait
  UVM_PAGE_FREE: { lock: 'UVM_FPAGEQLOCK', words: 4 }, // queue heads: first, last, length, unused
  UVM_PAGE_ACTIVE: { lock: 'UVM_PAGEQLOCK', words: 4 },
  UVM_PAGE_INACTIVE: { lock: 'UVM_PAGEQLOCK', words: 4 },
})
