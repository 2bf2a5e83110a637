import { kassert, layout, mutexEnter, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from './globals.js'
import { VM_PROT_NONE } from './param.js'
import { pmapPageProtect } from './pmap.js'
import { poolGet, poolPut } from './pool.js'
import { uvmPagefree } from './uvm-page.js'
import { uvmSwapFree } from './uvm-swap.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_FLAGS, PG_RELEASED } from './vm-page.js'

/** Address of a `struct vm_anon`. */
export type VmAnonRef = Addr

/**
 * struct vm_anon (uvm_anon.h): one page of anonymous memory, in a frame, on swap, or both.
 *
 * An anon's lock is its own and outlives it: it is made at boot, since whoever frees the last page of a dead
 * anon still holds the lock when the anon is handed out again. Order: amap -> anon -> uvm_pageqlock.
 */
export const { AN_LOCK, AN_REF, AN_PAGE, AN_SWSLOT, VM_ANON_WORDS } = layout('vm_anon', {
  AN_LOCK: { lock: 'atomic', isLock: true },
  AN_REF: 'an_lock', // amap slots that refer to it; 0: dead, waiting for its busy page
  AN_PAGE: 'an_lock', // vm_page, or 0
  AN_SWSLOT: 'an_lock', // slot on swap, or 0
})

/** uvm_analloc (uvm_anon.c): an anon with one reference and no page, locked; 0 if all are in use. */
export function* uvmAnalloc(cpu: VmCpu): Sleeps<VmAnonRef> {
  const { mem } = cpu
  const anon = poolGet(cpu, cpu.config.mm['anonPool'] as number)
  if (anon === 0) return 0
  // Who frees an anon unlocks it after: never for long.
  yield* mutexEnter(cpu, anon + AN_LOCK)
  mem.write(anon + AN_REF, 1)
  mem.write(anon + AN_PAGE, 0)
  mem.write(anon + AN_SWSLOT, 0)
  return anon
}

/** uvm_anon_dropswap (uvm_anon.c): gives the anon's slot back, if it has one. Anon locked. */
export function uvmAnonDropswap(cpu: VmCpu, anon: VmAnonRef): void {
  const { mem } = cpu
  const slot = mem.read(anon + AN_SWSLOT)
  if (slot === 0) return
  mem.write(anon + AN_SWSLOT, 0)
  uvmSwapFree(cpu, slot, 1)
}

/** The anon, dead and without a page, goes back to the pool. Anon locked, and stays so. */
export function uvmAnonPut(cpu: VmCpu, anon: VmAnonRef): void {
  const { mem } = cpu
  kassert(mem.read(anon + AN_REF) === 0, 'anon->an_ref == 0')
  kassert(mem.read(anon + AN_PAGE) === 0, 'anon->an_page == NULL')
  uvmAnonDropswap(cpu, anon)
  poolPut(cpu, cpu.config.mm['anonPool'] as number, anon)
}

/**
 * uvm_anfree (uvm_anon.c): frees a dead anon with its page and its slot. Anon locked on entry, not on return.
 *
 * A busy page is left, marked PG_RELEASED: who made it busy frees it, and uvmOwnerDetach then frees the anon.
 */
export function uvmAnfree(cpu: VmCpu, anon: VmAnonRef): void {
  const { mem } = cpu
  kassert(mem.read(anon + AN_REF) === 0, 'anon->an_ref == 0')
  const pg = mem.read(anon + AN_PAGE)
  if (pg === 0) {
    uvmAnonPut(cpu, anon)
    mutexExit(cpu, anon + AN_LOCK)
    return
  }
  pmapPageProtect(cpu, pg, VM_PROT_NONE)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  const flags = mem.read(pg + PG_FLAGS)
  if ((flags & PG_BUSY) !== 0) mem.write(pg + PG_FLAGS, flags | PG_RELEASED)
  else uvmPagefree(cpu, pg) // whose uvmOwnerDetach puts the anon
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, anon + AN_LOCK)
}

/** Drops one reference to the anon, and frees it with the last. Nothing of it is locked. May sleep. */
export function* uvmAnonDeref(cpu: VmCpu, anon: VmAnonRef): Sleeps<void> {
  const { mem } = cpu
  yield* mutexEnter(cpu, anon + AN_LOCK)
  const refs = mem.read(anon + AN_REF) - 1
  mem.write(anon + AN_REF, refs)
  if (refs === 0) uvmAnfree(cpu, anon)
  else mutexExit(cpu, anon + AN_LOCK)
}
