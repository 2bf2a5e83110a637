import type { Sleeps } from '@holdfast/atomics-sync'
import { EFAULT, EINVAL, ENOMEM } from './errno.js'
import { VM_PROT_NONE } from './param.js'
import { amapCopy } from './uvm-amap.js'
import { uvmFaultWire } from './uvm-fault-wire.js'
import { uvmMapClipEnd, uvmMapClipStart, uvmMapLookupEntry } from './uvm-map-entry.js'
import {
  ME_END,
  ME_ETYPE,
  ME_MAX_PROTECTION,
  ME_NEXT,
  ME_PREV,
  ME_PROTECTION,
  ME_START,
  ME_WIRED_COUNT,
  UVM_ET_NEEDSCOPY,
  VM_MAP_HEADER,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import { uvmMapEntryUnwire } from './uvm-map-unmap.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapBusy, vmMapLock, vmMapUnbusy, vmMapUnlock } from './vm-map-lock.js'

/**
 * uvm_map_pageable (uvm_map.c): wires what is mapped from `start` up to `end` (mlock), or with `newPageable` unwires
 * it however often it was wired (munlock). May sleep, for memory and the disk.
 *
 * Takes the map's write lock; while it faults pages in the map is busy instead, so that others may fault but not
 * change it. Returns 0, EFAULT (nothing at `start`), EINVAL (a hole, no rights, or to be unwired and not wired),
 * ENOMEM, or the error of a fault; nothing is changed then.
 */
export function* uvmMapPageable(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  newPageable: boolean,
): Sleeps<number> {
  yield* vmMapLock(cpu, map)
  const first = uvmMapLookupEntry(cpu, map, start)
  if (first === 0) {
    vmMapUnlock(cpu, map)
    return EFAULT
  }
  if (!newPageable) return yield* wireRange(cpu, map, first, start, end)
  const error = yield* unwireRange(cpu, map, first, start, end)
  vmMapUnlock(cpu, map)
  return error
}

/** A hole follows `entry` inside the range. */
function holeAfter(cpu: VmCpu, map: VmMapRef, entry: VmMapEntryRef, end: number): boolean {
  const { mem } = cpu
  const entryEnd = mem.read(entry + ME_END)
  const next = mem.read(entry + ME_NEXT)
  return entryEnd < end && (next === map + VM_MAP_HEADER || mem.read(next + ME_START) > entryEnd)
}

/** Map write-locked, and stays so. */
function* unwireRange(
  cpu: VmCpu,
  map: VmMapRef,
  first: VmMapEntryRef,
  start: number,
  end: number,
): Sleeps<number> {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  if (!(yield* uvmMapClipStart(cpu, map, first, start))) return ENOMEM
  for (
    let entry = first;
    entry !== header && mem.read(entry + ME_START) < end;
    entry = mem.read(entry + ME_NEXT)
  ) {
    if (mem.read(entry + ME_WIRED_COUNT) === 0 || holeAfter(cpu, map, entry, end)) return EINVAL
  }
  for (
    let entry = first;
    entry !== header && mem.read(entry + ME_START) < end;
    entry = mem.read(entry + ME_NEXT)
  ) {
    if (!(yield* uvmMapClipEnd(cpu, map, entry, end))) return ENOMEM
    uvmMapEntryUnwire(cpu, map, entry)
  }
  return 0
}

/** Map write-locked on entry, unlocked on return. */
function* wireRange(
  cpu: VmCpu,
  map: VmMapRef,
  first: VmMapEntryRef,
  start: number,
  end: number,
): Sleeps<number> {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER

  // Pass 1, with the map locked: amaps are made, entries clipped, and their wirings counted.
  let entry = first
  let error = 0
  while (entry !== header && mem.read(entry + ME_START) < end) {
    if (mem.read(entry + ME_WIRED_COUNT) === 0 && (mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) {
      yield* amapCopy(cpu, entry)
    }
    const clipped =
      (yield* uvmMapClipStart(cpu, map, entry, start)) && (yield* uvmMapClipEnd(cpu, map, entry, end))
    if (!clipped) error = ENOMEM
    else if (mem.read(entry + ME_PROTECTION) === VM_PROT_NONE || holeAfter(cpu, map, entry, end))
      error = EINVAL
    if (error !== 0) break
    mem.write(entry + ME_WIRED_COUNT, mem.read(entry + ME_WIRED_COUNT) + 1)
    entry = mem.read(entry + ME_NEXT)
  }
  if (error !== 0) {
    for (
      let e = mem.read(entry + ME_PREV);
      e !== header && mem.read(e + ME_END) > start;
      e = mem.read(e + ME_PREV)
    ) {
      mem.write(e + ME_WIRED_COUNT, mem.read(e + ME_WIRED_COUNT) - 1)
    }
    vmMapUnlock(cpu, map)
    return error
  }

  // Pass 2, with the map busy: the pages of entries wired for the first time are faulted in.
  vmMapBusy(cpu, map)
  vmMapUnlock(cpu, map)
  entry = first
  while (entry !== header && mem.read(entry + ME_START) < end) {
    if (mem.read(entry + ME_WIRED_COUNT) === 1) {
      const from = mem.read(entry + ME_START)
      error = yield* uvmFaultWire(
        cpu,
        map,
        from,
        mem.read(entry + ME_END),
        mem.read(entry + ME_MAX_PROTECTION),
        1,
      )
      if (error !== 0) break
    }
    entry = mem.read(entry + ME_NEXT)
  }
  if (error === 0) {
    yield* vmMapUnbusy(cpu, map)
    return 0
  }

  yield* vmMapLock(cpu, map)
  yield* vmMapUnbusy(cpu, map)
  const failed = entry
  for (; entry !== header && mem.read(entry + ME_START) < end; entry = mem.read(entry + ME_NEXT)) {
    mem.write(entry + ME_WIRED_COUNT, mem.read(entry + ME_WIRED_COUNT) - 1)
  }
  for (entry = first; entry !== failed; entry = mem.read(entry + ME_NEXT)) {
    const count = mem.read(entry + ME_WIRED_COUNT) - 1
    mem.write(entry + ME_WIRED_COUNT, count)
    if (count === 0) uvmMapEntryUnwire(cpu, map, entry)
  }
  vmMapUnlock(cpu, map)
  return error
}
