import type { Sleeps } from '@holdfast/atomics-sync'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE, roundPage } from './param.js'
import { pmapExtract, pmapKenterPa, pmapKremove, pmapRemove, pmapUpdate } from './pmap.js'
import { uvmKmPgremove } from './uvm-km-pgremove.js'
import { uvmMapObject } from './uvm-map.js'
import { MAP_INHERIT_NONE, UVM_FLAG_NOWAIT, UVM_FLAG_TRYLOCK, UVM_FLAG_WAITVA } from './uvm-map-layout.js'
import type { VmMapRef } from './uvm-map-layout.js'
import { uvmUnmap } from './uvm-map-unmap.js'
import { UVM_PGA_USERESERVE, UVM_PGA_ZERO, uvmPagealloc, uvmPagefree } from './uvm-page.js'
import { uvmReclaimable, uvmWait } from './uvm-pdaemon.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_FAKE, PG_FLAGS, physToVmPage, vmPageToPhys } from './vm-page.js'

/** Allocation types of kernel memory (uvm_extern.h): exactly one of the first three. */
export const UVM_KMF_WIRED = 0x1
export const UVM_KMF_PAGEABLE = 0x2
export const UVM_KMF_VAONLY = 0x4
/** Wait for address space. */
export const UVM_KMF_WAITVA = 0x8
/** Do not wait for memory. */
export const UVM_KMF_NOWAIT = 0x10
/** Only try the map's lock. */
export const UVM_KMF_TRYLOCK = 0x20
/** Wired memory is zeroed; pageable memory always is. */
export const UVM_KMF_ZERO = 0x40
/** Fail rather than wait when nothing can be reclaimed. */
export const UVM_KMF_CANFAIL = 0x80

const TYPEMASK = UVM_KMF_WIRED | UVM_KMF_PAGEABLE | UVM_KMF_VAONLY
const MAPMASK = UVM_FLAG_WAITVA | UVM_FLAG_NOWAIT | UVM_FLAG_TRYLOCK

/**
 * uvm_km_alloc (uvm_km.c): `size` bytes (rounded up to pages) of kernel memory, aligned to `align` bytes (0: a page).
 *
 * UVM_KMF_WIRED memory is there at once. UVM_KMF_PAGEABLE memory, on uvm_kernel_object, appears when it is faulted
 * in or wired. UVM_KMF_VAONLY is address space alone. Takes and releases the map's lock; may sleep unless
 * UVM_KMF_NOWAIT and UVM_KMF_TRYLOCK. Returns the address, or 0.
 */
export function* uvmKmAlloc(
  cpu: VmCpu,
  map: VmMapRef,
  size: number,
  align: number,
  flags: number,
): Sleeps<number> {
  const uobj = (flags & UVM_KMF_PAGEABLE) !== 0 ? (cpu.config.mm['kernelObject'] as number) : 0
  const prot = VM_PROT_READ | VM_PROT_WRITE
  const request = {
    uobj,
    align,
    prot,
    maxprot: prot,
    inherit: MAP_INHERIT_NONE,
    flags: flags & MAPMASK,
  }
  const kva = yield* uvmMapObject(cpu, map, 0, size, request)
  if (kva < 0) return 0
  if ((flags & (UVM_KMF_VAONLY | UVM_KMF_PAGEABLE)) !== 0) return kva
  return (yield* kmWire(cpu, map, kva, roundPage(size), flags)) ? kva : 0
}

/** Gives wired memory its pages. Returns false if there were too few: all is freed then. */
function* kmWire(cpu: VmCpu, map: VmMapRef, kva: number, size: number, flags: number): Sleeps<boolean> {
  const { mem } = cpu
  const pgaflags =
    ((flags & UVM_KMF_NOWAIT) !== 0 ? UVM_PGA_USERESERVE : 0) |
    ((flags & UVM_KMF_ZERO) !== 0 ? UVM_PGA_ZERO : 0)
  for (let va = kva; va < kva + size; va += PAGE_SIZE) {
    let pg = uvmPagealloc(cpu, 0, 0, 0, pgaflags)
    while (pg === 0) {
      if ((flags & UVM_KMF_NOWAIT) !== 0 || ((flags & UVM_KMF_CANFAIL) !== 0 && !uvmReclaimable(cpu))) {
        yield* uvmKmFree(cpu, map, kva, size, flags & TYPEMASK)
        return false
      }
      yield* uvmWait(cpu, 'km_getwait2')
      pg = uvmPagealloc(cpu, 0, 0, 0, pgaflags)
    }
    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE))
    pmapKenterPa(cpu, va, vmPageToPhys(cpu, pg), VM_PROT_READ | VM_PROT_WRITE)
  }
  return true
}

/**
 * uvm_km_free (uvm_km.c): frees what uvm_km_alloc of the same type (`flags`) gave. Pageable memory is unmapped and
 * its pages are freed even if they are still wired. Takes and releases the map's and the object's lock; may sleep.
 */
export function* uvmKmFree(cpu: VmCpu, map: VmMapRef, va: number, size: number, flags: number): Sleeps<void> {
  const length = roundPage(size)
  if ((flags & UVM_KMF_PAGEABLE) !== 0) {
    // C frees the pages first. Here a free page is on no list of mappings.
    pmapRemove(cpu, cpu.config.kernelPmap, va, va + length)
    yield* uvmKmPgremove(cpu, cpu.config.mm['kernelObject'] as number, va, va + length)
  } else if ((flags & UVM_KMF_WIRED) !== 0) {
    uvmKmPgremoveIntrsafe(cpu, va, va + length)
  }
  yield* uvmUnmap(cpu, map, va, va + length)
  pmapUpdate(cpu)
}

/** uvm_km_pgremove_intrsafe (uvm_km.c): unmaps and frees the pages of wired memory, as far as it has any. */
function uvmKmPgremoveIntrsafe(cpu: VmCpu, start: number, end: number): void {
  for (let va = start; va < end; va += PAGE_SIZE) {
    const pa = pmapExtract(cpu, cpu.config.kernelPmap, va)
    if (pa === -1) continue
    pmapKremove(cpu, va, PAGE_SIZE)
    const pg = physToVmPage(cpu, pa)
    if (pg !== 0) uvmPagefree(cpu, pg)
  }
}
