import type { Mem } from '@holdfast/atomics-sync'
import type { MmConfig } from './vm-cpu.js'
import {
  PG_BUSY,
  PG_FLAGS,
  PG_PQFLAGS,
  PG_WIRE_COUNT,
  PQ_ACTIVE,
  PQ_FREE,
  PQ_INACTIVE,
  VM_PAGE_WORDS,
} from './vm-page.js'

/** Where the page frames are; the counts add up to `physmem`. */
export interface FrameCounts {
  free: number
  active: number
  inactive: number
  /** Wired, and so on no queue. */
  wired: number
  /** Busy and on no queue: being paged in or out, or just allocated. */
  busy: number
  /** Allocated, neither wired nor busy, on no queue. */
  unqueued: number
  /** Wired and on a queue too: never, unless something is wrong. Counted under `wired`. */
  wiredQueued: number
}

/**
 * Counts the frames by state, from the vm_page array and without locks: exact only while nobody changes it.
 */
export function framesByState(mem: Mem, config: MmConfig): FrameCounts {
  const counts: FrameCounts = {
    free: 0,
    active: 0,
    inactive: 0,
    wired: 0,
    busy: 0,
    unqueued: 0,
    wiredQueued: 0,
  }
  for (let frame = 0; frame < config.physmem; frame++) {
    const pg = config.vmPages + frame * VM_PAGE_WORDS
    const pqflags = mem.read(pg + PG_PQFLAGS)
    if ((pqflags & PQ_FREE) !== 0) {
      counts.free++
    } else if (mem.read(pg + PG_WIRE_COUNT) !== 0) {
      counts.wired++
      if ((pqflags & (PQ_ACTIVE | PQ_INACTIVE)) !== 0) counts.wiredQueued++
    } else if ((pqflags & PQ_ACTIVE) !== 0) {
      counts.active++
    } else if ((pqflags & PQ_INACTIVE) !== 0) {
      counts.inactive++
    } else if ((mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) {
      counts.busy++
    } else {
      counts.unqueued++
    }
  }
  return counts
}
