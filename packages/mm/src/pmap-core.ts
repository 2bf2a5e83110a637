import { kassert, mutexSpinEnter, mutexSpinExit, mutexSpinInit } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { PAGE_SHIFT, PAGE_WORDS, VM_MAX_KERNEL_ADDRESS, VM_MIN_KERNEL_ADDRESS } from './param.js'
import {
  PM_CPUS,
  PM_CPU_WORDS,
  PM_LOCK,
  PM_NPTP,
  PM_PDIRPA,
  PM_REFCNT,
  PM_RESIDENT,
  PM_WIRED,
} from './pmap-layout.js'
import { PDIR_USER_ENTRIES, PG_FRAME, PG_RW, PG_U, PG_V, frameWord, pdIndex, ptIndex } from './pmap-pte.js'
import type { PmapRef } from './pmap-pte.js'
import { tlbDropPmap, tlbShootdown, tlbShootwait } from './pmap-tlb.js'
import { poolGet, poolPut } from './pool.js'
import { MC_PMAP, mmCpu, tlbFlushUser } from './tlb.js'
import { UVM_PGA_ZERO, uvmPagealloc, uvmPagefree } from './uvm-page.js'
import type { VmCpu } from './vm-cpu.js'
import {
  PG_BUSY,
  PG_FAKE,
  PG_FLAGS,
  PG_OFFSET,
  PG_WIRE_COUNT,
  physToVmPage,
  vmPageToPhys,
} from './vm-page.js'

/** First frame of the kernel's page tables, which lie in a row behind its directory: they are allocated first at boot. */
export const KERNEL_PTP_FRAME = 1

/** kvtopte (x86 pmap.h): address of the entry that maps the kernel address `va`: no word need be read to find it. */
function kvtopte(cpu: VmCpu, va: number): Addr {
  return cpu.config.frameBase + KERNEL_PTP_FRAME * PAGE_WORDS + ((va - VM_MIN_KERNEL_ADDRESS) >>> PAGE_SHIFT)
}

/**
 * Address of the entry that maps `va`, or 0 if there is no page table for it. Takes no lock: what it returns
 * may be stale unless pm_lock is held or the pmap is the kernel's (whose page tables are never freed).
 */
export function pmapPteAddr(cpu: VmCpu, pmap: PmapRef, va: number): Addr {
  const { mem } = cpu
  if (pmap === cpu.config.kernelPmap)
    return va >= VM_MIN_KERNEL_ADDRESS && va < VM_MAX_KERNEL_ADDRESS ? kvtopte(cpu, va) : 0
  const pde = mem.load(frameWord(cpu, mem.read(pmap + PM_PDIRPA)) + pdIndex(va))
  return (pde & PG_V) === 0 ? 0 : frameWord(cpu, pde) + ptIndex(va)
}

/**
 * A zeroed frame for a page directory or page table, owned by nobody, on no queue; 0 if there is none.
 * Its wire count is 1, as that of pmap_ptp's pages, and counts from there the entries in it.
 */
export function pmapAllocFrame(cpu: VmCpu): Addr {
  const { mem } = cpu
  const pg = uvmPagealloc(cpu, 0, 0, 0, UVM_PGA_ZERO)
  if (pg === 0) return 0
  mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE))
  mem.write(pg + PG_WIRE_COUNT, 1)
  return pg
}

/** Gives a frame of {@link pmapAllocFrame} back. */
function pmapFreeFrame(cpu: VmCpu, pg: Addr): void {
  const { mem } = cpu
  mem.write(pg + PG_WIRE_COUNT, 0)
  mem.write(pg + PG_OFFSET, 0)
  uvmPagefree(cpu, pg)
}

