import { kassert, mutexOwned, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import {
  UVMEXP_FREE,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_RESERVE_PAGEDAEMON,
  UVMEXP_WIRED,
  UVMEXP_ZEROS,
  UVM_FPAGEQLOCK,
  UVM_PAGEQLOCK,
  UVM_PAGE_FREE,
} from './globals.js'
import { PAGE_WORDS } from './param.js'
import { pglistFirst, pglistInsertHead, pglistRemove } from './pglist.js'
import { uvmOwnerDetach } from './uvm-owner.js'
import { uvmKickPdaemon } from './uvm-pdaemon.js'
import {
  uvmpdpolPageactivate,
  uvmpdpolPagedeactivate,
  uvmpdpolPagedequeue,
  uvmpdpolPageisqueuedP,
} from './uvm-pdpolicy-clock.js'
import { wakeup } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import {
  PGA_MODIFIED,
  PGA_REFERENCED,
  PG_BUSY,
  PG_CLEAN,
  PG_FAKE,
  PG_FLAGS,
  PG_MDATTR,
  PG_OFFSET,
  PG_PAGEOUT,
  PG_PQFLAGS,
  PG_RELEASED,
  PG_UANON,
  PG_UOBJECT,
  PG_WANTED,
  PG_WIRE_COUNT,
  PQ_ANON,
  PQ_FREE,
  vmPageWords,
} from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * Allocation, freeing and wiring of page frames (uvm_page.c). A page is in one of these places:
 *
 *              uvmPagealloc                    uvmPageactivate
 *     FREE ------------------> unqueued, BUSY -----------------> ACTIVE --- uvmPagedeactivate --> INACTIVE
 *      ^                         |   ^                             | ^                              |  |
 *      |                uvmPagewire  '---- uvmPagedequeue ---------' '------ uvmPageactivate -------'  |
 *      |                         v                                             (referenced again)      |
 *      |                       WIRED (on no queue) --- last uvmPageunwire --> ACTIVE                   |
 *      '------------------ uvmPagefree, from anywhere <--------- the pagedaemon, clean or paged out ---'
 */

/** Requester may take the kernel's reserve. */
export const UVM_PGA_USERESERVE = 0x01
/** Page is to be filled with zeros. */
export const UVM_PGA_ZERO = 0x02

/**
 * uvm_pagealloc_strat (uvm_page.c): takes a free page for object `uobj` at `off` (bytes), for anon `anon`,
 * or, with both 0, for nobody. Returns it busy, clean and fake, on no queue, or 0 if it is refused.
 *
 * Refused if only the kernel's reserve is left and the caller neither asks for it (UVM_PGA_USERESERVE) nor
 * has the priority of a kernel thread, or if only the pagedaemon's reserve is left and the caller is not the
 * pagedaemon. Wakes the pagedaemon when free pages run low. The owner's lock is held; takes and releases
 * uvm_fpageqlock. The owner's own pointer to the page is the caller's to set.
 */
export function uvmPagealloc(cpu: VmCpu, uobj: Addr, off: number, anon: Addr, flags: number): VmPageRef {
  const { mem } = cpu
  kassert(uobj === 0 || anon === 0, 'obj == NULL || anon == NULL')
  kassert(anon === 0 || off === 0, 'anon == NULL || off == 0')

  mutexSpinEnter(cpu, UVM_FPAGEQLOCK)

  // Generate free pages before they run out.
  uvmKickPdaemon(cpu)

  const free = mem.read(UVMEXP_FREE)
  const useReserve = (flags & UVM_PGA_USERESERVE) !== 0 || cpu.vmops.mayUseKernelReserve(cpu)
  if (
    (free <= mem.read(UVMEXP_RESERVE_KERNEL) && !useReserve) ||
    (free <= mem.read(UVMEXP_RESERVE_PAGEDAEMON) && !cpu.vmops.isPagedaemon(cpu))
  ) {
    mutexSpinExit(cpu, UVM_FPAGEQLOCK)
    return 0
  }
  const pg = pglistFirst(mem, UVM_PAGE_FREE)
  if (pg === 0) {
    mutexSpinExit(cpu, UVM_FPAGEQLOCK)
    return 0
  }
  kassert(mem.read(pg + PG_PQFLAGS) === PQ_FREE, 'pg->pqflags == PQ_FREE')
  pglistRemove(mem, UVM_PAGE_FREE, pg)
  mem.write(UVMEXP_FREE, free - 1)

  mem.write(pg + PG_OFFSET, off)
  mem.write(pg + PG_UOBJECT, uobj)
  mem.write(pg + PG_UANON, anon)
  mem.write(pg + PG_FLAGS, PG_BUSY | PG_CLEAN | PG_FAKE)
  mem.write(pg + PG_PQFLAGS, anon !== 0 ? PQ_ANON : 0)
  mutexSpinExit(cpu, UVM_FPAGEQLOCK)

  // The bits the pmap kept are of the page's previous identity.
  mem.and(pg + PG_MDATTR, ~(PGA_REFERENCED | PGA_MODIFIED))
  if ((flags & UVM_PGA_ZERO) !== 0) {
    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_CLEAN)
    mem.add(UVMEXP_ZEROS, 1)
    pageZero(cpu, pg)
  }
  return pg
}

/**
 * uvm_pagefree (uvm_page.c): gives the page back, wherever it is, even if it is wired: wire_count becomes 0.
 *
 * uvm_pageqlock is held if the page is on a queue or wired, and the owner's lock if it has one; the owner
 * forgets the page. Takes and releases uvm_fpageqlock. Wakes nobody: those that wait for memory wait for the
 * pagedaemon to say so. The page must not be mapped nor under page-out.
 */
