import {
  kassert,
  layout,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexSpinEnter,
  mutexSpinExit,
} from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { ENOMEM, ERESTART } from './errno.js'
import { UVMEXP_COWS, UVM_PAGEQLOCK } from './globals.js'
import { PAGE_SHIFT, VM_PROT_NONE } from './param.js'
import { pmapPageProtect } from './pmap.js'
import { poolGet, poolPut } from './pool.js'
import { AN_LOCK, AN_PAGE, AN_REF, uvmAnalloc, uvmAnfree, uvmAnonDeref } from './uvm-anon.js'
import type { VmAnonRef } from './uvm-anon.js'
import { ME_AMAP, ME_END, ME_ETYPE, ME_PAGEOFF, ME_START, UVM_ET_NEEDSCOPY } from './uvm-map-layout.js'
import type { VmMapEntryRef } from './uvm-map-layout.js'
import { pageCopy, uvmPageactivate, uvmPagealloc } from './uvm-page.js'
import { uvmWait } from './uvm-pdaemon.js'
import { uvmUnlockAndWait } from './uvm-unlock-and-wait.js'
import { anonPagein } from './uvm-fault-anon.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_BUSY, PG_CLEAN, PG_FAKE, PG_FLAGS, PG_WANTED } from './vm-page.js'

/** Address of a `struct vm_amap`. */
export type VmAmapRef = Addr

/** Slots of an amap; larger mappings are made of several entries. */
export const AMAP_MAXSLOT = 64

/**
 * struct vm_amap (uvm_amap.h): the anons of a map entry, one slot a page. Entries that were split from one share
 * its amap, each from its ME_PAGEOFF on; entries that a fork made share it until one of them writes.
 *
 * One lock per amap, and one per anon in it: amap -> anon.
 */
export const { AM_LOCK, AM_REF, AM_FLAGS, AM_NSLOT, AM_ANON, VM_AMAP_WORDS } = layout('vm_amap', {
  AM_LOCK: { lock: 'atomic', isLock: true },
  AM_REF: { lock: 'am_lock', unlocked: 'amap_copy: it can be 1 only if the reader has the only reference' },
  AM_FLAGS: { lock: 'am_lock', unlocked: 'AMAP_SHARED is read by fork, as a hint' },
  AM_NSLOT: 'stable',
  AM_ANON: { lock: 'am_lock', words: AMAP_MAXSLOT },
})

/** The amap is shared on purpose (MAP_INHERIT_SHARE). */
export const AMAP_SHARED = 0x1

/** amap_lock (uvm_amap.h). */
export function* amapLock(cpu: VmCpu, amap: VmAmapRef): Sleeps<void> {
  yield* mutexEnter(cpu, amap + AM_LOCK)
}

/** amap_unlock (uvm_amap.h). */
export function amapUnlock(cpu: VmCpu, amap: VmAmapRef): void {
  mutexExit(cpu, amap + AM_LOCK)
}

/** amap_alloc (uvm_amap.c): an amap of `slots` empty slots and one reference, or 0 if all are in use. */
function amapAlloc(cpu: VmCpu, slots: number): VmAmapRef {
  const { mem } = cpu
  kassert(slots > 0 && slots <= AMAP_MAXSLOT, 'slots <= AMAP_MAXSLOT')
  const amap = poolGet(cpu, cpu.config.mm['amapPool'] as number)
  if (amap === 0) return 0
  mutexInit(mem, amap + AM_LOCK)
  mem.write(amap + AM_REF, 1)
  mem.write(amap + AM_FLAGS, 0)
  mem.write(amap + AM_NSLOT, slots)
  mem.fill(amap + AM_ANON, slots, 0)
  return amap
}

/** Slot of `va` in the amap of `entry`. */
function slotAddr(cpu: VmCpu, entry: VmMapEntryRef, va: number): Addr {
  const { mem } = cpu
  const slot = mem.read(entry + ME_PAGEOFF) + ((va - mem.read(entry + ME_START)) >> PAGE_SHIFT)
  const amap = mem.read(entry + ME_AMAP)
  kassert(slot >= 0 && slot < mem.read(amap + AM_NSLOT), 'AMAP_B2SLOT(slot, offset) < amap->am_nslot')
  return amap + AM_ANON + slot
}