/** Initialises the words of a pmap whose directory is the frame at `pdirpa`. */
export function pmapInit(cpu: VmCpu, pmap: PmapRef, pdirpa: number): void {
  const { mem } = cpu
  mutexSpinInit(mem, pmap + PM_LOCK)
  mem.write(pmap + PM_PDIRPA, pdirpa)
  mem.write(pmap + PM_RESIDENT, 0)
  mem.write(pmap + PM_WIRED, 0)
  mem.write(pmap + PM_NPTP, 0)
  mem.fill(pmap + PM_CPUS, PM_CPU_WORDS, 0)
  mem.store(pmap + PM_REFCNT, 1)
}

/**
 * pmap_create (pmap.c): a pmap with no user mapping, which shares the kernel's page tables.
 * Returns 0 if there is no frame or no pmap structure. Never sleeps.
 */
export function pmapCreate(cpu: VmCpu): PmapRef {
  const { mem } = cpu
  const pmap = poolGet(cpu, cpu.config.mm['pmapPool'] as number)
  if (pmap === 0) return 0
  const pg = pmapAllocFrame(cpu)
  if (pg === 0) {
    poolPut(cpu, cpu.config.mm['pmapPool'] as number, pmap)
    return 0
  }
  const pdirpa = vmPageToPhys(cpu, pg)
  const from = frameWord(cpu, mem.read(cpu.config.kernelPmap + PM_PDIRPA))
  const to = frameWord(cpu, pdirpa)
  const kernelPages = cpu.config.mm['kernelPtps'] as number
  mem.copy(to + PDIR_USER_ENTRIES, from + PDIR_USER_ENTRIES, kernelPages)
  pmapInit(cpu, pmap, pdirpa)
  return pmap
}

/**
 * pmap_destroy (pmap.c): drops a reference; the last one frees the page tables. All mappings are gone by then.
 * CPUs that still have it loaded are told to drop it, and waited for.
 */
export function pmapDestroy(cpu: VmCpu, pmap: PmapRef): void {
  const { mem } = cpu
  if (mem.sub(pmap + PM_REFCNT, 1) > 1) return
  kassert(pmap !== cpu.config.kernelPmap, 'pmap != pmap_kernel()')
  kassert(mem.read(pmap + PM_RESIDENT) === 0, 'pmap->pm_stats.resident_count == 0')
  tlbDropPmap(cpu, pmap)
  tlbShootwait(cpu)
  const pdirpa = mem.read(pmap + PM_PDIRPA)
  const pdir = frameWord(cpu, pdirpa)
  let left = mem.read(pmap + PM_NPTP)
  for (let i = 0; i < PDIR_USER_ENTRIES && left > 0; i++) {
    const pde = mem.read(pdir + i)
    if ((pde & PG_V) === 0) continue
    pmapFreeFrame(cpu, physToVmPage(cpu, pde & PG_FRAME))
    left--
  }
  pmapFreeFrame(cpu, physToVmPage(cpu, pdirpa))
  poolPut(cpu, cpu.config.mm['pmapPool'] as number, pmap)
}

/**
 * pmap_get_ptp (pmap.c): makes sure that a page table covers the user address `va`.
 * No lock held. Returns false if there is no frame.
 */
export function pmapGetPtp(cpu: VmCpu, pmap: PmapRef, va: number): boolean {
  const { mem } = cpu
  kassert(va >>> 0 < VM_MIN_KERNEL_ADDRESS, 'va < VM_MIN_KERNEL_ADDRESS')
  const pg = pmapAllocFrame(cpu)
  if (pg === 0) return false
  mutexSpinEnter(cpu, pmap + PM_LOCK)
  const pdeAddr = frameWord(cpu, mem.read(pmap + PM_PDIRPA)) + pdIndex(va)
  const raced = (mem.load(pdeAddr) & PG_V) !== 0
  if (!raced) {
    mem.write(pmap + PM_NPTP, mem.read(pmap + PM_NPTP) + 1)
    mem.store(pdeAddr, vmPageToPhys(cpu, pg) | PG_V | PG_RW | PG_U)
  }
  mutexSpinExit(cpu, pmap + PM_LOCK)
  if (raced) pmapFreeFrame(cpu, pg)
  return true
}

