import { kassert, mutexExit } from '@holdfast/atomics-sync'
import { UVMEXP_PDPAGEOUTS } from './globals.js'
import { uvmOwnerSetSlot, uvmOwnerSlot, uvmOwnerTrylock } from './uvm-owner.js'
import { uvmPageoutStart } from './uvm-pdaemon.js'
import { uvmSwapAlloc, uvmSwapFree, uvmSwapPutPages } from './uvm-swap.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_CLEAN, PG_FLAGS } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * What the pagedaemon does with swap slots (uvm_pdaemon.c): clusters of pages written by one command to
 * consecutive slots, and slots taken back from pages that are in memory.
 */

/** Pages of the largest transfer (MAXPHYS). */
const SWAPCLUSTER_PAGES = 16

/** A cluster being built (struct swapcluster). The pagedaemon's alone, on its stack. */
export interface SwapCluster {
  /** First slot; 0: no cluster is being built. */
  slot: number
  nallocated: number
  pages: VmPageRef[]
}

/** swapcluster_allocslots: begins a cluster unless there is one. False: swap is full. No lock is needed. */
export function swapclusterAllocslots(cpu: VmCpu, swc: SwapCluster): boolean {
  if (swc.slot !== 0) return true
  const run = uvmSwapAlloc(cpu, SWAPCLUSTER_PAGES, true)
  if (run.slot === 0) return false
  swc.slot = run.slot
  swc.nallocated = run.nslots
  swc.pages = []
  return true
}

/** swapcluster_add: gives the page, busy, the next slot of the cluster. The owner's lock is held. */
export function swapclusterAdd(cpu: VmCpu, swc: SwapCluster, pg: VmPageRef): void {
  kassert(swc.slot !== 0, 'swc->swc_slot != 0')
  kassert(swc.pages.length < swc.nallocated, 'swc->swc_nused < swc->swc_nallocated')
  uvmOwnerSetSlot(cpu, pg, swc.slot + swc.pages.length)
  swc.pages.push(pg)
}

/**
 * swapcluster_flush: starts writing the cluster if it is full, or with `now` whatever there is of it, giving
 * back the slots it did not need. Neither owners' locks nor page queues are held.
 */
export function swapclusterFlush(cpu: VmCpu, swc: SwapCluster, now: boolean): void {
  const { mem } = cpu
  if (swc.slot === 0) return
  const { slot, nallocated, pages } = swc
  if (pages.length < nallocated) {
    if (!now) return
    uvmSwapFree(cpu, slot + pages.length, nallocated - pages.length)
  }
  if (pages.length > 0) {
    mem.write(UVMEXP_PDPAGEOUTS, mem.read(UVMEXP_PDPAGEOUTS) + 1)
    uvmPageoutStart(cpu, pages.length)
    uvmSwapPutPages(cpu, slot, pages)
  }
  swc.slot = 0
  swc.pages = []
}

/**
 * uvmpd_dropswap: takes back the slot of a page in memory, if it has one; returns whether. The owner's lock
 * is held.
 */
export function uvmpdDropswap(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  const slot = uvmOwnerSlot(cpu, pg)
  if (slot === 0) return false
  uvmSwapFree(cpu, slot, 1)
  uvmOwnerSetSlot(cpu, pg, 0)
  mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_CLEAN)
  return true
}

/** uvmpd_trydropswap: the same, if the owner's lock is free and the page not busy. uvm_pageqlock is held. */
export function uvmpdTrydropswap(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  if ((mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) return false
  const slock = uvmOwnerTrylock(cpu, pg)
  if (slock === 0) return false
  if ((mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) {
    mutexExit(cpu, slock)
    return false
  }
  const dropped = uvmpdDropswap(cpu, pg)
  mutexExit(cpu, slock)
  return dropped
}
