import { mutexEnter, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from './globals.js'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS } from './param.js'
import { UO_LOCK, uaoDropswap, uvmPagelookup } from './uvm-aobj.js'
import type { UvmAobjRef } from './uvm-aobj.js'
import { uvmPagefree } from './uvm-page.js'
import { uvmUnlockAndWait } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_FLAGS, PG_WANTED } from './vm-page.js'

/**
 * uvm_km_pgremove (uvm_km.c): frees the pages and slots of the kernel object from `start` up to `end` (kernel
 * addresses), wired or not; waits for those that are busy. They are not mapped. Takes and releases the object's lock.
 */
export function* uvmKmPgremove(cpu: VmCpu, uobj: UvmAobjRef, start: number, end: number): Sleeps<void> {
  const { mem } = cpu
  yield* mutexEnter(cpu, uobj + UO_LOCK)
  for (let va = start; va < end; va += PAGE_SIZE) {
    const off = va - VM_MIN_KERNEL_ADDRESS
    let pg = uvmPagelookup(cpu, uobj, off)
    while (pg !== 0 && (mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) {
      mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) | PG_WANTED)
      yield* uvmUnlockAndWait(cpu, uobj + UO_LOCK, pg, 'km_pgrm', 0)
      yield* mutexEnter(cpu, uobj + UO_LOCK)
      pg = uvmPagelookup(cpu, uobj, off)
    }
    uaoDropswap(cpu, uobj, off)
    if (pg === 0) continue
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPagefree(cpu, pg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
  }
  mutexExit(cpu, uobj + UO_LOCK)
}
