import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { ENOMEM } from './errno.js'
import { VM_MAXUSER_ADDRESS, VM_MIN_ADDRESS, VM_PROT_WRITE } from './param.js'
import { pmapCreate, pmapDestroy, pmapProtect, pmapUpdate } from './pmap.js'
import type { PmapRef } from './pmap.js'
import { poolGet, poolNout, poolPut } from './pool.js'
import { AMAP_SHARED, AM_FLAGS, amapCopy, amapCowNow, amapRef } from './uvm-amap.js'
import { uvmMapEntryLink, uvmMapSetup, uvmMapentAlloc, uvmMapentCopy } from './uvm-map-entry.js'
import {
  MAP_INHERIT_COPY,
  MAP_INHERIT_SHARE,
  ME_AMAP,
  ME_END,
  ME_ETYPE,
  ME_INHERITANCE,
  ME_MAX_PROTECTION,
  ME_NEXT,
  ME_PREV,
  ME_PROTECTION,
  ME_START,
  ME_WIRED_COUNT,
  UVM_ET_COPYONWRITE,
  UVM_ET_NEEDSCOPY,
  VM_MAP,
  VM_MAP_HEADER,
  VM_REFCNT,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import { uvmUnmapDetach, uvmUnmapRemove } from './uvm-map-unmap.js'
import { uvmWait } from './uvm-pdaemon.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLock, vmMapPmap, vmMapUnlock } from './vm-map-lock.js'

/** Address of a `struct vmspace`. */
export type VmspaceRef = Addr

/** uvmspace_init (uvm_map.c): an empty address space with one reference. */
export function uvmspaceInit(cpu: VmCpu, vs: VmspaceRef, pmap: PmapRef, min: number, max: number): void {
  const { mem } = cpu
  uvmMapSetup(cpu, vs + VM_MAP, min, max, pmap)
  mem.store(vs + VM_REFCNT, 1)
}

/**
 * uvmspace_alloc (uvm_map.c): an empty user address space with one reference. May sleep for memory.
 * Returns 0 if all vmspace or pmap structures are in use.
 */
export function* uvmspaceAlloc(cpu: VmCpu): Sleeps<VmspaceRef> {
  const vs = poolGet(cpu, cpu.config.mm['vmspacePool'] as number)
  if (vs === 0) return 0
  for (;;) {
    const pmap = pmapCreate(cpu)
    if (pmap !== 0) {
      uvmspaceInit(cpu, vs, pmap, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS)
      return vs
    }
    if (poolNout(cpu, cpu.config.mm['pmapPool'] as number) >= (cpu.config.mm['maxPmaps'] as number)) {
      poolPut(cpu, cpu.config.mm['vmspacePool'] as number, vs)
      return 0
    }
    yield* uvmWait(cpu, 'pmapcr')
  }
}

/** uvmspace_share (uvm_map.c), the part below processes: one reference more. */
export function uvmspaceShare(cpu: VmCpu, vs: VmspaceRef): void {
  const { mem } = cpu
  mem.add(vs + VM_REFCNT, 1)
}

/**
 * uvmspace_free (uvm_map.c): drops a reference; the last one frees the space with all that is mapped in it.
 * No lock held. May sleep.
 */
export function* uvmspaceFree(cpu: VmCpu, vs: VmspaceRef): Sleeps<void> {
  const { mem } = cpu
  if (mem.sub(vs + VM_REFCNT, 1) > 1) return
  const map = vs + VM_MAP
  yield* vmMapLock(cpu, map)
  const removed = yield* uvmUnmapRemove(cpu, map, 0, VM_MAXUSER_ADDRESS)
  vmMapUnlock(cpu, map)
  yield* uvmUnmapDetach(cpu, removed)
  pmapDestroy(cpu, vmMapPmap(cpu, map))
  poolPut(cpu, cpu.config.mm['vmspacePool'] as number, vs)
}

/**
 * uvmspace_fork (uvm_map.c): an address space that holds, entry by entry, nothing (MAP_INHERIT_NONE), the same memory
 * (SHARE) or a copy (COPY) of the parent's. Copies are made on write: the parent loses write access until it faults.
 *
 * Takes and releases the parent's map lock for writing. May sleep. Returns 0 if a pool is used up.
 */
export function* uvmspaceFork(cpu: VmCpu, vs1: VmspaceRef): Sleeps<VmspaceRef> {
  const { mem } = cpu
  const oldMap = vs1 + VM_MAP
  yield* vmMapLock(cpu, oldMap)
  const vs2 = yield* uvmspaceAlloc(cpu)
  if (vs2 === 0) {
    vmMapUnlock(cpu, oldMap)
    return 0
  }
  const header = oldMap + VM_MAP_HEADER
  let error = 0
  let entry = mem.read(header + ME_NEXT)
  for (; entry !== header && error === 0; entry = mem.read(entry + ME_NEXT)) {
    const inheritance = mem.read(entry + ME_INHERITANCE)
    if (inheritance === MAP_INHERIT_SHARE) error = yield* forkShared(cpu, vs2 + VM_MAP, entry)
    else if (inheritance === MAP_INHERIT_COPY) error = yield* forkCopied(cpu, oldMap, vs2 + VM_MAP, entry)
  }
  pmapUpdate(cpu)
  vmMapUnlock(cpu, oldMap)
  if (error === 0) return vs2
  yield* uvmspaceFree(cpu, vs2)
  return 0
}

/** A copy of `entry` at the end of the child's map, unwired. Returns 0 if no entry is free. */
function cloneEntry(cpu: VmCpu, newMap: VmMapRef, entry: VmMapEntryRef): VmMapEntryRef {
  const { mem } = cpu
  const clone = uvmMapentAlloc(cpu)
  if (clone === 0) return 0
  uvmMapentCopy(cpu, entry, clone)
  mem.write(clone + ME_WIRED_COUNT, 0)
  uvmMapEntryLink(cpu, newMap, mem.read(newMap + VM_MAP_HEADER + ME_PREV), clone)
  return clone
}

function* forkShared(cpu: VmCpu, newMap: VmMapRef, entry: VmMapEntryRef): Sleeps<number> {
  const { mem } = cpu
  // A copy still due would otherwise be made by parent and child apart.
  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) yield* amapCopy(cpu, entry)
  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) return ENOMEM
  if (cloneEntry(cpu, newMap, entry) === 0) return ENOMEM
  yield* amapRef(cpu, mem.read(entry + ME_AMAP), true)
  return 0
}

