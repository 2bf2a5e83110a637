import { cvTimedwait, kassert, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { EAGAIN, EINVAL, ENOMEM } from './errno.js'
import { PAGE_SIZE, roundPage } from './param.js'
import { AMAP_MAXSLOT } from './uvm-amap.js'
import {
  uvmMapEntryHolds,
  uvmMapEntryLink,
  uvmMapLookupBefore,
  uvmMapTryMerge,
  uvmMapentAlloc,
  uvmMapentFree,
  vmMapMax,
  vmMapMin,
} from './uvm-map-entry.js'
import {
  ME_AMAP,
  ME_END,
  ME_ETYPE,
  ME_INHERITANCE,
  ME_MAX_PROTECTION,
  ME_NEXT,
  ME_OBJECT,
  ME_OFFSET,
  ME_PAGEOFF,
  ME_PREV,
  ME_PROTECTION,
  ME_START,
  ME_WIRED_COUNT,
  UVM_ET_COPYONWRITE,
  UVM_ET_NEEDSCOPY,
  UVM_ET_OBJ,
  UVM_FLAG_FIXED,
  UVM_FLAG_NOMERGE,
  UVM_FLAG_TRYLOCK,
  UVM_FLAG_WAITVA,
  VM_MAP_CV,
  VM_MAP_FLAGS,
  VM_MAP_HEADER,
  VM_MAP_MISC_LOCK,
  VM_MAP_WANTVA,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLock, vmMapLockTry, vmMapUnlock } from './vm-map-lock.js'

/** What uvm_map establishes, besides where. */
export interface MapRequest {
  /** Backing object, or 0 for anonymous memory. */
  readonly uobj: Addr
  /** A power of two, in bytes; 0: page alignment. */
  readonly align: number
  readonly prot: number
  readonly maxprot: number
  /** MAP_INHERIT_*. */
  readonly inherit: number
  /** UVM_FLAG_*. */
  readonly flags: number
}

/**
 * uvm_map (uvm_map.c) for anonymous memory: maps `size` bytes (rounded up to pages) at the first free place from
 * `startHint` on, or with UVM_FLAG_FIXED exactly there. Pages appear when they are touched.
 *
 * Takes and releases the map's write lock (UVM_FLAG_TRYLOCK: tries only). May sleep; with UVM_FLAG_WAITVA also
 * until there is address space. Returns the address, or a negated error: -ENOMEM, -EINVAL, -EAGAIN (lock not got).
 */
export function* uvmMap(
  cpu: VmCpu,
  map: VmMapRef,
  startHint: number,
  size: number,
  prot: number,
  maxprot: number,
  inherit: number,
  flags: number,
): Sleeps<number> {
  return yield* uvmMapObject(cpu, map, startHint, size, { uobj: 0, align: 0, prot, maxprot, inherit, flags })
}

/**
 * uvm_map (uvm_map.c), as {@link uvmMap}, also for an object, which is mapped so that its offset 0 lies at the
 * start of the map (as uvm_kernel_object's does).
 */
export function* uvmMapObject(
  cpu: VmCpu,
  map: VmMapRef,
  startHint: number,
  size: number,
  request: MapRequest,
): Sleeps<number> {
  const { mem } = cpu
  const { flags } = request
  const length = roundPage(size)
  if (length <= 0 || (startHint & (PAGE_SIZE - 1)) !== 0) return -EINVAL
  if ((request.prot & request.maxprot) !== request.prot) return -EINVAL

  for (;;) {
    if ((flags & UVM_FLAG_TRYLOCK) !== 0) {
      if (!vmMapLockTry(cpu, map)) return -EAGAIN
    } else {
      yield* vmMapLock(cpu, map)
    }
    const start = uvmMapFindspace(cpu, map, startHint, length, request.align, flags)
    if (start !== -1) {
      const error = insert(cpu, map, start, length, request)
      vmMapUnlock(cpu, map)
      return error === 0 ? start : -error
    }
    if ((flags & UVM_FLAG_WAITVA) === 0) {
      vmMapUnlock(cpu, map)
      return -ENOMEM
    }
    yield* mutexEnter(cpu, map + VM_MAP_MISC_LOCK)
    mem.write(map + VM_MAP_FLAGS, mem.read(map + VM_MAP_FLAGS) | VM_MAP_WANTVA)
    vmMapUnlock(cpu, map)
    // The locking here is fragile, so it looks again every second.
    if ((mem.read(map + VM_MAP_FLAGS) & VM_MAP_WANTVA) !== 0) {
      yield* cvTimedwait(
        cpu,
        map + VM_MAP_CV,
        map + VM_MAP_MISC_LOCK,
        cpu.config.mm['hz'] as number,
        'vmmapva',
      )
    }
    mutexExit(cpu, map + VM_MAP_MISC_LOCK)
  }
}

/**
 * uvm_map_findspace (uvm_map.c): the first free range of `length` bytes from `hint` on; with UVM_FLAG_FIXED only
 * `hint` itself. Map write-locked. Returns its address, or -1.
 */
function uvmMapFindspace(
  cpu: VmCpu,
  map: VmMapRef,
  hint: number,
  length: number,
  align: number,
  flags: number,
): number {
  const { mem } = cpu
  const mask = align > PAGE_SIZE ? align - 1 : 0
  kassert((align & (align - 1)) === 0, '(align & (align - 1)) == 0')
  const max = vmMapMax(cpu, map)
  let start = Math.max(hint, vmMapMin(cpu, map))
  if ((flags & UVM_FLAG_FIXED) !== 0 && (start !== hint || (start & mask) !== 0)) return -1
  let entry = uvmMapLookupBefore(cpu, map, start)
  if (uvmMapEntryHolds(cpu, map, entry, start)) {
    if ((flags & UVM_FLAG_FIXED) !== 0) return -1
    start = mem.read(entry + ME_END)
  }
  for (;;) {
    const next = mem.read(entry + ME_NEXT)
    start = (start + mask) & ~mask
    if (start > max - length) return -1
    if (start + length <= mem.read(next + ME_START)) return start
    if (next === map + VM_MAP_HEADER || (flags & UVM_FLAG_FIXED) !== 0) return -1
    entry = next
    start = mem.read(entry + ME_END)
  }
}

/** Fills the free range with entries: one, or for much anonymous memory one per amap. Returns 0 or ENOMEM. */
function insert(cpu: VmCpu, map: VmMapRef, start: number, length: number, request: MapRequest): number {
  const { mem } = cpu
  const largest = request.uobj === 0 ? AMAP_MAXSLOT * PAGE_SIZE : length
  const wanted = Math.ceil(length / largest)
  let spare: VmMapEntryRef = 0 // chained through ME_NEXT: all or none
  for (let i = 0; i < wanted; i++) {
    const entry = uvmMapentAlloc(cpu)
    if (entry === 0) {
      freeSpare(cpu, spare)
      return ENOMEM
    }
    mem.write(entry + ME_NEXT, spare)
    spare = entry
  }
  let after = uvmMapLookupBefore(cpu, map, start)
  for (let va = start; va < start + length; va += largest) {
    const entry = spare
    spare = mem.read(entry + ME_NEXT)
    fill(cpu, map, entry, va, Math.min(va + largest, start + length), request)
    uvmMapEntryLink(cpu, map, after, entry)
    after = entry
    if ((request.flags & UVM_FLAG_NOMERGE) !== 0) continue
    const prev = mem.read(entry + ME_PREV)
    if (uvmMapTryMerge(cpu, map, prev, entry)) after = prev
  }
  if ((request.flags & UVM_FLAG_NOMERGE) === 0) uvmMapTryMerge(cpu, map, after, mem.read(after + ME_NEXT))
  return 0
}

function freeSpare(cpu: VmCpu, first: VmMapEntryRef): void {
  const { mem } = cpu
  let spare = first
  while (spare !== 0) {
    const next = mem.read(spare + ME_NEXT)
    uvmMapentFree(cpu, spare)
    spare = next
  }
}

function fill(
  cpu: VmCpu,
  map: VmMapRef,
  entry: VmMapEntryRef,
  start: number,
  end: number,
  request: MapRequest,
): void {
  const { mem } = cpu
  const anonymous = request.uobj === 0
  mem.write(entry + ME_START, start)
  mem.write(entry + ME_END, end)
  mem.write(entry + ME_OBJECT, request.uobj)
  mem.write(entry + ME_OFFSET, anonymous ? 0 : start - vmMapMin(cpu, map))
  mem.write(entry + ME_ETYPE, anonymous ? UVM_ET_COPYONWRITE | UVM_ET_NEEDSCOPY : UVM_ET_OBJ)
  mem.write(entry + ME_PROTECTION, request.prot)
  mem.write(entry + ME_MAX_PROTECTION, request.maxprot)
  mem.write(entry + ME_INHERITANCE, request.inherit)
  mem.write(entry + ME_WIRED_COUNT, 0)
  mem.write(entry + ME_AMAP, 0)
  mem.write(entry + ME_PAGEOFF, 0)
}
