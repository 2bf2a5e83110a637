import { cvBroadcast, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { ENOMEM } from './errno.js'
import { pmapRemove, pmapUpdate } from './pmap.js'
import { amapUnref } from './uvm-amap.js'
import { uvmFaultUnwireLocked } from './uvm-fault-wire.js'
import { uvmKmPgremove } from './uvm-km-pgremove.js'
import { uvmMapClipEnd, uvmMapEntryUnlink, uvmMapLookupClip, uvmMapentFree } from './uvm-map-entry.js'
import {
  ME_AMAP,
  ME_END,
  ME_NEXT,
  ME_OBJECT,
  ME_START,
  ME_WIRED_COUNT,
  VM_MAP_CV,
  VM_MAP_FLAGS,
  VM_MAP_HEADER,
  VM_MAP_MISC_LOCK,
  VM_MAP_WANTVA,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLock, vmMapPmap, vmMapUnlock } from './vm-map-lock.js'

/**
 * uvm_unmap (uvm_map.c): removes what is mapped from `start` up to `end` (bytes, page aligned); holes are no error.
 * Wired entries are unwired first. Takes and releases the map's write lock; may sleep.
 *
 * Returns 0, or ENOMEM if an entry had to be split and none is free: then nothing is unmapped.
 */
export function* uvmUnmap(cpu: VmCpu, map: VmMapRef, start: number, end: number): Sleeps<number> {
  const { mem } = cpu
  yield* vmMapLock(cpu, map)
  const removed = yield* uvmUnmapRemove(cpu, map, start, end)
  const wanted = (mem.read(map + VM_MAP_FLAGS) & VM_MAP_WANTVA) !== 0
  vmMapUnlock(cpu, map)
  if (removed === -1) return ENOMEM
  if (wanted) {
    yield* mutexEnter(cpu, map + VM_MAP_MISC_LOCK)
    mem.write(map + VM_MAP_FLAGS, mem.read(map + VM_MAP_FLAGS) & ~VM_MAP_WANTVA)
    cvBroadcast(cpu, map + VM_MAP_CV)
    mutexExit(cpu, map + VM_MAP_MISC_LOCK)
  }
  yield* uvmUnmapDetach(cpu, removed)
  return 0
}

/**
 * uvm_unmap_remove (uvm_map.c): takes the entries of the range out of the map, and their pages out of the pmap and
 * all TLBs. Map write-locked. Returns the entries, chained through ME_NEXT, for {@link uvmUnmapDetach}; 0 if there
 * were none; -1 if no entry is free for a split.
 */
export function* uvmUnmapRemove(cpu: VmCpu, map: VmMapRef, start: number, end: number): Sleeps<number> {
  const { mem } = cpu
  const pmap = vmMapPmap(cpu, map)
  const header = map + VM_MAP_HEADER
  let entry = yield* uvmMapLookupClip(cpu, map, start)
  if (entry === 0) return -1
  // The last entry is split before anything goes, so that failure leaves all in place.
  for (let e = entry; e !== header && mem.read(e + ME_START) < end; e = mem.read(e + ME_NEXT)) {
    if (!(yield* uvmMapClipEnd(cpu, map, e, end))) return -1
  }
  let removed: VmMapEntryRef = 0
  while (entry !== header && mem.read(entry + ME_START) < end) {
    const next = mem.read(entry + ME_NEXT)
    const from = mem.read(entry + ME_START)
    const to = mem.read(entry + ME_END)
    if (mem.read(entry + ME_WIRED_COUNT) !== 0) uvmMapEntryUnwire(cpu, map, entry)
    pmapRemove(cpu, pmap, from, to)
    const uobj = mem.read(entry + ME_OBJECT)
    if (uobj !== 0) yield* uvmKmPgremove(cpu, uobj, from, to)
    uvmMapEntryUnlink(cpu, map, entry)
    mem.write(entry + ME_NEXT, removed)
    removed = entry
    entry = next
  }
  pmapUpdate(cpu)
  return removed
}

/** uvm_unmap_detach (uvm_map.c): drops what removed entries refer to, and frees them. Map not locked. May sleep. */
export function* uvmUnmapDetach(cpu: VmCpu, first: VmMapEntryRef): Sleeps<void> {
  const { mem } = cpu
  let entry = first
  while (entry !== 0) {
    const next = mem.read(entry + ME_NEXT)
    const amap = mem.read(entry + ME_AMAP)
    if (amap !== 0) yield* amapUnref(cpu, amap)
    uvmMapentFree(cpu, entry)
    entry = next
  }
}

/** uvm_map_entry_unwire (uvm_map.c): unwires the pages of a wired entry, however often it was wired. Map locked. */
export function uvmMapEntryUnwire(cpu: VmCpu, map: VmMapRef, entry: VmMapEntryRef): void {
  const { mem } = cpu
  mem.write(entry + ME_WIRED_COUNT, 0)
  uvmFaultUnwireLocked(cpu, map, mem.read(entry + ME_START), mem.read(entry + ME_END))
}
