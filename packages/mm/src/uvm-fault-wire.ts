import { kassert, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from './globals.js'
import { PAGE_SIZE } from './param.js'
import { pmapExtract, pmapUnwire } from './pmap.js'
import { UVM_FAULT_MAXPROT, UVM_FAULT_WIRE, uvmFaultInternal } from './uvm-fault.js'
import { uvmMapLookupEntry } from './uvm-map-entry.js'
import { ME_END, ME_NEXT, ME_START, ME_WIRED_COUNT, VM_MAP_HEADER } from './uvm-map-layout.js'
import type { VmMapRef } from './uvm-map-layout.js'
import { uvmPageunwire } from './uvm-page.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLockRead, vmMapPmap, vmMapUnlockRead } from './vm-map-lock.js'
import { physToVmPage } from './vm-page.js'

/**
 * uvm_fault_wire (uvm_fault.c): wires `start` up to `end` (bytes, page aligned) of the map, page by page: each is
 * faulted in and its wire count raised. `flags` not 0: the right checked is the maximum protection.
 *
 * No lock held. May sleep, for memory and the disk. Returns 0, or the error of the first page that failed, with
 * the pages before it unwired again.
 */
export function* uvmFaultWire(
  cpu: VmCpu,
  map: VmMapRef,
  start: number,
  end: number,
  access: number,
  flags: number,
): Sleeps<number> {
  const faultFlags = UVM_FAULT_WIRE | (flags !== 0 ? UVM_FAULT_MAXPROT : 0)
  for (let va = start; va < end; va += PAGE_SIZE) {
    const error = yield* uvmFaultInternal(cpu, map, va, access, faultFlags)
    if (error !== 0) {
      if (va !== start) yield* uvmFaultUnwire(cpu, map, start, va)
      return error
    }
  }
  return 0
}

/**
 * uvm_fault_unwire (uvm_fault.c): undoes uvm_fault_wire. Takes the map's read lock and uvm_pageqlock. The pages
 * stay mapped until the pagedaemon takes them.
 */
export function* uvmFaultUnwire(cpu: VmCpu, map: VmMapRef, start: number, end: number): Sleeps<void> {
  yield* vmMapLockRead(cpu, map)
  uvmFaultUnwireLocked(cpu, map, start, end)
  vmMapUnlockRead(cpu, map)
}

/**
 * uvm_fault_unwire_locked (uvm_fault.c): the same with the map locked already. Pages that are not mapped are passed
 * over, and no wire count is checked: unwiring what was not wired goes below zero.
 */
export function uvmFaultUnwireLocked(cpu: VmCpu, map: VmMapRef, start: number, end: number): void {
  const { mem } = cpu
  const pmap = vmMapPmap(cpu, map)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  let entry = uvmMapLookupEntry(cpu, map, start)
  if (entry === 0) panic('uvm_fault_unwire_locked: address not in map')
  for (let va = start; va < end; va += PAGE_SIZE) {
    const pa = pmapExtract(cpu, pmap, va)
    if (pa === -1) continue
    kassert(va >= mem.read(entry + ME_START), 'va >= entry->start')
    while (va >= mem.read(entry + ME_END)) {
      const next = mem.read(entry + ME_NEXT)
      kassert(
        next !== map + VM_MAP_HEADER && mem.read(next + ME_START) <= mem.read(entry + ME_END),
        'entry->next != &map->header && entry->next->start <= entry->end',
      )
      entry = next
    }
    if (mem.read(entry + ME_WIRED_COUNT) === 0) pmapUnwire(cpu, pmap, va)
    const pg = physToVmPage(cpu, pa)
    if (pg !== 0) uvmPageunwire(cpu, pg)
  }
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
}
