import { cvInit, mutexInit, rwInit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { PAGE_SHIFT, PAGE_SIZE } from './param.js'
import type { PmapRef } from './pmap-pte.js'
import { poolGet, poolPut } from './pool.js'
import { AMAP_MAXSLOT, amapSplitref } from './uvm-amap.js'
import {
  ME_AMAP,
  ME_END,
  ME_ETYPE,
  ME_INHERITANCE,
  ME_MAX_PROTECTION,
  ME_NEXT,
  ME_OBJECT,
  ME_OFFSET,
  ME_PREV,
  ME_PROTECTION,
  ME_START,
  ME_WIRED_COUNT,
  VM_MAP_BUSY,
  VM_MAP_CV,
  VM_MAP_ENTRY_WORDS,
  VM_MAP_FLAGS,
  VM_MAP_HEADER,
  VM_MAP_HINT,
  VM_MAP_LOCK,
  VM_MAP_MISC_LOCK,
  VM_MAP_NENTRIES,
  VM_MAP_PMAP,
  VM_MAP_TIMESTAMP,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'

/** uvm_map_setup (uvm_map.c): an empty map of the addresses from `min` up to `max` (bytes). */
export function uvmMapSetup(cpu: VmCpu, map: VmMapRef, min: number, max: number, pmap: PmapRef): void {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  rwInit(mem, map + VM_MAP_LOCK)
  mutexInit(mem, map + VM_MAP_MISC_LOCK)
  cvInit(mem, map + VM_MAP_CV)
  mem.write(map + VM_MAP_BUSY, 0)
  mem.write(map + VM_MAP_TIMESTAMP, 0)
  mem.write(map + VM_MAP_PMAP, pmap)
  mem.write(map + VM_MAP_NENTRIES, 0)
  mem.write(map + VM_MAP_FLAGS, 0)
  mem.write(header + ME_PREV, header)
  mem.write(header + ME_NEXT, header)
  mem.write(header + ME_START, max)
  mem.write(header + ME_END, min)
  mem.store(map + VM_MAP_HINT, header)
}

/** vm_map_min (uvm_map.h). */
export function vmMapMin(cpu: VmCpu, map: VmMapRef): number {
  const { mem } = cpu
  return mem.read(map + VM_MAP_HEADER + ME_END)
}

/** vm_map_max (uvm_map.h). */
export function vmMapMax(cpu: VmCpu, map: VmMapRef): number {
  const { mem } = cpu
  return mem.read(map + VM_MAP_HEADER + ME_START)
}

/** uvm_mapent_alloc (uvm_map.c): an entry with undefined fields, or 0 if all are in use. Never sleeps. */
export function uvmMapentAlloc(cpu: VmCpu): VmMapEntryRef {
  return poolGet(cpu, cpu.config.mm['mapEntryPool'] as number)
}

/** uvm_mapent_free (uvm_map.c). The entry is in no map. */
export function uvmMapentFree(cpu: VmCpu, entry: VmMapEntryRef): void {
  poolPut(cpu, cpu.config.mm['mapEntryPool'] as number, entry)
}

/** uvm_mapent_copy (uvm_map.c): copies all fields of `from` but its links. */
export function uvmMapentCopy(cpu: VmCpu, from: VmMapEntryRef, to: VmMapEntryRef): void {
  const { mem } = cpu
  for (let field = ME_START; field < VM_MAP_ENTRY_WORDS; field++)
    mem.write(to + field, mem.read(from + field))
}

/** uvm_map_entry_link (uvm_map.c): puts `entry` after `after`. Map write-locked. */
export function uvmMapEntryLink(cpu: VmCpu, map: VmMapRef, after: VmMapEntryRef, entry: VmMapEntryRef): void {
  const { mem } = cpu
  const next = mem.read(after + ME_NEXT)
  mem.write(entry + ME_PREV, after)
  mem.write(entry + ME_NEXT, next)
  mem.write(next + ME_PREV, entry)
  mem.write(after + ME_NEXT, entry)
  mem.write(map + VM_MAP_NENTRIES, mem.read(map + VM_MAP_NENTRIES) + 1)
}

/** uvm_map_entry_unlink (uvm_map.c): takes `entry` out of the map. Map write-locked. */
export function uvmMapEntryUnlink(cpu: VmCpu, map: VmMapRef, entry: VmMapEntryRef): void {
  const { mem } = cpu
  const prev = mem.read(entry + ME_PREV)
  const next = mem.read(entry + ME_NEXT)
  mem.write(prev + ME_NEXT, next)
  mem.write(next + ME_PREV, prev)
  mem.write(map + VM_MAP_NENTRIES, mem.read(map + VM_MAP_NENTRIES) - 1)
  mem.cas(map + VM_MAP_HINT, entry, prev)
}

/**
 * uvm_map_lookup_entry (uvm_map.c): the entry that holds `address` or, failing that, the one before it (perhaps
 * the header). Use {@link uvmMapEntryHolds} to tell. Map locked, for reading at least.
 *
 * The search starts at the hint, the entry found last: the list has no tree beside it.
 */
export function uvmMapLookupBefore(cpu: VmCpu, map: VmMapRef, address: number): VmMapEntryRef {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  const hint = mem.load(map + VM_MAP_HINT)
  let entry = hint === header || mem.read(hint + ME_START) > address ? header : hint
  for (;;) {
    const next = mem.read(entry + ME_NEXT)
    if (next === header || mem.read(next + ME_START) > address) break
    entry = next
  }
  if (entry !== hint) mem.cas(map + VM_MAP_HINT, hint, entry)
  return entry
}

/** Whether `entry`, found by {@link uvmMapLookupBefore}, holds `address`. */
export function uvmMapEntryHolds(cpu: VmCpu, map: VmMapRef, entry: VmMapEntryRef, address: number): boolean {
  const { mem } = cpu
  return entry !== map + VM_MAP_HEADER && address < mem.read(entry + ME_END)
}

/** uvm_map_lookup_entry (uvm_map.c): the entry that holds `address`, or 0. Map locked, for reading at least. */
export function uvmMapLookupEntry(cpu: VmCpu, map: VmMapRef, address: number): VmMapEntryRef {
  const entry = uvmMapLookupBefore(cpu, map, address)
  return uvmMapEntryHolds(cpu, map, entry, address) ? entry : 0
}

/**
 * uvm_map_clip_start (uvm_map.c): splits `entry` at `start` (inside it), so that it begins there. Map write-locked.
 * May sleep for the amap's lock. Returns false if no entry is free.
 */
export function* uvmMapClipStart(
  cpu: VmCpu,
  map: VmMapRef,
  entry: VmMapEntryRef,
  start: number,
): Sleeps<boolean> {
  const { mem } = cpu
  if (start <= mem.read(entry + ME_START)) return true
  const before = uvmMapentAlloc(cpu)
  if (before === 0) return false
  uvmMapentCopy(cpu, entry, before)
  const length = start - mem.read(entry + ME_START)
  mem.write(before + ME_END, start)
  mem.write(entry + ME_START, start)
  if (mem.read(entry + ME_OBJECT) !== 0) mem.write(entry + ME_OFFSET, mem.read(entry + ME_OFFSET) + length)
  if (mem.read(entry + ME_AMAP) !== 0) yield* amapSplitref(cpu, before, entry, length >> PAGE_SHIFT)
  uvmMapEntryLink(cpu, map, mem.read(entry + ME_PREV), before)
  return true
}

/** uvm_map_clip_end (uvm_map.c): splits `entry` at `end` (inside it), so that it ends there. Otherwise as above. */
export function* uvmMapClipEnd(
  cpu: VmCpu,
  map: VmMapRef,
  entry: VmMapEntryRef,
  end: number,
): Sleeps<boolean> {
  const { mem } = cpu
  if (end >= mem.read(entry + ME_END)) return true
  const after = uvmMapentAlloc(cpu)
  if (after === 0) return false
  uvmMapentCopy(cpu, entry, after)
  const length = end - mem.read(entry + ME_START)
  mem.write(after + ME_START, end)
  mem.write(entry + ME_END, end)
  if (mem.read(after + ME_OBJECT) !== 0) mem.write(after + ME_OFFSET, mem.read(after + ME_OFFSET) + length)
  if (mem.read(after + ME_AMAP) !== 0) yield* amapSplitref(cpu, entry, after, length >> PAGE_SHIFT)
  uvmMapEntryLink(cpu, map, entry, after)
  return true
}

/**
 * The first entry of the range that begins at `start`, clipped to begin there if it began before; the header if no
 * entry ends after `start`. Map write-locked. Returns 0 if no entry is free for the clip.
 */
export function* uvmMapLookupClip(cpu: VmCpu, map: VmMapRef, start: number): Sleeps<VmMapEntryRef> {
  const { mem } = cpu
  const entry = uvmMapLookupBefore(cpu, map, start)
  if (!uvmMapEntryHolds(cpu, map, entry, start)) return mem.read(entry + ME_NEXT)
  return (yield* uvmMapClipStart(cpu, map, entry, start)) ? entry : 0
}

/**
 * Merges `second` into `first`, its neighbour, if nothing tells them apart (the merging of uvm_map). Map
 * write-locked. Anonymous entries merge only while they have no amap, and up to the size of one.
 */
export function uvmMapTryMerge(
  cpu: VmCpu,
  map: VmMapRef,
  first: VmMapEntryRef,
  second: VmMapEntryRef,
): boolean {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  if (first === header || second === header) return false
  const length = mem.read(first + ME_END) - mem.read(first + ME_START)
  if (mem.read(first + ME_END) !== mem.read(second + ME_START)) return false
  for (const field of MUST_MATCH) if (mem.read(first + field) !== mem.read(second + field)) return false
  if (mem.read(first + ME_WIRED_COUNT) !== 0) return false
  if (mem.read(first + ME_AMAP) !== 0 || mem.read(second + ME_AMAP) !== 0) return false
  if (mem.read(first + ME_OBJECT) !== 0) {
    if (mem.read(first + ME_OFFSET) + length !== mem.read(second + ME_OFFSET)) return false
  } else if (mem.read(second + ME_END) - mem.read(first + ME_START) > AMAP_MAXSLOT * PAGE_SIZE) {
    return false
  }
  mem.write(first + ME_END, mem.read(second + ME_END))
  uvmMapEntryUnlink(cpu, map, second)
  uvmMapentFree(cpu, second)
  return true
}

const MUST_MATCH = [
  ME_OBJECT,
  ME_ETYPE,
  ME_PROTECTION,
  ME_MAX_PROTECTION,
  ME_INHERITANCE,
  ME_WIRED_COUNT,
] as const
