import { kassert, mutexEnter, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from './globals.js'
import { AN_LOCK, AN_PAGE, AN_SWSLOT } from './uvm-anon.js'
import type { VmAnonRef } from './uvm-anon.js'
import { uvmPageUnbusy, uvmPageactivate, uvmPagealloc } from './uvm-page.js'
import { uvmWait } from './uvm-pdaemon.js'
import { uvmSwapIn } from './uvm-swap.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_FAKE, PG_FLAGS } from './vm-page.js'

/**
 * The page-in half of uvmfault_anonget (uvm_fault.c): reads an anon that is on swap only into a new frame, or
 * waits for memory if there is no frame. Anon locked on entry, released on return; no other lock is held, and
 * the caller looks again at everything.
 *
 * The page is busy while it is read: others wait for it with PG_WANTED, and if the anon dies meanwhile
 * (PG_RELEASED) page and anon are freed here.
 */
export function* anonPagein(cpu: VmCpu, anon: VmAnonRef, wmesg: string): Sleeps<void> {
  const { mem } = cpu
  const slot = mem.read(anon + AN_SWSLOT)
  kassert(slot !== 0, 'anon->an_swslot != 0')
  const pg = uvmPagealloc(cpu, 0, 0, anon, 0)
  if (pg === 0) {
    mutexExit(cpu, anon + AN_LOCK)
    yield* uvmWait(cpu, wmesg)
    return
  }
  mem.write(anon + AN_PAGE, pg)
  mutexExit(cpu, anon + AN_LOCK)

  yield* uvmSwapIn(cpu, pg, slot)

  yield* mutexEnter(cpu, anon + AN_LOCK)
  mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_FAKE)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  uvmPageactivate(cpu, pg)
  uvmPageUnbusy(cpu, pg)
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, anon + AN_LOCK)
}
