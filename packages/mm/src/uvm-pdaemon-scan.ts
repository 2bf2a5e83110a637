import { kassert, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import {
  UVMEXP_FREE,
  UVMEXP_FREEMIN,
  UVMEXP_FREETARG,
  UVMEXP_NSWAPDEV,
  UVMEXP_PAGING,
  UVMEXP_PDFREED,
  UVMEXP_PDREVS,
  UVMEXP_SWPGINUSE,
  UVM_PAGEQLOCK,
  UVM_SWAPOUT_ENABLED,
} from './globals.js'
import { VM_PROT_NONE } from './param.js'
import {
  UVMEXP_PDANSCAN,
  UVMEXP_PDBUSY,
  UVMEXP_PDOBSCAN,
  UVMEXP_PDPENDING,
  UVMEXP_PDSWOUT,
  UVMEXP_PGSWAPOUT,
  UVMEXP_SWPGAVAIL,
  UVMPD_PAUSE,
} from './pdaemon-globals.js'
import { pmapClearModify, pmapPageProtect } from './pmap-page.js'
import { uvmOwnerSlot, uvmOwnerTrylock } from './uvm-owner.js'
import { uvmPageactivate, uvmPagedequeue, uvmPagefree } from './uvm-page.js'
import { swapclusterAdd, swapclusterAllocslots, swapclusterFlush, uvmpdDropswap } from './uvm-pdaemon-swap.js'
import type { SwapCluster } from './uvm-pdaemon-swap.js'
import { uvmpdpolBalancequeue, uvmpdpolPageisqueuedP, uvmpdpolSelectvictim } from './uvm-pdpolicy-clock.js'
import type { ScanState } from './uvm-pdpolicy-clock.js'
import { uvmSwapMarkonly, uvmSwapisfull } from './uvm-swap.js'
import { uvmPause } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import {
  PG_BUSY,
  PG_CLEAN,
  PG_FLAGS,
  PG_PAGEOUT,
  PG_PQFLAGS,
  PG_UOBJECT,
  PG_WIRE_COUNT,
  PQ_SWAPBACKED,
} from './vm-page.js'

/**
 * One revolution of the pagedaemon (uvm_pdaemon.c): LWPs' stacks first, then inactive pages, then the balance
 * of the queues.
 *
 * Lock order here is backwards, page queues before owners, so owners' locks are only tried. What follows for
 * a page:
 *
 *     owner busy or page busy ......... skipped
 *     clean, a copy in its slot ....... unmapped, freed at once
 *     dirty ........................... unmapped, PG_BUSY | PG_PAGEOUT, off the queues, into the cluster:
 *                                       written asynchronously, freed by the disk's interrupt
 *     dirty, swap full ................ back to the active queue
 */

/** Dirty pages reactivated in one revolution when swap is full, before it gives up. */
const UVMPD_NUMDIRTYREACTS = 16
/** Owners' locks found taken before the pagedaemon pauses for their holders' sake. */
const UVMPD_NUMTRYLOCKOWNER = 16

/**
 * uvmpd_scan_queue (uvm_pdaemon.c): frees inactive pages until four times freetarg are free or on their way.
 * uvm_pageqlock is held on entry and return, and dropped meanwhile.
 */
function* uvmpdScanQueue(cpu: VmCpu): Sleeps<void> {
  const { mem } = cpu
  const swc: SwapCluster = { slot: 0, nallocated: 0, pages: [] }
  const scan: ScanState = { first: true, nextpg: 0 }
  let dirtyreacts = 0
  let lockownerfail = 0

  for (;;) {
    // Is the free target met?
    if (
      mem.read(UVMEXP_FREE) + mem.load(UVMEXP_PAGING) + swc.pages.length >= mem.read(UVMEXP_FREETARG) << 2 ||
      dirtyreacts === UVMPD_NUMDIRTYREACTS
    ) {
      break
    }
    const pg = uvmpdpolSelectvictim(cpu, scan)
    if (pg === 0) break
    kassert(uvmpdpolPageisqueuedP(cpu, pg), 'uvmpdpol_pageisqueued_p(p)')
    kassert(mem.read(pg + PG_WIRE_COUNT) === 0, 'p->wire_count == 0')

    const slock = uvmOwnerTrylock(cpu, pg)
    if (slock === 0) {
      // Give an LWP that holds one the chance to run: many pages may belong to few owners.
      lockownerfail++
      if (lockownerfail > UVMPD_NUMTRYLOCKOWNER) {
        mutexSpinExit(cpu, UVM_PAGEQLOCK)
        yield* uvmPause(cpu, UVMPD_PAUSE, 'livelock', 1)
        mutexSpinEnter(cpu, UVM_PAGEQLOCK)
        lockownerfail = 0
      }
      continue
    }
    if ((mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) {
      mutexExit(cpu, slock)
      mem.write(UVMEXP_PDBUSY, mem.read(UVMEXP_PDBUSY) + 1)
      continue
    }
    const counter = mem.read(pg + PG_UOBJECT) !== 0 ? UVMEXP_PDOBSCAN : UVMEXP_PDANSCAN
    mem.write(counter, mem.read(counter) + 1)
    kassert((mem.read(pg + PG_PQFLAGS) & PQ_SWAPBACKED) !== 0, '(p->pqflags & PQ_SWAPBACKED) != 0')

    // Unmapped first, so that nobody can modify it while we see whether it was modified.
    pmapPageProtect(cpu, pg, VM_PROT_NONE)
    if ((mem.read(pg + PG_FLAGS) & PG_CLEAN) !== 0 && pmapClearModify(cpu, pg)) {
      mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_CLEAN)
    }
    if ((mem.read(pg + PG_FLAGS) & PG_CLEAN) !== 0) {
      const slot = uvmOwnerSlot(cpu, pg)
      kassert(mem.read(pg + PG_UOBJECT) !== 0 || slot !== 0, 'anon->an_swslot != 0')
      uvmPagefree(cpu, pg)
      mem.write(UVMEXP_PDFREED, mem.read(UVMEXP_PDFREED) + 1)
      mutexExit(cpu, slock)
      if (slot > 0) uvmSwapMarkonly(cpu, slot)
      continue
    }

    // Dirty: let it be if what is being written already will meet the target.
    if (mem.read(UVMEXP_FREE) + mem.load(UVMEXP_PAGING) > mem.read(UVMEXP_FREETARG) << 2) {
      mutexExit(cpu, slock)
      continue
    }
    // It is written anew, so what its slot holds is of no use.
    uvmpdDropswap(cpu, pg)
    if (!swapclusterAllocslots(cpu, swc)) {
      dirtyreacts++
      uvmPageactivate(cpu, pg)
      mutexExit(cpu, slock)
      continue
    }

    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) | PG_BUSY | PG_PAGEOUT)
    uvmPagedequeue(cpu, pg)
    mem.write(UVMEXP_PGSWAPOUT, mem.read(UVMEXP_PGSWAPOUT) + 1)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)

    swapclusterAdd(cpu, swc, pg)
    mutexExit(cpu, slock)
    swapclusterFlush(cpu, swc, false)
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    mem.write(UVMEXP_PDPENDING, mem.read(UVMEXP_PDPENDING) + 1)
  }

  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  swapclusterFlush(cpu, swc, true)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
}

