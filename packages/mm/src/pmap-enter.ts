import { kassert, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import { ENOMEM } from './errno.js'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS, VM_PROT_WRITE } from './param.js'
import { PMAP_CANFAIL, PMAP_WIRED, PM_LOCK, PM_RESIDENT, PM_WIRED } from './pmap-layout.js'
import { PG_A, PG_D, PG_FRAME, PG_PVLIST, PG_RW, PG_U, PG_V, PG_W } from './pmap-pte.js'
import type { PmapRef } from './pmap-pte.js'
import { pmapEnterPv, pvLock } from './pmap-pv.js'
import { pmapCountPte, pmapRemoveOne } from './pmap-remove.js'
import { tlbShootdown, tlbShootwait } from './pmap-tlb.js'
import { pmapGetPtp, pmapPteAddr } from './pmap-core.js'
import { poolGet } from './pool.js'
import type { VmCpu } from './vm-cpu.js'
import { physToVmPage } from './vm-page.js'

/**
 * pmap_enter (pmap.c): maps the managed page at `pa` at `va` with protection `prot`, in place of what was there.
 *
 * `flags` may hold PMAP_WIRED and PMAP_CANFAIL (without which want of memory panics); the kind of access in its
 * low bits is ignored, since the MMU sets PG_A and PG_D. Returns 0 or ENOMEM. The page's owner is locked; takes
 * and releases pv_lock and pm_lock. On return no TLB grants what the old mapping did and this one does not.
 */
export function pmapEnter(
  cpu: VmCpu,
  pmap: PmapRef,
  va: number,
  pa: number,
  prot: number,
  flags: number,
): number {
  const { mem } = cpu
  const frame = pa & PG_FRAME
  const pg = physToVmPage(cpu, frame)
  kassert(pg !== 0, 'pg != NULL')
  const user = va < VM_MIN_KERNEL_ADDRESS
  const wired = (flags & PMAP_WIRED) !== 0
  const npte =
    frame |
    PG_V |
    PG_PVLIST |
    (user ? PG_U : 0) |
    ((prot & VM_PROT_WRITE) !== 0 ? PG_RW : 0) |
    (wired ? PG_W : 0)
  const lock = pvLock(cpu, pg)

  for (;;) {
    mutexSpinEnter(cpu, lock)
    mutexSpinEnter(cpu, pmap + PM_LOCK)
    const pteAddr = pmapPteAddr(cpu, pmap, va)
    const opte = pteAddr === 0 ? 0 : mem.load(pteAddr)
    const replaces = (opte & PG_V) !== 0
    if (pteAddr === 0 || (replaces && (opte & PG_FRAME) !== frame)) {
      mutexSpinExit(cpu, pmap + PM_LOCK)
      mutexSpinExit(cpu, lock)
      if (replaces) pmapRemoveOne(cpu, pmap, va, opte, false)
      else if (!pmapGetPtp(cpu, pmap, va)) return pmapEnterFailed(flags)
      continue
    }
    if (!replaces) {
      const pve = poolGet(cpu, cpu.config.mm['pvPool'] as number)
      if (pve === 0) {
        mutexSpinExit(cpu, pmap + PM_LOCK)
        mutexSpinExit(cpu, lock)
        return pmapEnterFailed(flags)
      }
      pmapEnterPv(cpu, pg, pve, pmap, va)
      pmapCountPte(cpu, pmap, va, 1)
      mem.write(pmap + PM_RESIDENT, mem.read(pmap + PM_RESIDENT) + 1)
      if (wired) mem.write(pmap + PM_WIRED, mem.read(pmap + PM_WIRED) + 1)
      mem.store(pteAddr, npte)
    } else {
      const old = replacePte(cpu, pteAddr, npte)
      const wiredDelta = (wired ? 1 : 0) - ((old & PG_W) !== 0 ? 1 : 0)
      if (wiredDelta !== 0) mem.write(pmap + PM_WIRED, mem.read(pmap + PM_WIRED) + wiredDelta)
      const losesWrite = (old & PG_RW & ~npte) !== 0
      if (losesWrite && (old & PG_A) !== 0) {
        tlbShootdown(cpu, pmap, va, va + PAGE_SIZE)
        tlbShootwait(cpu)
      }
    }
    mutexSpinExit(cpu, pmap + PM_LOCK)
    mutexSpinExit(cpu, lock)
    return 0
  }
}

/** Changes a valid entry to `npte` without losing what the MMU notes in it meanwhile. Returns the old entry. */
function replacePte(cpu: VmCpu, pteAddr: number, npte: number): number {
  const { mem } = cpu
  for (;;) {
    const old = mem.load(pteAddr)
    if (mem.cas(pteAddr, old, npte | (old & (PG_A | PG_D))) === old) return old
  }
}

function pmapEnterFailed(flags: number): number {
  if ((flags & PMAP_CANFAIL) === 0) panic('pmap_enter: no memory for a page table or pv entry')
  return ENOMEM
}

/**
 * pmap_kenter_pa (pmap.c): maps `pa` at the kernel address `va`, wired and on no list of mappings.
 * Nothing is mapped there. Takes no lock.
 */
export function pmapKenterPa(cpu: VmCpu, va: number, pa: number, prot: number): void {
  const { mem } = cpu
  const pteAddr = pmapPteAddr(cpu, cpu.config.kernelPmap, va)
  kassert(pteAddr !== 0, 'pmap_kenter_pa: va is not in the kernel map')
  mem.store(pteAddr, (pa & PG_FRAME) | PG_V | ((prot & VM_PROT_WRITE) !== 0 ? PG_RW : 0))
}