/** amap_lookup (uvm_amap.c): the anon of the page at `va`, or 0. Amap locked, map at least read-locked. */
export function amapLookup(cpu: VmCpu, entry: VmMapEntryRef, va: number): VmAnonRef {
  const { mem } = cpu
  return mem.read(slotAddr(cpu, entry, va))
}

/**
 * amap_add (uvm_amap.c): puts `anon` into the slot of `va`, in place of what was there, which is locked. Those who share the
 * amap may have the page of the old anon mapped: they lose it, and fault on the new one. Amap locked.
 */
export function amapAdd(cpu: VmCpu, entry: VmMapEntryRef, va: number, anon: VmAnonRef): void {
  const { mem } = cpu
  const slot = slotAddr(cpu, entry, va)
  const old = mem.read(slot)
  const pg = old === 0 ? 0 : mem.read(old + AN_PAGE)
  if (pg !== 0 && (mem.read(mem.read(entry + ME_AMAP) + AM_FLAGS) & AMAP_SHARED) !== 0) {
    pmapPageProtect(cpu, pg, VM_PROT_NONE)
  }
  mem.write(slot, anon)
}

/** amap_ref (uvm_amap.c): one more entry refers to the amap. May sleep. */
export function* amapRef(cpu: VmCpu, amap: VmAmapRef, shared: boolean): Sleeps<void> {
  const { mem } = cpu
  yield* amapLock(cpu, amap)
  mem.write(amap + AM_REF, mem.read(amap + AM_REF) + 1)
  if (shared) mem.write(amap + AM_FLAGS, mem.read(amap + AM_FLAGS) | AMAP_SHARED)
  amapUnlock(cpu, amap)
}

/** amap_unref (uvm_amap.c): one entry less refers to the amap; the last frees it and its anons. May sleep. */
export function* amapUnref(cpu: VmCpu, amap: VmAmapRef): Sleeps<void> {
  const { mem } = cpu
  yield* amapLock(cpu, amap)
  const refs = mem.read(amap + AM_REF) - 1
  mem.write(amap + AM_REF, refs)
  if (refs > 0) {
    if (refs === 1) mem.write(amap + AM_FLAGS, mem.read(amap + AM_FLAGS) & ~AMAP_SHARED)
    amapUnlock(cpu, amap)
    return
  }
  // amap_wipeout
  const slots = mem.read(amap + AM_NSLOT)
  for (let slot = 0; slot < slots; slot++) {
    const anon = mem.read(amap + AM_ANON + slot)
    if (anon !== 0) yield* uvmAnonDeref(cpu, anon)
  }
  amapUnlock(cpu, amap)
  poolPut(cpu, cpu.config.mm['amapPool'] as number, amap)
}

/** amap_splitref (uvm_amap.c): both halves of a split entry refer to its amap. May sleep. */
export function* amapSplitref(
  cpu: VmCpu,
  first: VmMapEntryRef,
  second: VmMapEntryRef,
  slots: number,
): Sleeps<void> {
  const { mem } = cpu
  yield* amapRef(cpu, mem.read(first + ME_AMAP), false)
  mem.write(second + ME_PAGEOFF, mem.read(first + ME_PAGEOFF) + slots)
}

/**
 * amap_copy (uvm_amap.c): gives `entry` an amap of its own and clears UVM_ET_NEEDSCOPY: a new one if it had none,
 * the one it has if nobody else refers to it, else a copy that refers to the same anons.
 *
 * Map write-locked. May sleep. On want of an amap the entry still needs the copy.
 */
