import type { Sleeps } from '@holdfast/atomics-sync'
import { EACCES, EINVAL, ENOMEM } from './errno.js'
import { VM_PROT_WRITE } from './param.js'
import { pmapProtect, pmapUpdate } from './pmap.js'
import { uvmMapClipEnd, uvmMapLookupClip, uvmMapLookupEntry } from './uvm-map-entry.js'
import {
  MAP_INHERIT_COPY,
  MAP_INHERIT_NONE,
  MAP_INHERIT_SHARE,
  ME_END,
  ME_ETYPE,
  ME_INHERITANCE,
  ME_MAX_PROTECTION,
  ME_NEXT,
  ME_PROTECTION,
  ME_START,
  UVM_ET_COPYONWRITE,
  VM_MAP_HEADER,
} from './uvm-map-layout.js'
import type { VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLock, vmMapPmap, vmMapUnlock } from './vm-map-lock.js'

/**
 * uvm_map_checkprot (uvm_map.c): whether every page from `start` up to `end` is mapped with at least the rights
 * `prot`. Map locked, for reading at least.
 */
export function uvmMapCheckprot(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  prot: number,
): boolean {
  const { mem } = cpu
  let entry = uvmMapLookupEntry(cpu, map, start)
  if (entry === 0) return false
  let at = start
  while (at < end) {
    if (entry === map + VM_MAP_HEADER) return false
    if (at < mem.read(entry + ME_START)) return false // a hole
    if ((mem.read(entry + ME_PROTECTION) & prot) !== prot) return false
    at = mem.read(entry + ME_END)
    entry = mem.read(entry + ME_NEXT)
  }
  return true
}

/**
 * uvm_map_protect (uvm_map.c): gives what is mapped from `start` up to `end` the rights `newProt`, or with `setMax`
 * makes them the most it may ever get. Holes are no error. Takes and releases the map's write lock; may sleep.
 *
 * Returns 0; EACCES if some entry may never get these rights, and ENOMEM if an entry had to be split and none is
 * free; rights are unchanged then.
 */
export function* uvmMapProtect(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  newProt: number,
  setMax: boolean,
): Sleeps<number> {
  yield* vmMapLock(cpu, map)
  const error = yield* protectLocked(cpu, map, start, end, newProt, setMax)
  vmMapUnlock(cpu, map)
  return error
}

function* protectLocked(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  newProt: number,
  setMax: boolean,
): Sleeps<number> {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  const first = yield* uvmMapLookupClip(cpu, map, start)
  if (first === 0) return ENOMEM
  for (
    let entry = first;
    entry !== header && mem.read(entry + ME_START) < end;
    entry = mem.read(entry + ME_NEXT)
  ) {
    if ((newProt & mem.read(entry + ME_MAX_PROTECTION)) !== newProt) return EACCES
    if (!(yield* uvmMapClipEnd(cpu, map, entry, end))) return ENOMEM
  }
  for (
    let entry = first;
    entry !== header && mem.read(entry + ME_START) < end;
    entry = mem.read(entry + ME_NEXT)
  ) {
    const oldProt = mem.read(entry + ME_PROTECTION)
    if (setMax) mem.write(entry + ME_MAX_PROTECTION, newProt)
    const prot = setMax ? newProt & oldProt : newProt
    mem.write(entry + ME_PROTECTION, prot)
    if (prot === oldProt) continue
    const mask = (mem.read(entry + ME_ETYPE) & UVM_ET_COPYONWRITE) !== 0 ? ~VM_PROT_WRITE : ~0
    pmapProtect(cpu, vmMapPmap(cpu, map), mem.read(entry + ME_START), mem.read(entry + ME_END), prot & mask)
  }
  pmapUpdate(cpu)
  return 0
}

/**
 * uvm_map_inherit (uvm_map.c): sets what a child gets of `start` up to `end` (MAP_INHERIT_*). Holes are no error.
 * Takes and releases the map's write lock; may sleep. Returns 0, EINVAL or ENOMEM.
 */
export function* uvmMapInherit(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  inheritance: number,
): Sleeps<number> {
  const { mem } = cpu
  if (
    inheritance !== MAP_INHERIT_NONE &&
    inheritance !== MAP_INHERIT_COPY &&
    inheritance !== MAP_INHERIT_SHARE
  ) {
    return EINVAL
  }
  yield* vmMapLock(cpu, map)
  const header = map + VM_MAP_HEADER
  let entry = yield* uvmMapLookupClip(cpu, map, start)
  let error = entry === 0 ? ENOMEM : 0
  while (error === 0 && entry !== header && mem.read(entry + ME_START) < end) {
    if (!(yield* uvmMapClipEnd(cpu, map, entry, end))) {
      error = ENOMEM
      break
    }
    mem.write(entry + ME_INHERITANCE, inheritance)
    entry = mem.read(entry + ME_NEXT)
  }
  vmMapUnlock(cpu, map)
  return error
}
