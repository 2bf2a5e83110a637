import { kassert, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import { UVMEXP_PDFREED, UVM_PAGEQLOCK } from './globals.js'
import { uvmOwnerTrylock } from './uvm-owner.js'
import { uvmPageUnbusy } from './uvm-page.js'
import { uvmSwapMarkonly } from './uvm-swap.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_FLAGS, PG_PAGEOUT, PG_RELEASED } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * uvm_aio_aiodone_pages (uvm_pager.c) for one page that the pagedaemon had written to `slot`: its frame is
 * freed, and whoever waits for the page is woken. The slot then holds the only copy.
 *
 * Runs in the disk's interrupt, so the owner's lock is tried only: returns false, having done nothing, if it
 * is taken. The caller does uvm_pageout_done for the pages given back. Takes and releases uvm_pageqlock,
 * uvm_fpageqlock.
 */
export function uvmAiodone(cpu: VmCpu, pg: VmPageRef, slot: number): boolean {
  const { mem } = cpu
  const slock = uvmOwnerTrylock(cpu, pg)
  if (slock === 0) return false
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  const flags = mem.read(pg + PG_FLAGS)
  kassert((flags & (PG_BUSY | PG_PAGEOUT)) === (PG_BUSY | PG_PAGEOUT), 'pg->flags & PG_PAGEOUT')
  mem.write(pg + PG_FLAGS, (flags & ~PG_PAGEOUT) | PG_RELEASED)
  mem.write(UVMEXP_PDFREED, mem.read(UVMEXP_PDFREED) + 1)
  uvmSwapMarkonly(cpu, slot)
  uvmPageUnbusy(cpu, pg)
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, slock)
  return true
}