export function uvmPagefree(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  kassert((mem.read(pg + PG_PQFLAGS) & PQ_FREE) === 0, '(pg->pqflags & PQ_FREE) == 0')
  kassert((mem.read(pg + PG_FLAGS) & PG_PAGEOUT) === 0, '(pg->flags & PG_PAGEOUT) == 0')
  kassert(
    mutexOwned(cpu, UVM_PAGEQLOCK) || !uvmpdpolPageisqueuedP(cpu, pg),
    'mutex_owned(&uvm_pageqlock) || !uvmpdpol_pageisqueued_p(pg)',
  )

  if (mem.read(pg + PG_UOBJECT) !== 0 || mem.read(pg + PG_UANON) !== 0) uvmOwnerDetach(cpu, pg)
  uvmpdpolPagedequeue(cpu, pg)
  if (mem.read(pg + PG_WIRE_COUNT) !== 0) {
    mem.write(pg + PG_WIRE_COUNT, 0)
    mem.write(UVMEXP_WIRED, mem.read(UVMEXP_WIRED) - 1)
  }

  mem.write(pg + PG_UOBJECT, 0)
  mem.write(pg + PG_UANON, 0)
  mem.write(pg + PG_FLAGS, 0)
  mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
  mem.write(pg + PG_PQFLAGS, PQ_FREE)
  pglistInsertHead(mem, UVM_PAGE_FREE, pg)
  mem.write(UVMEXP_FREE, mem.read(UVMEXP_FREE) + 1)
  mutexSpinExit(cpu, UVM_FPAGEQLOCK)
}

/**
 * uvm_page_unbusy (uvm_page.c) for one page: wakes who wants it, and frees it if it was released meanwhile.
 *
 * The owner's lock is held, and uvm_pageqlock too if the page may be released.
 */
export function uvmPageUnbusy(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  const flags = mem.read(pg + PG_FLAGS)
  kassert((flags & PG_BUSY) !== 0, 'pg->flags & PG_BUSY')
  kassert((flags & PG_PAGEOUT) === 0, '(pg->flags & PG_PAGEOUT) == 0')
  if ((flags & PG_WANTED) !== 0) wakeup(cpu, pg)
  if ((flags & PG_RELEASED) !== 0) {
    mem.write(pg + PG_FLAGS, flags & ~PG_RELEASED)
    uvmPagefree(cpu, pg)
  } else {
    mem.write(pg + PG_FLAGS, flags & ~(PG_WANTED | PG_BUSY))
  }
}

/**
 * uvm_pagewire (uvm_page.c): one wiring more; the first takes the page off its queue. uvm_pageqlock is held.
 */
export function uvmPagewire(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  const count = mem.read(pg + PG_WIRE_COUNT)
  if (count === 0) {
    uvmPagedequeue(cpu, pg)
    mem.write(UVMEXP_WIRED, mem.read(UVMEXP_WIRED) + 1)
  }
  mem.write(pg + PG_WIRE_COUNT, count + 1)
}

/**
 * uvm_pageunwire (uvm_page.c): one wiring less; the last puts the page on the active queue. uvm_pageqlock is
 * held. As in C the count is not checked: unwiring a page that is not wired makes it -1.
 */
export function uvmPageunwire(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  const count = mem.read(pg + PG_WIRE_COUNT) - 1
  mem.write(pg + PG_WIRE_COUNT, count)
  if (count === 0) {
    uvmPageactivate(cpu, pg)
    mem.write(UVMEXP_WIRED, mem.read(UVMEXP_WIRED) - 1)
  }
}

/** uvm_pageactivate (uvm_page.c): to the end of the active queue, unless wired. uvm_pageqlock is held. */
export function uvmPageactivate(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  if (mem.read(pg + PG_WIRE_COUNT) !== 0) return
  uvmpdpolPageactivate(cpu, pg)
}

/**
 * uvm_pagedeactivate (uvm_page.c): to the end of the inactive queue, its reference bit cleared.
 * uvm_pageqlock is held; the page is not wired.
 */
export function uvmPagedeactivate(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  kassert(
    mem.read(pg + PG_WIRE_COUNT) !== 0 || uvmpdpolPageisqueuedP(cpu, pg),
    'pg->wire_count != 0 || uvmpdpol_pageisqueued_p(pg)',
  )
  uvmpdpolPagedeactivate(cpu, pg)
}

/**
 * uvm_pagedequeue (uvm_page.c): off whichever queue it is on, if any. uvm_pageqlock is held if it is on one.
 */
export function uvmPagedequeue(cpu: VmCpu, pg: VmPageRef): void {
  if (uvmpdpolPageisqueuedP(cpu, pg)) kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  uvmpdpolPagedequeue(cpu, pg)
}

/** pmap_zero_page: fills the page's frame with zeros. The page is busy, or nobody else knows it. */
export function pageZero(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  mem.fill(vmPageWords(cpu, pg), PAGE_WORDS, 0)
}

/**
 * pmap_copy_page: copies the frame of `from` to that of `to`. Both are busy, or otherwise the caller's alone.
 */
export function pageCopy(cpu: VmCpu, from: VmPageRef, to: VmPageRef): void {
  const { mem } = cpu
  mem.copy(vmPageWords(cpu, to), vmPageWords(cpu, from), PAGE_WORDS)
}
