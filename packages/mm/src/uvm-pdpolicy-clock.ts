import { kassert, mutexOwned } from '@holdfast/atomics-sync'
import {
  UVMEXP_ACTIVE,
  UVMEXP_FREETARG,
  UVMEXP_INACTARG,
  UVMEXP_INACTIVE,
  UVM_PAGEQLOCK,
  UVM_PAGE_ACTIVE,
  UVM_PAGE_INACTIVE,
} from './globals.js'
import { UVMEXP_PDDEACT, UVMEXP_PDREACT, UVMEXP_PDSCANS } from './pdaemon-globals.js'
import { pglistFirst, pglistInsertTail, pglistNext, pglistRemove } from './pglist.js'
import { pmapClearReference, pmapIsReferenced } from './pmap-page.js'
import { uvmpdTrydropswap } from './uvm-pdaemon-swap.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_PQFLAGS, PG_WIRE_COUNT, PQ_ACTIVE, PQ_INACTIVE, PQ_SWAPBACKED } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * Which page goes next: the clock policy (uvm_pdpolicy_clock.c). Two hands sweep the queues; between them, on
 * the inactive queue, a page has the time to be referenced again and so to be spared.
 *
 * uvm_pageqlock is held for all of it.
 */

/** Percentage of the queued pages that the inactive queue should hold (CLOCK_INACTIVEPCT). */
const CLOCK_INACTIVEPCT = 33

/** Where a scan of the inactive queue stands (struct uvmpdpol_scanstate). The pagedaemon's alone. */
export interface ScanState {
  first: boolean
  nextpg: VmPageRef
}

/** uvmpdpol_tune: sets the target of the inactive queue. */
export function uvmpdpolTune(cpu: VmCpu): void {
  const { mem } = cpu
  const queued = mem.read(UVMEXP_ACTIVE) + mem.read(UVMEXP_INACTIVE)
  const target = Math.trunc((queued * CLOCK_INACTIVEPCT) / 100)
  const freetarg = mem.read(UVMEXP_FREETARG)
  mem.write(UVMEXP_INACTARG, target <= freetarg ? freetarg + 1 : target)
}

/**
 * uvmpdpol_needsscan_p: whether the inactive queue is below its target. Read without a lock by allocators.
 */
export function uvmpdpolNeedsscanP(cpu: VmCpu): boolean {
  const { mem } = cpu
  return mem.read(UVMEXP_INACTIVE) < mem.read(UVMEXP_INACTARG)
}

/**
 * uvmpdpol_selectvictim: the next inactive page that was not referenced since it came there, or 0 at the end
 * of the queue. Those that were go back to the active queue (the second chance).
 */
export function uvmpdpolSelectvictim(cpu: VmCpu, scan: ScanState): VmPageRef {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
  for (;;) {
    let pg: VmPageRef
    if (scan.first) {
      pg = pglistFirst(mem, UVM_PAGE_INACTIVE)
      scan.first = false
    } else {
      pg = scan.nextpg
      // The lock was dropped meanwhile: if the page has left the queue, the place is lost.
      if (pg !== 0 && (mem.read(pg + PG_PQFLAGS) & PQ_INACTIVE) === 0)
        pg = pglistFirst(mem, UVM_PAGE_INACTIVE)
    }
    if (pg === 0) return 0
    scan.nextpg = pglistNext(mem, pg)
    mem.write(UVMEXP_PDSCANS, mem.read(UVMEXP_PDSCANS) + 1)
    if (!pmapIsReferenced(cpu, pg)) return pg
    uvmpdpolPageactivate(cpu, pg)
    mem.write(UVMEXP_PDREACT, mem.read(UVMEXP_PDREACT) + 1)
  }
}

/**
 * uvmpdpol_balancequeue: moves the oldest active pages to the inactive queue until that meets its target.
 * Where swap slots are short by `swapShortage`, takes those of active pages that are in memory anyway.
 */
export function uvmpdpolBalancequeue(cpu: VmCpu, swapShortage: number): void {
  const { mem } = cpu
  let inactiveShortage = mem.read(UVMEXP_INACTARG) - mem.read(UVMEXP_INACTIVE)
  let shortage = swapShortage
  let next: VmPageRef
  for (
    let pg = pglistFirst(mem, UVM_PAGE_ACTIVE);
    pg !== 0 && (inactiveShortage > 0 || shortage > 0);
    pg = next
  ) {
    next = pglistNext(mem, pg)
    if (shortage > 0 && (mem.read(pg + PG_PQFLAGS) & PQ_SWAPBACKED) !== 0 && uvmpdTrydropswap(cpu, pg))
      shortage--
    if (inactiveShortage > 0) {
      // Active, so not wired.
      uvmpdpolPagedeactivate(cpu, pg)
      mem.write(UVMEXP_PDDEACT, mem.read(UVMEXP_PDDEACT) + 1)
      inactiveShortage--
    }
  }
}

/** uvmpdpol_pageactivate: to the end of the active queue, from wherever it is. */
export function uvmpdpolPageactivate(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  uvmpdpolPagedequeue(cpu, pg)
  pglistInsertTail(mem, UVM_PAGE_ACTIVE, pg)
  mem.write(pg + PG_PQFLAGS, mem.read(pg + PG_PQFLAGS) | PQ_ACTIVE)
  mem.write(UVMEXP_ACTIVE, mem.read(UVMEXP_ACTIVE) + 1)
}

/** uvmpdpol_pagedeactivate: to the end of the inactive queue, its reference bit cleared. */
export function uvmpdpolPagedeactivate(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  if ((mem.read(pg + PG_PQFLAGS) & PQ_ACTIVE) !== 0) uvmpdpolPagedequeue(cpu, pg)
  if ((mem.read(pg + PG_PQFLAGS) & PQ_INACTIVE) !== 0) return
  kassert(mem.read(pg + PG_WIRE_COUNT) === 0, 'pg->wire_count == 0')
  pmapClearReference(cpu, pg)
  pglistInsertTail(mem, UVM_PAGE_INACTIVE, pg)
  mem.write(pg + PG_PQFLAGS, mem.read(pg + PG_PQFLAGS) | PQ_INACTIVE)
  mem.write(UVMEXP_INACTIVE, mem.read(UVMEXP_INACTIVE) + 1)
}

/** uvmpdpol_pagedequeue: off the queue it is on, if it is on one. */
export function uvmpdpolPagedequeue(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  const pqflags = mem.read(pg + PG_PQFLAGS)
  if ((pqflags & PQ_ACTIVE) !== 0) {
    kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
    pglistRemove(mem, UVM_PAGE_ACTIVE, pg)
    mem.write(pg + PG_PQFLAGS, pqflags & ~PQ_ACTIVE)
    mem.write(UVMEXP_ACTIVE, mem.read(UVMEXP_ACTIVE) - 1)
  } else if ((pqflags & PQ_INACTIVE) !== 0) {
    kassert(mutexOwned(cpu, UVM_PAGEQLOCK), 'mutex_owned(&uvm_pageqlock)')
    pglistRemove(mem, UVM_PAGE_INACTIVE, pg)
    mem.write(pg + PG_PQFLAGS, pqflags & ~PQ_INACTIVE)
    mem.write(UVMEXP_INACTIVE, mem.read(UVMEXP_INACTIVE) - 1)
  }
}

/** uvmpdpol_pageisqueued_p: whether the page is on the active or the inactive queue. */
export function uvmpdpolPageisqueuedP(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  return (mem.read(pg + PG_PQFLAGS) & (PQ_ACTIVE | PQ_INACTIVE)) !== 0
}
