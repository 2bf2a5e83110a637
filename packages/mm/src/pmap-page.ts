import { mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { PM_LOCK, PV_NEXT, PV_PMAP, PV_VA } from './pmap-layout.js'
import { PG_A, PG_D, PG_RW } from './pmap-pte.js'
import { pvLock } from './pmap-pv.js'
import { pmapRemovePte, pmapSyncAttrs } from './pmap-remove.js'
import { tlbShootdown, tlbShootwait } from './pmap-tlb.js'
import { pmapPteAddr } from './pmap-core.js'
import type { VmCpu } from './vm-cpu.js'
import { PGA_MODIFIED, PGA_REFERENCED, PG_MDATTR, PG_PV } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * pmap_page_protect (pmap.c): leaves all mappings of `pg` at most the rights `prot`. With VM_PROT_NONE they go,
 * and on return no TLB holds one. Takes and releases pv_lock and pm_locks; spin locks may be held.
 */
export function pmapPageProtect(cpu: VmCpu, pg: VmPageRef, prot: number): void {
  const { mem } = cpu
  if ((prot & VM_PROT_WRITE) !== 0) return
  const lock = pvLock(cpu, pg)
  mutexSpinEnter(cpu, lock)
  if ((prot & VM_PROT_READ) === 0) {
    for (let pve = mem.read(pg + PG_PV); pve !== 0; pve = mem.read(pg + PG_PV)) {
      const pmap = mem.read(pve + PV_PMAP)
      const va = mem.read(pve + PV_VA)
      mutexSpinEnter(cpu, pmap + PM_LOCK)
      pmapRemovePte(cpu, pmap, va, pmapPteAddr(cpu, pmap, va), pg)
      mutexSpinExit(cpu, pmap + PM_LOCK)
    }
  } else {
    clearPteBits(cpu, pg, PG_RW)
  }
  mutexSpinExit(cpu, lock)
}

/**
 * Clears `bits` in every entry that maps `pg`, and in every TLB. pv_lock held, which keeps the entries from
 * going, and a CPU that finds PG_A clear from believing that no TLB has the entry before that is true.
 * Returns the union of the old entries.
 */
function clearPteBits(cpu: VmCpu, pg: VmPageRef, bits: number): number {
  const { mem } = cpu
  let all = 0
  for (let pve = mem.read(pg + PG_PV); pve !== 0; pve = mem.read(pve + PV_NEXT)) {
    const pmap = mem.read(pve + PV_PMAP)
    const va = mem.read(pve + PV_VA)
    const opte = mem.and(pmapPteAddr(cpu, pmap, va), ~bits)
    all |= opte
    if ((opte & PG_A) !== 0 && (opte & bits) !== 0) tlbShootdown(cpu, pmap, va, va + PAGE_SIZE)
  }
  tlbShootwait(cpu)
  return all
}

function clearAttr(cpu: VmCpu, pg: VmPageRef, bit: number, attr: number): boolean {
  const { mem } = cpu
  const lock = pvLock(cpu, pg)
  mutexSpinEnter(cpu, lock)
  const ptes = clearPteBits(cpu, pg, bit)
  const attrs = mem.and(pg + PG_MDATTR, ~attr)
  mutexSpinExit(cpu, lock)
  return (ptes & bit) !== 0 || (attrs & attr) !== 0
}

function testAttr(cpu: VmCpu, pg: VmPageRef, bit: number, attr: number): boolean {
  const { mem } = cpu
  if ((mem.load(pg + PG_MDATTR) & attr) !== 0) return true
  const lock = pvLock(cpu, pg)
  mutexSpinEnter(cpu, lock)
  let ptes = 0
  for (let pve = mem.read(pg + PG_PV); pve !== 0; pve = mem.read(pve + PV_NEXT)) {
    ptes |= mem.load(pmapPteAddr(cpu, mem.read(pve + PV_PMAP), mem.read(pve + PV_VA)))
  }
  pmapSyncAttrs(cpu, pg, ptes)
  mutexSpinExit(cpu, lock)
  return (ptes & bit) !== 0 || (mem.load(pg + PG_MDATTR) & attr) !== 0
}

/** pmap_clear_reference (pmap.c): returns whether the page was referenced since the last call. */
export function pmapClearReference(cpu: VmCpu, pg: VmPageRef): boolean {
  return clearAttr(cpu, pg, PG_A, PGA_REFERENCED)
}

/** pmap_clear_modify (pmap.c): returns whether the page was modified; later writes set the bit again. */
export function pmapClearModify(cpu: VmCpu, pg: VmPageRef): boolean {
  return clearAttr(cpu, pg, PG_D, PGA_MODIFIED)
}

/** pmap_is_referenced (pmap.c). */
export function pmapIsReferenced(cpu: VmCpu, pg: VmPageRef): boolean {
  return testAttr(cpu, pg, PG_A, PGA_REFERENCED)
}

/** pmap_is_modified (pmap.c). */
export function pmapIsModified(cpu: VmCpu, pg: VmPageRef): boolean {
  return testAttr(cpu, pg, PG_D, PGA_MODIFIED)
}
