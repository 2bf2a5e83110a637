import {
  RW_READER,
  RW_WRITER,
  cvBroadcast,
  cvWait,
  kassert,
  mutexEnter,
  mutexExit,
  rwEnter,
  rwExit,
  rwTryEnter,
  rwWriteHeld,
} from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import type { PmapRef } from './pmap-pte.js'
import {
  VM_MAP_BUSY,
  VM_MAP_CV,
  VM_MAP_LOCK,
  VM_MAP_MISC_LOCK,
  VM_MAP_PMAP,
  VM_MAP_TIMESTAMP,
} from './uvm-map-layout.js'
import type { VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * The lock of a vm_map (uvm_map.c): a reader/writer lock, and the LWP that keeps writers out between two holds.
 *
 *                 vmMapLock                  vmMapBusy                  vmMapUnlock
 *     UNLOCKED -------------> WRITE-LOCKED -----------> WRITE-LOCKED ---------------> BUSY: readers enter,
 *       ^  ^                       |                      and BUSY        writers other than `busy` wait on cv
 *       |  '----- vmMapUnlock -----'                                                   |
 *       '--------------------------- vmMapUnbusy (by that LWP) -----------------------'
 *
 * Rules   R1  `busy` is set with the write lock held, and cleared by the LWP in it, under misc_lock
 *         R2  a writer that finds the map busy gives the lock up before it waits
 */

/** vm_map_lock (uvm_map.c): write-locks the map. May sleep, also while another LWP has it busy. */
export function* vmMapLock(cpu: VmCpu, map: VmMapRef): Sleeps<void> {
  const { mem } = cpu
  for (;;) {
    yield* rwEnter(cpu, map + VM_MAP_LOCK, RW_WRITER)
    const busy = mem.read(map + VM_MAP_BUSY)
    if (busy === 0 || busy === cpu.self) break
    yield* mutexEnter(cpu, map + VM_MAP_MISC_LOCK)
    rwExit(cpu, map + VM_MAP_LOCK)
    if (mem.read(map + VM_MAP_BUSY) !== 0)
      yield* cvWait(cpu, map + VM_MAP_CV, map + VM_MAP_MISC_LOCK, 'vmmapbsy')
    mutexExit(cpu, map + VM_MAP_MISC_LOCK)
  }
  mem.write(map + VM_MAP_TIMESTAMP, mem.read(map + VM_MAP_TIMESTAMP) + 1)
}

/** vm_map_lock_try (uvm_map.c): write-locks the map if that needs no waiting; fails if the map is busy. */
export function vmMapLockTry(cpu: VmCpu, map: VmMapRef): boolean {
  const { mem } = cpu
  if (!rwTryEnter(cpu, map + VM_MAP_LOCK, RW_WRITER)) return false
  if (mem.read(map + VM_MAP_BUSY) !== 0) {
    rwExit(cpu, map + VM_MAP_LOCK)
    return false
  }
  mem.write(map + VM_MAP_TIMESTAMP, mem.read(map + VM_MAP_TIMESTAMP) + 1)
  return true
}

/** vm_map_unlock (uvm_map.c): releases the write lock. */
export function vmMapUnlock(cpu: VmCpu, map: VmMapRef): void {
  const { mem } = cpu
  kassert(rwWriteHeld(cpu, map + VM_MAP_LOCK), 'rw_write_held(&map->lock)')
  const busy = mem.read(map + VM_MAP_BUSY)
  kassert(busy === 0 || busy === cpu.self, 'map->busy == NULL || map->busy == curlwp')
  rwExit(cpu, map + VM_MAP_LOCK)
}

/** vm_map_lock_read (uvm_map.c): read-locks the map. May sleep. */
export function* vmMapLockRead(cpu: VmCpu, map: VmMapRef): Sleeps<void> {
  yield* rwEnter(cpu, map + VM_MAP_LOCK, RW_READER)
}

/** vm_map_unlock_read (uvm_map.c). */
export function vmMapUnlockRead(cpu: VmCpu, map: VmMapRef): void {
  rwExit(cpu, map + VM_MAP_LOCK)
}

/** vm_map_busy (uvm_map.c): keeps writers out after the write lock, which is held, is released. */
export function vmMapBusy(cpu: VmCpu, map: VmMapRef): void {
  const { mem } = cpu
  kassert(rwWriteHeld(cpu, map + VM_MAP_LOCK), 'rw_write_held(&map->lock)')
  kassert(mem.read(map + VM_MAP_BUSY) === 0, 'map->busy == NULL')
  mem.write(map + VM_MAP_BUSY, cpu.self)
}

/** vm_map_unbusy (uvm_map.c): lets writers in again. The caller made the map busy. May sleep. */
export function* vmMapUnbusy(cpu: VmCpu, map: VmMapRef): Sleeps<void> {
  const { mem } = cpu
  kassert(mem.read(map + VM_MAP_BUSY) === cpu.self, 'map->busy == curlwp')
  yield* mutexEnter(cpu, map + VM_MAP_MISC_LOCK)
  mem.write(map + VM_MAP_BUSY, 0)
  cvBroadcast(cpu, map + VM_MAP_CV)
  mutexExit(cpu, map + VM_MAP_MISC_LOCK)
}

/** vm_map_pmap (uvm_map.h). */
export function vmMapPmap(cpu: VmCpu, map: Addr): PmapRef {
  const { mem } = cpu
  return mem.read(map + VM_MAP_PMAP)
}