function* forkCopied(cpu: VmCpu, oldMap: VmMapRef, newMap: VmMapRef, entry: VmMapEntryRef): Sleeps<number> {
  const { mem } = cpu
  const clone = cloneEntry(cpu, newMap, entry)
  if (clone === 0) return ENOMEM
  const amap = mem.read(entry + ME_AMAP)
  if (amap !== 0) yield* amapRef(cpu, amap, false)
  mem.write(clone + ME_ETYPE, mem.read(clone + ME_ETYPE) | UVM_ET_COPYONWRITE | UVM_ET_NEEDSCOPY)
  if (amap === 0) return 0

  const wired = mem.read(entry + ME_WIRED_COUNT) !== 0
  const shared = (mem.read(amap + AM_FLAGS) & AMAP_SHARED) !== 0
  if (wired || shared) {
    // The parent's memory cannot be write-protected, being wired, or is also mapped by those who share it: every copy
    // is made now. (C defers the second kind, write-protecting the parent alone.)
    yield* amapCopy(cpu, clone)
    if ((mem.read(clone + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) return ENOMEM
    return yield* amapCowNow(cpu, clone)
  }
  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) === 0) {
    if ((mem.read(entry + ME_MAX_PROTECTION) & VM_PROT_WRITE) !== 0) {
      const prot = mem.read(entry + ME_PROTECTION) & ~VM_PROT_WRITE
      pmapProtect(cpu, vmMapPmap(cpu, oldMap), mem.read(entry + ME_START), mem.read(entry + ME_END), prot)
    }
    mem.write(entry + ME_ETYPE, mem.read(entry + ME_ETYPE) | UVM_ET_NEEDSCOPY)
  }
  return 0
}