export function* amapCopy(cpu: VmCpu, entry: VmMapEntryRef): Sleeps<void> {
  const { mem } = cpu
  const slots = (mem.read(entry + ME_END) - mem.read(entry + ME_START)) >> PAGE_SHIFT
  const srcamap = mem.read(entry + ME_AMAP)
  if (srcamap !== 0 && mem.read(srcamap + AM_REF) === 1) {
    mem.write(entry + ME_ETYPE, mem.read(entry + ME_ETYPE) & ~UVM_ET_NEEDSCOPY)
    return
  }
  const amap = amapAlloc(cpu, slots)
  if (amap === 0) return
  if (srcamap !== 0) {
    yield* amapLock(cpu, srcamap)
    // The others may have dropped theirs meanwhile.
    if (mem.read(srcamap + AM_REF) === 1) {
      mem.write(entry + ME_ETYPE, mem.read(entry + ME_ETYPE) & ~UVM_ET_NEEDSCOPY)
      amapUnlock(cpu, srcamap)
      poolPut(cpu, cpu.config.mm['amapPool'] as number, amap)
      return
    }
    const pageoff = mem.read(entry + ME_PAGEOFF)
    for (let slot = 0; slot < slots; slot++) {
      const anon = mem.read(srcamap + AM_ANON + pageoff + slot)
      mem.write(amap + AM_ANON + slot, anon)
      if (anon === 0) continue
      yield* mutexEnter(cpu, anon + AN_LOCK)
      mem.write(anon + AN_REF, mem.read(anon + AN_REF) + 1)
      mutexExit(cpu, anon + AN_LOCK)
    }
    const refs = mem.read(srcamap + AM_REF) - 1
    mem.write(srcamap + AM_REF, refs)
    if (refs === 1) mem.write(srcamap + AM_FLAGS, mem.read(srcamap + AM_FLAGS) & ~AMAP_SHARED)
    amapUnlock(cpu, srcamap)
  }
  mem.write(entry + ME_PAGEOFF, 0)
  mem.write(entry + ME_AMAP, amap)
  mem.write(entry + ME_ETYPE, mem.read(entry + ME_ETYPE) & ~UVM_ET_NEEDSCOPY)
}

/**
 * amap_cow_now (uvm_amap.c): resolves every copy-on-write of `entry`'s amap at once, so that a wired parent need
 * not be write-protected. The entry has just had its amap copied. May sleep, for memory too.
 *
 * Returns 0, or ENOMEM of a pool that is used up.
 */
export function* amapCowNow(cpu: VmCpu, entry: VmMapEntryRef): Sleeps<number> {
  const { mem } = cpu
  const amap = mem.read(entry + ME_AMAP)
  for (;;) {
    const state = yield* cowNowPass(cpu, amap)
    if (state !== ERESTART) return state
  }
}

/** One pass over the slots. Returns 0 when done, ERESTART when it had to wait, ENOMEM. */
function* cowNowPass(cpu: VmCpu, amap: VmAmapRef): Sleeps<number> {
  const { mem } = cpu
  yield* amapLock(cpu, amap)
  const slots = mem.read(amap + AM_NSLOT)
  for (let slot = 0; slot < slots; slot++) {
    const anon = mem.read(amap + AM_ANON + slot)
    if (anon === 0) continue
    yield* mutexEnter(cpu, anon + AN_LOCK)
    if (mem.read(anon + AN_REF) <= 1) {
      mutexExit(cpu, anon + AN_LOCK)
      continue
    }
    const pg = mem.read(anon + AN_PAGE)
    if (pg === 0) {
      // Only where the parent shares its memory without having wired it.
      amapUnlock(cpu, amap)
      yield* anonPagein(cpu, anon, 'cownowpage')
      return ERESTART
    }
    const flags = mem.read(pg + PG_FLAGS)
    if ((flags & PG_BUSY) !== 0) {
      mem.write(pg + PG_FLAGS, flags | PG_WANTED)
      amapUnlock(cpu, amap)
      yield* uvmUnlockAndWait(cpu, anon + AN_LOCK, pg, 'cownow', 0)
      return ERESTART
    }
    const nanon = yield* uvmAnalloc(cpu)
    const npg = nanon === 0 ? 0 : uvmPagealloc(cpu, 0, 0, nanon, 0)
    if (npg === 0) {
      if (nanon !== 0) {
        mem.write(nanon + AN_REF, 0)
        uvmAnfree(cpu, nanon)
      }
      mutexExit(cpu, anon + AN_LOCK)
      amapUnlock(cpu, amap)
      if (nanon === 0) return ENOMEM
      yield* uvmWait(cpu, 'cownowpage')
      return ERESTART
    }
    mem.write(nanon + AN_PAGE, npg)
    pageCopy(cpu, pg, npg)
    mem.add(UVMEXP_COWS, 1)
    mem.write(anon + AN_REF, mem.read(anon + AN_REF) - 1)
    mem.write(amap + AM_ANON + slot, nanon)
    mem.write(npg + PG_FLAGS, mem.read(npg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE | PG_CLEAN))
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPageactivate(cpu, npg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
    mutexExit(cpu, nanon + AN_LOCK)
    mutexExit(cpu, anon + AN_LOCK)
  }
  amapUnlock(cpu, amap)
  return 0
}
