import { globals } from '@holdfast/atomics-sync'

/**
 * Global variables of the pagedaemon, the swap device and its disk: the statics of uvm_pdaemon.c, uvm_swap.c
 * and the parts of `struct uvmexp` that only these write. Addresses, not offsets.
 */
export const {
  UVM_SWAP_DATA_LOCK,
  UVMEXP_SWPAGES,
  UVMEXP_SWPGAVAIL,
  UVMEXP_SWPGONLY,
  UVM_SWAP_HAND,
  UVMEXP_PDSCANS,
  UVMEXP_PDANSCAN,
  UVMEXP_PDOBSCAN,
  UVMEXP_PDBUSY,
  UVMEXP_PDREACT,
  UVMEXP_PDDEACT,
  UVMEXP_PDPENDING,
  UVMEXP_PDSWOUT,
  UVMEXP_PGSWAPOUT,
  UVMPD_PAUSE,
  DISK_LOCK,
  DISK_FIRST,
  DISK_LAST,
  DISK_DONE_FIRST,
  DISK_DONE_LAST,
  DISK_LASTDUE,
  DISK_NACTIVE,
  DISK_READS,
  DISK_WRITES,
  PDAEMON_WORDS,
} = globals('pdaemon', 192, {
  UVM_SWAP_DATA_LOCK: { lock: 'atomic', isLock: true }, // spin: slots of the swap device
  UVMEXP_SWPAGES: 'stable', // slots there are
  UVMEXP_SWPGAVAIL: 'stable', // slots that may be used
  UVMEXP_SWPGONLY: 'UVM_SWAP_DATA_LOCK', // slots whose page is in no frame
  UVM_SWAP_HAND: 'UVM_SWAP_DATA_LOCK', // where the search for free slots starts
  UVMEXP_PDSCANS: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDANSCAN: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDOBSCAN: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDBUSY: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDREACT: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDDEACT: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDPENDING: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PDSWOUT: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMEXP_PGSWAPOUT: { lock: 'private', unlocked: 'written by the pagedaemon alone' },
  UVMPD_PAUSE: 'none', // channel on which the pagedaemon pauses
  DISK_LOCK: { lock: 'atomic', isLock: true }, // spin: the disk's queues and transfers
  DISK_FIRST: 'DISK_LOCK', // transfers under way, in order of completion
  DISK_LAST: 'DISK_LOCK',
  DISK_DONE_FIRST: 'DISK_LOCK', // writes done, whose pages are not yet given back
  DISK_DONE_LAST: 'DISK_LOCK',
  DISK_LASTDUE: 'DISK_LOCK', // tick at which the last transfer under way is due
  DISK_NACTIVE: { lock: 'DISK_LOCK', unlocked: 'tested by the interrupt before it locks' },
  DISK_READS: 'DISK_LOCK', // transfers completed
  DISK_WRITES: 'DISK_LOCK',
})