/**
 * Frees the page tables of user space between `sva` and `eva` that have no entry left.
 * No lock held. An MMU may be reading one, so each CPU that has the pmap answers before a frame is freed.
 */
export function pmapFreeEmptyPtps(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number): void {
  const { mem } = cpu
  if (pmap === cpu.config.kernelPmap) return
  let freed = 0 // chained through PG_OFFSET, which nobody uses in a page table's frame
  mutexSpinEnter(cpu, pmap + PM_LOCK)
  const pdir = frameWord(cpu, mem.read(pmap + PM_PDIRPA))
  let left = mem.read(pmap + PM_NPTP)
  for (let i = pdIndex(sva); i <= pdIndex(eva - 1) && left > 0; i++) {
    const pde = mem.load(pdir + i)
    if ((pde & PG_V) === 0) continue
    left--
    const ptp = physToVmPage(cpu, pde & PG_FRAME)
    if (mem.read(ptp + PG_WIRE_COUNT) !== 1) continue
    mem.store(pdir + i, 0)
    mem.write(pmap + PM_NPTP, mem.read(pmap + PM_NPTP) - 1)
    mem.write(ptp + PG_OFFSET, freed)
    freed = ptp
  }
  if (freed !== 0) tlbShootdown(cpu, pmap, sva, eva)
  mutexSpinExit(cpu, pmap + PM_LOCK)
  if (freed === 0) return
  tlbShootwait(cpu)
  while (freed !== 0) {
    const next = mem.read(freed + PG_OFFSET)
    pmapFreeFrame(cpu, freed)
    freed = next
  }
}

/** pmap_extract (pmap.c): physical address that `va` maps to, or -1. Takes pm_lock unless the pmap is the kernel's. */
export function pmapExtract(cpu: VmCpu, pmap: PmapRef, va: number): number {
  const { mem } = cpu
  const locked = pmap !== cpu.config.kernelPmap
  if (locked) mutexSpinEnter(cpu, pmap + PM_LOCK)
  const pteAddr = pmapPteAddr(cpu, pmap, va)
  const pte = pteAddr === 0 ? 0 : mem.load(pteAddr)
  if (locked) mutexSpinExit(cpu, pmap + PM_LOCK)
  return (pte & PG_V) === 0 ? -1 : (pte & PG_FRAME) | (va & ~PG_FRAME)
}

/**
 * pmap_activate (pmap.c): the CPU translates user addresses through `pmap` from now on.
 *
 * The bit is set before any entry is read, and a CPU that removes an entry reads the bits after removing it:
 * either it sees this CPU, or this CPU sees the entry gone.
 */
export function pmapActivate(cpu: VmCpu, pmap: PmapRef): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  const current = mem.read(mc + MC_PMAP)
  if (current === pmap) return
  if (current !== 0) pmapDeactivate(cpu, current)
  if (pmap === cpu.config.kernelPmap) return // every CPU has it, always
  mem.or(pmap + PM_CPUS + (cpu.id >>> 5), 1 << (cpu.id & 31))
  mem.write(mc + MC_PMAP, pmap)
  tlbFlushUser(cpu)
}

/** pmap_deactivate (pmap.c): the CPU leaves `pmap`; until the next activation it has no user space. */
export function pmapDeactivate(cpu: VmCpu, pmap: PmapRef): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  if (pmap === cpu.config.kernelPmap || mem.read(mc + MC_PMAP) !== pmap) return
  mem.write(mc + MC_PMAP, 0)
  mem.and(pmap + PM_CPUS + (cpu.id >>> 5), ~(1 << (cpu.id & 31)))
}

/** pmap_update (pmap.c): returns when no TLB holds a translation that this CPU removed or restricted before. */
export function pmapUpdate(cpu: VmCpu): void {
  tlbShootwait(cpu)
}
