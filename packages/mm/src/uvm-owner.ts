import { mutexTryEnter } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { AN_LOCK, AN_PAGE, AN_REF, AN_SWSLOT, uvmAnonPut } from './uvm-anon.js'
import { UO_LOCK, uaoFindSwslot, uaoRemovePage, uaoSetSwslot } from './uvm-aobj.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_OFFSET, PG_UANON, PG_UOBJECT } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * The owner of a page, anon or object, as those see it that come from the page: the pagedaemon and the disk.
 * Their lock order is backwards, so an owner's lock is only tried.
 */

/**
 * uvmpd_trylockowner (uvm_pdaemon.c): tries the lock of the page's owner. Returns the mutex taken, or 0: it is
 * taken, or the page has no owner. uvm_pageqlock is held, or the page is busy for the caller's sake: either keeps
 * the owner from leaving it.
 */
export function uvmOwnerTrylock(cpu: VmCpu, pg: VmPageRef): Addr {
  const { mem } = cpu
  const uobj = mem.read(pg + PG_UOBJECT)
  const anon = mem.read(pg + PG_UANON)
  const slock = uobj !== 0 ? uobj + UO_LOCK : anon !== 0 ? anon + AN_LOCK : 0
  return slock !== 0 && mutexTryEnter(cpu, slock) ? slock : 0
}

/** The page's slot on swap, or 0. Owner locked. */
export function uvmOwnerSlot(cpu: VmCpu, pg: VmPageRef): number {
  const { mem } = cpu
  const uobj = mem.read(pg + PG_UOBJECT)
  if (uobj !== 0) return uaoFindSwslot(cpu, uobj, mem.read(pg + PG_OFFSET))
  return mem.read(mem.read(pg + PG_UANON) + AN_SWSLOT)
}

/** Sets the page's slot on swap; 0: none. The old one is the caller's to free. Owner locked. */
export function uvmOwnerSetSlot(cpu: VmCpu, pg: VmPageRef, slot: number): void {
  const { mem } = cpu
  const uobj = mem.read(pg + PG_UOBJECT)
  if (uobj !== 0) uaoSetSwslot(cpu, uobj, mem.read(pg + PG_OFFSET), slot)
  else mem.write(mem.read(pg + PG_UANON) + AN_SWSLOT, slot)
}

/**
 * The page leaves its owner: its contents are on swap, or of no use. A dead anon that waited for this goes back to
 * its pool, with its slot. Owner locked, and stays so. Called by uvm_pagefree.
 */
export function uvmOwnerDetach(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  const uobj = mem.read(pg + PG_UOBJECT)
  const anon = mem.read(pg + PG_UANON)
  mem.write(pg + PG_UOBJECT, 0)
  mem.write(pg + PG_UANON, 0)
  if (uobj !== 0) {
    uaoRemovePage(cpu, uobj, mem.read(pg + PG_OFFSET))
  } else if (anon !== 0) {
    mem.write(anon + AN_PAGE, 0)
    if (mem.read(anon + AN_REF) === 0) uvmAnonPut(cpu, anon)
  }
}
