import { mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { PAGE_SIZE, VM_MAXUSER_ADDRESS, VM_MIN_KERNEL_ADDRESS, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { PM_LOCK, PM_PDIRPA, PM_RESIDENT, PM_WIRED } from './pmap-layout.js'
import {
  NBPD_L2,
  PG_A,
  PG_D,
  PG_FRAME,
  PG_PVLIST,
  PG_RW,
  PG_V,
  PG_W,
  PTES_PER_PAGE,
  frameWord,
  pdIndex,
  ptIndex,
} from './pmap-pte.js'
import type { PmapRef } from './pmap-pte.js'
import { pmapRemovePv, pvLock } from './pmap-pv.js'
import { tlbShootdown, tlbShootwait } from './pmap-tlb.js'
import { pmapFreeEmptyPtps, pmapPteAddr } from './pmap-core.js'
import { poolPut } from './pool.js'
import type { VmCpu } from './vm-cpu.js'
import { PGA_MODIFIED, PGA_REFERENCED, PG_MDATTR, PG_WIRE_COUNT, physToVmPage } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/** Counts the entries of a user page table in the wire count of its frame (1 + entries). pm_lock held. */
export function pmapCountPte(cpu: VmCpu, pmap: PmapRef, va: number, delta: number): void {
  const { mem } = cpu
  if (va >= VM_MIN_KERNEL_ADDRESS) return
  const pde = mem.load(frameWord(cpu, mem.read(pmap + PM_PDIRPA)) + pdIndex(va))
  const ptp = physToVmPage(cpu, pde & PG_FRAME)
  mem.write(ptp + PG_WIRE_COUNT, mem.read(ptp + PG_WIRE_COUNT) + delta)
}

/** pmap_sync_pv: hands what the MMU noted in `pte` to the page. */
export function pmapSyncAttrs(cpu: VmCpu, pg: VmPageRef, pte: number): void {
  const { mem } = cpu
  const attrs = ((pte & PG_A) !== 0 ? PGA_REFERENCED : 0) | ((pte & PG_D) !== 0 ? PGA_MODIFIED : 0)
  if (attrs !== 0) mem.or(pg + PG_MDATTR, attrs)
}

/**
 * pmap_remove_pte (pmap.c): removes the mapping of `pg` at `va`. pv_lock of `pg` and pm_lock held.
 *
 * The mapping leaves the page's list only when no TLB holds it. Otherwise the pagedaemon could find the page
 * unmapped, and give its frame away, while a CPU that has not answered yet still writes to it.
 */
export function pmapRemovePte(cpu: VmCpu, pmap: PmapRef, va: number, pteAddr: Addr, pg: VmPageRef): void {
  const { mem } = cpu
  const opte = mem.exchange(pteAddr, 0)
  if ((opte & PG_A) !== 0) {
    tlbShootdown(cpu, pmap, va, va + PAGE_SIZE)
    tlbShootwait(cpu)
  }
  mem.write(pmap + PM_RESIDENT, mem.read(pmap + PM_RESIDENT) - 1)
  if ((opte & PG_W) !== 0) mem.write(pmap + PM_WIRED, mem.read(pmap + PM_WIRED) - 1)
  pmapCountPte(cpu, pmap, va, -1)
  pmapSyncAttrs(cpu, pg, opte)
  poolPut(cpu, cpu.config.mm['pvPool'] as number, pmapRemovePv(cpu, pg, pmap, va))
}

/**
 * Removes what `va` maps, unless it is wired and `skipWired`; page tables stay. No pmap lock held. `hint` is the
 * entry as read without a lock: it may even be of a page table freed meanwhile, and hold anything.
 * Returns whether a mapping went.
 */
export function pmapRemoveOne(
  cpu: VmCpu,
  pmap: PmapRef,
  va: number,
  hint: number,
  skipWired: boolean,
): boolean {
  const { mem } = cpu
  let guess = hint
  let removed = false
  while ((guess & PG_V) !== 0) {
    const pg = physToVmPage(cpu, guess & PG_FRAME)
    const lock = pg === 0 ? 0 : pvLock(cpu, pg)
    if (lock !== 0) mutexSpinEnter(cpu, lock)
    mutexSpinEnter(cpu, pmap + PM_LOCK)
    const pteAddr = pmapPteAddr(cpu, pmap, va)
    const pte = pteAddr === 0 ? 0 : mem.load(pteAddr)
    if ((pte & PG_V) === 0 || (pte & PG_FRAME) !== (guess & PG_FRAME)) {
      guess = pte // it changed since it was read: another page's lock is needed
    } else {
      guess = 0
      if (!skipWired || (pte & PG_W) === 0) {
        removed = true
        if ((pte & PG_PVLIST) !== 0) pmapRemovePte(cpu, pmap, va, pteAddr, pg)
        else {
          mem.store(pteAddr, 0)
          tlbShootdown(cpu, pmap, va, va + PAGE_SIZE)
          tlbShootwait(cpu)
        }
      }
    }
    mutexSpinExit(cpu, pmap + PM_LOCK)
    if (lock !== 0) mutexSpinExit(cpu, lock)
  }
  return removed
}

/**
 * pmap_do_remove (pmap.c): removes the mappings of `sva` up to `eva`; with `skipWired`, those that are not wired.
 * Frees the page tables of user space that are left empty.
 */
function pmapDoRemove(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number, skipWired: boolean): void {
  const { mem } = cpu
  const pdir = frameWord(cpu, mem.read(pmap + PM_PDIRPA))
  let empties = false
  let va = sva
  while (va < eva) {
    const end = Math.min(eva, (va & ~(NBPD_L2 - 1)) + NBPD_L2)
    const pde = mem.load(pdir + pdIndex(va))
    if ((pde & PG_V) !== 0) {
      const ptes = frameWord(cpu, pde)
      // Entries of this page table still to be met; the kernel's are not counted.
      let left = PTES_PER_PAGE
      if (va < VM_MIN_KERNEL_ADDRESS) left = mem.read(physToVmPage(cpu, pde & PG_FRAME) + PG_WIRE_COUNT) - 1
      if (left === 0) empties = true // pmap_page_protect leaves them so
      for (; va < end && left > 0; va += PAGE_SIZE) {
        const hint = mem.read(ptes + ptIndex(va))
        if ((hint & PG_V) === 0) continue
        left--
        if (pmapRemoveOne(cpu, pmap, va, hint, skipWired)) empties = true
      }
    }
    va = end
  }
  if (empties) pmapFreeEmptyPtps(cpu, pmap, sva, eva)
}

/**
 * pmap_remove (pmap.c): removes all mappings of `sva` up to `eva` (bytes, page aligned), wired ones too.
 * No pmap lock held. On return no TLB holds one of them.
 */
export function pmapRemove(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number): void {
  pmapDoRemove(cpu, pmap, sva, eva, false)
}

/** pmap_kremove (pmap.c): removes the mappings of pmap_kenter_pa in `len` bytes from `va`. */
export function pmapKremove(cpu: VmCpu, va: number, len: number): void {
  pmapDoRemove(cpu, cpu.config.kernelPmap, va, va + len, false)
}

/**
 * pmap_collect (x86 pmap.c): removes every user mapping of `pmap` that is not wired, even while its LWPs run
 * on other CPUs: they fault the pages in again. Returns when no TLB holds any of them.
 */
export function pmapCollect(cpu: VmCpu, pmap: PmapRef): void {
  if (pmap === cpu.config.kernelPmap) return
  pmapDoRemove(cpu, pmap, 0, VM_MAXUSER_ADDRESS, true)
}

/**
 * pmap_protect (pmap.c): leaves the mappings of `sva` up to `eva` at most the rights `prot`: without
 * VM_PROT_WRITE they lose write access, without VM_PROT_READ they go. It never adds a right. A TLB may keep
 * the right to write until pmap_update.
 */
export function pmapProtect(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number, prot: number): void {
  const { mem } = cpu
  if ((prot & VM_PROT_READ) === 0) {
    pmapRemove(cpu, pmap, sva, eva)
    return
  }
  if ((prot & VM_PROT_WRITE) !== 0) return
  let first = -1
  let last = 0
  mutexSpinEnter(cpu, pmap + PM_LOCK)
  let va = sva
  while (va < eva) {
    const end = Math.min(eva, (va & ~(NBPD_L2 - 1)) + NBPD_L2)
    if (pmapPteAddr(cpu, pmap, va) === 0) {
      va = end
      continue
    }
    for (; va < end; va += PAGE_SIZE) {
      const pteAddr = pmapPteAddr(cpu, pmap, va)
      if ((mem.read(pteAddr) & (PG_V | PG_RW)) !== (PG_V | PG_RW)) continue
      const opte = mem.and(pteAddr, ~PG_RW)
      if ((opte & PG_A) === 0) continue
      if (first < 0) first = va
      last = va + PAGE_SIZE
    }
  }
  if (first >= 0) tlbShootdown(cpu, pmap, first, last)
  mutexSpinExit(cpu, pmap + PM_LOCK)
}

/**
 * pmap_unwire (pmap.c): the mapping of `va` is wired no more. Clears a software bit only: the mapping stays,
 * and no TLB needs to know. Takes and releases pm_lock.
 */
export function pmapUnwire(cpu: VmCpu, pmap: PmapRef, va: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, pmap + PM_LOCK)
  const pteAddr = pmapPteAddr(cpu, pmap, va)
  if (pteAddr !== 0 && (mem.load(pteAddr) & PG_W) !== 0) {
    mem.and(pteAddr, ~PG_W)
    mem.write(pmap + PM_WIRED, mem.read(pmap + PM_WIRED) - 1)
  }
  mutexSpinExit(cpu, pmap + PM_LOCK)
}