/**
 * uvmpd_scan (uvm_pdaemon.c): swaps LWPs out if free < freemin, frees inactive pages, refills the inactive
 * queue. uvm_pageqlock is held on entry and return, and dropped meanwhile; LWPs are swapped out with no lock
 * held.
 */
export function* uvmpdScan(cpu: VmCpu): Sleeps<void> {
  const { mem } = cpu
  mem.write(UVMEXP_PDREVS, mem.read(UVMEXP_PDREVS) + 1)

  if (
    mem.read(UVMEXP_FREE) < mem.read(UVMEXP_FREEMIN) &&
    mem.read(UVMEXP_NSWAPDEV) !== 0 &&
    mem.read(UVM_SWAPOUT_ENABLED) !== 0
  ) {
    mem.write(UVMEXP_PDSWOUT, mem.read(UVMEXP_PDSWOUT) + 1)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
    yield* cpu.vmops.swapoutThreads(cpu)
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  }

  const freedBefore = mem.read(UVMEXP_PDFREED)
  yield* uvmpdScanQueue(cpu)
  const pagesFreed = mem.read(UVMEXP_PDFREED) - freedBefore

  // If nothing could go because slots are out, take those of active pages, which do not need them now.
  let swapShortage = 0
  const free = mem.read(UVMEXP_FREE)
  const freetarg = mem.read(UVMEXP_FREETARG)
  if (
    free < freetarg &&
    mem.read(UVMEXP_SWPGINUSE) >= mem.read(UVMEXP_SWPGAVAIL) &&
    !uvmSwapisfull(cpu) &&
    pagesFreed === 0
  ) {
    swapShortage = freetarg - free
  }
  uvmpdpolBalancequeue(cpu, swapShortage)
}
