import { kassert, layout, mutexEnter, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from './globals.js'
import { PAGE_SHIFT } from './param.js'
import { UVM_PGA_ZERO, uvmPageUnbusy, uvmPageactivate, uvmPagealloc } from './uvm-page.js'
import { uvmWait } from './uvm-pdaemon.js'
import { uvmSwapFree, uvmSwapIn } from './uvm-swap.js'
import { uvmUnlockAndWait } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_FAKE, PG_FLAGS, PG_PQFLAGS, PG_WANTED, PQ_AOBJ } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/** Address of a `struct uvm_aobj`. */
export type UvmAobjRef = Addr

/**
 * struct uvm_aobj (uvm_aobj.c): an anonymous memory object. There is one, uvm_kernel_object, which backs the
 * pageable part of the kernel map; offset 0 is VM_MIN_KERNEL_ADDRESS. Its pages and slots are arrays by page
 * number, where C has a tree and a hash.
 */
export const { UO_LOCK, UO_NPAGES, UO_SIZE, UO_PAGES, UO_SLOTS, UVM_AOBJ_WORDS } = layout('uvm_aobj', {
  UO_LOCK: { lock: 'atomic', isLock: true }, // vmobjlock
  UO_NPAGES: 'uo_lock', // pages in frames
  UO_SIZE: 'stable', // pages
  UO_PAGES: 'stable', // address of the array of vm_page pointers, each under vmobjlock
  UO_SLOTS: 'stable', // address of the array of swap slots (0: none), each under vmobjlock
})

function pageWord(cpu: VmCpu, uobj: UvmAobjRef, off: number): Addr {
  const { mem } = cpu
  kassert(off >= 0 && off >> PAGE_SHIFT < mem.read(uobj + UO_SIZE), 'offset < aobj->u_pages')
  return mem.read(uobj + UO_PAGES) + (off >> PAGE_SHIFT)
}

function slotWord(cpu: VmCpu, uobj: UvmAobjRef, off: number): Addr {
  const { mem } = cpu
  return mem.read(uobj + UO_SLOTS) + (off >> PAGE_SHIFT)
}

/** uvm_pagelookup (uvm_page.c): the page of the object at `off` (bytes), or 0. Object locked. */
export function uvmPagelookup(cpu: VmCpu, uobj: UvmAobjRef, off: number): VmPageRef {
  const { mem } = cpu
  return mem.read(pageWord(cpu, uobj, off))
}

/** uao_find_swslot (uvm_aobj.c): the slot of the page at `off` (bytes), or 0. Object locked. */
export function uaoFindSwslot(cpu: VmCpu, uobj: UvmAobjRef, off: number): number {
  const { mem } = cpu
  return mem.read(slotWord(cpu, uobj, off))
}

/** uao_set_swslot (uvm_aobj.c): sets the slot of the page at `off`; returns the old one. Object locked. */
export function uaoSetSwslot(cpu: VmCpu, uobj: UvmAobjRef, off: number, slot: number): number {
  const { mem } = cpu
  const old = mem.read(slotWord(cpu, uobj, off))
  mem.write(slotWord(cpu, uobj, off), slot)
  return old
}

/** uao_dropswap (uvm_aobj.c): gives back the slot of the page at `off`, if it has one. Object locked. */
export function uaoDropswap(cpu: VmCpu, uobj: UvmAobjRef, off: number): void {
  const slot = uaoSetSwslot(cpu, uobj, off, 0)
  if (slot !== 0) uvmSwapFree(cpu, slot, 1)
}

/** Notes that the object's page at `off` is in no frame any more. Object locked. */
export function uaoRemovePage(cpu: VmCpu, uobj: UvmAobjRef, off: number): void {
  const { mem } = cpu
  mem.write(pageWord(cpu, uobj, off), 0)
  mem.write(uobj + UO_NPAGES, mem.read(uobj + UO_NPAGES) - 1)
}

/** A frame for the page at `off`, busy, or 0. Object locked; the object has no page there. */
function allocPage(cpu: VmCpu, uobj: UvmAobjRef, off: number, flags: number): VmPageRef {
  const { mem } = cpu
  const pg = uvmPagealloc(cpu, uobj, off, 0, flags)
  if (pg === 0) return 0
  mem.write(pg + PG_PQFLAGS, mem.read(pg + PG_PQFLAGS) | PQ_AOBJ)
  mem.write(pageWord(cpu, uobj, off), pg)
  mem.write(uobj + UO_NPAGES, mem.read(uobj + UO_NPAGES) + 1)
  return pg
}

/**
 * uao_get with PGO_LOCKED (uvm_aobj.c): the page at `off` (bytes) if that needs no waiting: it is in a frame and
 * not busy, or has never been used and there is a frame for it. Otherwise 0. Object locked. The page is not busy.
 */
export function uaoGetLocked(cpu: VmCpu, uobj: UvmAobjRef, off: number): VmPageRef {
  const { mem } = cpu
  let pg = uvmPagelookup(cpu, uobj, off)
  if (pg === 0 && uaoFindSwslot(cpu, uobj, off) === 0) {
    pg = allocPage(cpu, uobj, off, UVM_PGA_ZERO)
    if (pg !== 0) mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE))
  }
  return pg !== 0 && (mem.read(pg + PG_FLAGS) & PG_BUSY) === 0 ? pg : 0
}

/**
 * uao_get (uvm_aobj.c): does what {@link uaoGetLocked} could not: waits for a busy page, or for memory, or reads
 * the page from swap. Object locked on entry, released on return; the caller then looks again.
 */
export function* uaoGet(cpu: VmCpu, uobj: UvmAobjRef, off: number): Sleeps<void> {
  const { mem } = cpu
  let pg = uvmPagelookup(cpu, uobj, off)
  if (pg !== 0) {
    const flags = mem.read(pg + PG_FLAGS)
    if ((flags & PG_BUSY) !== 0) {
      mem.write(pg + PG_FLAGS, flags | PG_WANTED)
      yield* uvmUnlockAndWait(cpu, uobj + UO_LOCK, pg, 'uao_get', 0)
      return
    }
    mutexExit(cpu, uobj + UO_LOCK)
    return
  }
  const slot = uaoFindSwslot(cpu, uobj, off)
  pg = allocPage(cpu, uobj, off, slot === 0 ? UVM_PGA_ZERO : 0)
  if (pg === 0) {
    mutexExit(cpu, uobj + UO_LOCK)
    yield* uvmWait(cpu, 'uao_getpage')
    return
  }
  if (slot !== 0) {
    mutexExit(cpu, uobj + UO_LOCK)
    yield* uvmSwapIn(cpu, pg, slot)
    yield* mutexEnter(cpu, uobj + UO_LOCK)
  }
  mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_FAKE)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  uvmPageactivate(cpu, pg)
  uvmPageUnbusy(cpu, pg)
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, uobj + UO_LOCK)
}
