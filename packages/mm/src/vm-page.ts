import { layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { PAGE_SHIFT, PAGE_WORDS } from './param.js'
import type { VmCpu } from './vm-cpu.js'

/** Address of a `struct vm_page`. There is one per managed frame, at its place in the array of all. */
export type VmPageRef = Addr

/**
 * struct vm_page (uvm/uvm_page.h). The owner is the object if PG_UOBJECT is set, else the anon PG_UANON, else
 * nobody; its lock is what the field table calls `owner`.
 */
export const {
  PG_FLAGS,
  PG_PQFLAGS,
  PG_WIRE_COUNT,
  PG_UOBJECT,
  PG_UANON,
  PG_OFFSET,
  PG_PV,
  PG_MDATTR,
  PG_PQ_NEXT,
  PG_PQ_PREV,
  VM_PAGE_WORDS,
} = layout('vm_page', {
  // PG_BUSY and its kind
  PG_FLAGS: { lock: 'owner', unlocked: "uvmpd_trydropswap looks before it tries the owner's lock" },
  PG_PQFLAGS: {
    lock: 'UVM_PAGEQLOCK',
    unlockedWrites: 'the fault path looks before it locks; a page on no queue is whose it is',
  },
  PG_WIRE_COUNT: {
    lock: 'UVM_PAGEQLOCK',
    unlockedWrites: 'the checks of a stack; a page-table page counts its entries, under pm_lock',
  },
  PG_UOBJECT: { lock: 'owner', unlocked: 'read under UVM_PAGEQLOCK to find the owner and try its lock' },
  PG_UANON: { lock: 'owner', unlocked: 'read under UVM_PAGEQLOCK to find the owner and try its lock' },
  PG_OFFSET: 'owner', // bytes into the object; 0 for an anon
  PG_PV: 'pmap', // first mapping of the page (pv_entry)
  PG_MDATTR: 'pmap', // PGA_*
  PG_PQ_NEXT: 'queue', // UVM_PAGEQLOCK on active and inactive, UVM_FPAGEQLOCK on free
  PG_PQ_PREV: 'queue',
})

/** Page states, `pg->flags`. */
export const PG_BUSY = 0x01 // in use by one LWP or in transit: nobody else may touch it
export const PG_WANTED = 0x02 // somebody sleeps on the page
export const PG_RELEASED = 0x04 // to be freed when it is no longer busy
export const PG_CLEAN = 0x08 // not modified since it was last on disk
export const PG_FAKE = 0x10 // contents not there yet
export const PG_PAGEOUT = 0x20 // the pagedaemon is writing it, and wants the frame

/** Which queue holds the page, and what backs it, `pg->pqflags`. */
export const PQ_FREE = 0x01
export const PQ_INACTIVE = 0x02
export const PQ_ACTIVE = 0x04
export const PQ_ANON = 0x10
export const PQ_AOBJ = 0x20
export const PQ_SWAPBACKED = PQ_ANON | PQ_AOBJ

/** What the pmap module has seen of the page, `PG_MDATTR`. */
export const PGA_REFERENCED = 0x01
export const PGA_MODIFIED = 0x02

/** Frame number of a page. */
export function vmPageFrame(cpu: VmCpu, pg: VmPageRef): number {
  return (pg - cpu.config.vmPages) / VM_PAGE_WORDS
}

/** VM_PAGE_TO_PHYS: physical address of the page, in bytes. */
export function vmPageToPhys(cpu: VmCpu, pg: VmPageRef): number {
  return ((pg - cpu.config.vmPages) / VM_PAGE_WORDS) << PAGE_SHIFT
}

/** PHYS_TO_VM_PAGE: the page that holds physical address `pa` (bytes), or 0 if no managed frame does. */
export function physToVmPage(cpu: VmCpu, pa: number): VmPageRef {
  const frame = pa >> PAGE_SHIFT
  if (frame < 0 || frame >= cpu.config.physmem) return 0
  return cpu.config.vmPages + frame * VM_PAGE_WORDS
}

/** First word of the page's frame. */
export function vmPageWords(cpu: VmCpu, pg: VmPageRef): Addr {
  return cpu.config.frameBase + vmPageFrame(cpu, pg) * PAGE_WORDS
}
