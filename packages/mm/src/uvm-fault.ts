import { mutexEnter, mutexExit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { EACCES, EFAULT, ENOMEM, ERESTART } from './errno.js'
import { UVMEXP_COWS, UVMEXP_FAULTS, UVM_PAGEQLOCK } from './globals.js'
import { VM_PROT_WRITE, truncPage } from './param.js'
import { PMAP_CANFAIL, PMAP_WIRED, pmapEnter } from './pmap.js'
import { amapAdd, amapCopy, amapLock, amapLookup, amapUnlock } from './uvm-amap.js'
import { AN_LOCK, AN_PAGE, AN_REF, uvmAnalloc, uvmAnfree, uvmAnonDropswap } from './uvm-anon.js'
import type { VmAnonRef } from './uvm-anon.js'
import { UO_LOCK, uaoDropswap, uaoGet, uaoGetLocked } from './uvm-aobj.js'
import { anonPagein } from './uvm-fault-anon.js'
import { uvmMapLookupEntry } from './uvm-map-entry.js'
import {
  ME_AMAP,
  ME_ETYPE,
  ME_MAX_PROTECTION,
  ME_OBJECT,
  ME_OFFSET,
  ME_PROTECTION,
  ME_START,
  ME_WIRED_COUNT,
  UVM_ET_NEEDSCOPY,
} from './uvm-map-layout.js'
import type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
import { UVM_PGA_ZERO, pageCopy, uvmPageactivate, uvmPagealloc, uvmPagewire } from './uvm-page.js'
import { uvmReclaimable, uvmWait } from './uvm-pdaemon.js'
import { uvmUnlockAndWait } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import { vmMapLock, vmMapLockRead, vmMapPmap, vmMapUnlock, vmMapUnlockRead } from './vm-map-lock.js'
import { PG_BUSY, PG_CLEAN, PG_FAKE, PG_FLAGS, PG_WANTED, vmPageToPhys } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * Page faults (uvm_fault.c).
 *
 *     entry      in the amap?                        in the object?
 *     ------     ------------                        --------------
 *     user       1A  anon, ours alone, or a read      -
 *                1B  anon shared, a write: copy       -
 *                2B  none: zero-fill                  -
 *     kernel     -                                    2A  uvm_kernel_object: in a frame, on swap, or new
 *
 * Locks, in this order: map (read), amap, anon or object, uvm_pageqlock. Whatever has to wait, for a busy page,
 * for the disk or for memory, releases all of them, waits, and starts the fault again.
 */

/** Flags of uvm_fault_internal. */
export const UVM_FAULT_WIRE = 0x1
export const UVM_FAULT_MAXPROT = 0x2

/** What a fault has found out about its place (struct uvm_faultinfo). Private to the fault. */
interface FaultInfo {
  readonly map: VmMapRef
  readonly va: number
  readonly entry: VmMapEntryRef
  readonly access: number
  readonly enterProt: number
  readonly cowNow: boolean
  /** The page is to be wired (UVM_FAULT_WIRE). */
  readonly wire: boolean
  /** The mapping is wired: by this fault, or with its entry. */
  readonly wired: boolean
}

/**
 * uvm_fault (uvm_fault.c): makes the page at `va` of `map` accessible for `access` (VM_PROT_*); with `wire`, also
 * wires it, and grants all the entry allows. No lock held. May sleep: for locks, busy pages, the disk, memory.
 *
 * Returns 0, EFAULT (nothing is mapped there), EACCES (not for such access), ENOMEM (swap or a pool is used up).
 */
export function* uvmFault(
  cpu: VmCpu,
  map: VmMapRef,
  va: number,
  access: number,
  wire: boolean,
): Sleeps<number> {
  return yield* uvmFaultInternal(cpu, map, va, access, wire ? UVM_FAULT_WIRE : 0)
}

/** uvm_fault_internal (uvm_fault.c): as {@link uvmFault}, with flags UVM_FAULT_*. */
export function* uvmFaultInternal(
  cpu: VmCpu,
  map: VmMapRef,
  va: number,
  access: number,
  flags: number,
): Sleeps<number> {
  const { mem } = cpu
  mem.add(UVMEXP_FAULTS, 1)
  for (;;) {
    const error = yield* faultOnce(cpu, map, truncPage(va), access, flags)
    if (error !== ERESTART) return error
  }
}

/** One pass of the fault: everything it locks it unlocks. ERESTART: it had to wait; the map may have changed. */
function* faultOnce(cpu: VmCpu, map: VmMapRef, va: number, access: number, flags: number): Sleeps<number> {
  const { mem } = cpu
  yield* vmMapLockRead(cpu, map)
  const entry = uvmMapLookupEntry(cpu, map, va)
  if (entry === 0) {
    vmMapUnlockRead(cpu, map)
    return EFAULT
  }
  const checkProt = mem.read(entry + ((flags & UVM_FAULT_MAXPROT) !== 0 ? ME_MAX_PROTECTION : ME_PROTECTION))
  if ((checkProt & access) !== access) {
    vmMapUnlockRead(cpu, map)
    return EACCES
  }

  const wire = (flags & UVM_FAULT_WIRE) !== 0
  const wired = wire || mem.read(entry + ME_WIRED_COUNT) !== 0
  let enterProt = mem.read(entry + ME_PROTECTION)
  const accessType = wired ? enterProt : access // full access for wired
  const cowNow = (accessType & VM_PROT_WRITE) !== 0
  const uobj = mem.read(entry + ME_OBJECT)
  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) {
    if (cowNow || uobj === 0) {
      vmMapUnlockRead(cpu, map)
      return yield* uvmfaultAmapcopy(cpu, map, va)
    }
    enterProt &= ~VM_PROT_WRITE
  }

  const info: FaultInfo = { map, va, entry, access: accessType, enterProt, cowNow, wire, wired }
  if (uobj !== 0) return yield* faultObject(cpu, info, uobj)
  const amap = mem.read(entry + ME_AMAP)
  yield* amapLock(cpu, amap)
  const anon = amapLookup(cpu, entry, va)
  return anon !== 0 ? yield* faultAnon(cpu, info, amap, anon) : yield* faultZero(cpu, info, amap)
}

/** uvmfault_amapcopy (uvm_fault.c): clears "needs copy" of the entry at `va`. No lock held. ERESTART or ENOMEM. */
function* uvmfaultAmapcopy(cpu: VmCpu, map: VmMapRef, va: number): Sleeps<number> {
  const { mem } = cpu
  yield* vmMapLock(cpu, map)
  const entry = uvmMapLookupEntry(cpu, map, va)
  let error = ERESTART
  if (entry !== 0 && (mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) {
    yield* amapCopy(cpu, entry)
    // C waits for memory here; amaps come from a pool of fixed size, which no waiting refills.
    if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) error = ENOMEM
  }
  vmMapUnlock(cpu, map)
  return error
}

/** Case 1: the amap has an anon for the page. Map and amap locked on entry, released on return. */
function* faultAnon(cpu: VmCpu, info: FaultInfo, amap: Addr, anon: VmAnonRef): Sleeps<number> {
  const { mem } = cpu
  yield* mutexEnter(cpu, anon + AN_LOCK)

  // uvmfault_anonget
  const pg = mem.read(anon + AN_PAGE)
  if (pg === 0) {
    amapUnlock(cpu, amap)
    vmMapUnlockRead(cpu, info.map)
    yield* anonPagein(cpu, anon, 'flt_noram1')
    return ERESTART
  }
  const flags = mem.read(pg + PG_FLAGS)
  if ((flags & PG_BUSY) !== 0) {
    mem.write(pg + PG_FLAGS, flags | PG_WANTED)
    amapUnlock(cpu, amap)
    vmMapUnlockRead(cpu, info.map)
    yield* uvmUnlockAndWait(cpu, anon + AN_LOCK, pg, 'anonget', 0)
    return ERESTART
  }

  if (!info.cowNow || mem.read(anon + AN_REF) === 1) {
    const prot = mem.read(anon + AN_REF) > 1 ? info.enterProt & ~VM_PROT_WRITE : info.enterProt
    return yield* mapAnonPage(cpu, info, amap, anon, 0, pg, prot)
  }

  // Case 1B: copy into a new anon, which takes the place of this one.
  const nanon = yield* uvmAnalloc(cpu)
  const npg = nanon === 0 ? 0 : uvmPagealloc(cpu, 0, 0, nanon, 0)
  if (npg === 0) {
    mutexExit(cpu, anon + AN_LOCK)
    return yield* promoteFailed(cpu, info, amap, nanon, 'flt_noram3')
  }
  mem.write(nanon + AN_PAGE, npg)
  pageCopy(cpu, pg, npg)
  mem.write(npg + PG_FLAGS, mem.read(npg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE | PG_CLEAN))
  mem.add(UVMEXP_COWS, 1)
  amapAdd(cpu, info.entry, info.va, nanon)
  mem.write(anon + AN_REF, mem.read(anon + AN_REF) - 1) // cannot be the last
  return yield* mapAnonPage(cpu, info, amap, nanon, anon, npg, info.enterProt)
}

/** Case 2B: nothing there yet. Map and amap locked on entry, released on return. */
function* faultZero(cpu: VmCpu, info: FaultInfo, amap: Addr): Sleeps<number> {
  const { mem } = cpu
  const anon = yield* uvmAnalloc(cpu)
  const pg = anon === 0 ? 0 : uvmPagealloc(cpu, 0, 0, anon, UVM_PGA_ZERO)
  if (pg === 0) return yield* promoteFailed(cpu, info, amap, anon, 'flt_noram5')
  mem.write(anon + AN_PAGE, pg)
  mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE | PG_CLEAN))
  amapAdd(cpu, info.entry, info.va, anon)
  return yield* mapAnonPage(cpu, info, amap, anon, 0, pg, info.enterProt)
}

/** No anon or no frame: undoes, unlocks map and amap, and waits for memory unless that is pointless. */
function* promoteFailed(
  cpu: VmCpu,
  info: FaultInfo,
  amap: Addr,
  anon: VmAnonRef,
  wmesg: string,
): Sleeps<number> {
  const { mem } = cpu
  if (anon !== 0) {
    mem.write(anon + AN_REF, 0)
    uvmAnfree(cpu, anon)
  }
  amapUnlock(cpu, amap)
  vmMapUnlockRead(cpu, info.map)
  if (anon === 0 || !uvmReclaimable(cpu)) return ENOMEM
  yield* uvmWait(cpu, wmesg)
  return ERESTART
}

/**
 * Maps the anon's page, wires or activates it, and unlocks everything: `anon`, `oanon` (0 if there is none), amap
 * and map, all locked on entry.
 */
function* mapAnonPage(
  cpu: VmCpu,
  info: FaultInfo,
  amap: Addr,
  anon: VmAnonRef,
  oanon: VmAnonRef,
  pg: VmPageRef,
  prot: number,
): Sleeps<number> {
  const { mem } = cpu
  const error = enter(cpu, info, pg, prot)
  // Also if it could not be mapped: a page must be on a queue to be found by the pagedaemon.
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  if (info.wire && error === 0) {
    uvmPagewire(cpu, pg)
    // It cannot be paged out now, so its slot serves others; and what has no slot cannot be clean.
    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_CLEAN)
    uvmAnonDropswap(cpu, anon)
  } else {
    uvmPageactivate(cpu, pg)
  }
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, anon + AN_LOCK)
  if (oanon !== 0) mutexExit(cpu, oanon + AN_LOCK)
  amapUnlock(cpu, amap)
  vmMapUnlockRead(cpu, info.map)
  return error === 0 ? 0 : yield* enterFailed(cpu, 'flt_pmfail1')
}

/** Case 2A: a page of the kernel object. Map locked on entry, released on return. */
function* faultObject(cpu: VmCpu, info: FaultInfo, uobj: Addr): Sleeps<number> {
  const { mem } = cpu
  const off = mem.read(info.entry + ME_OFFSET) + (info.va - mem.read(info.entry + ME_START))
  yield* mutexEnter(cpu, uobj + UO_LOCK)
  const pg = uaoGetLocked(cpu, uobj, off)
  if (pg === 0) {
    vmMapUnlockRead(cpu, info.map)
    yield* uaoGet(cpu, uobj, off)
    return ERESTART
  }
  const error = enter(cpu, info, pg, info.enterProt)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  if (info.wire && error === 0) {
    uvmPagewire(cpu, pg)
    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~PG_CLEAN)
    uaoDropswap(cpu, uobj, off)
  } else {
    uvmPageactivate(cpu, pg)
  }
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  mutexExit(cpu, uobj + UO_LOCK)
  vmMapUnlockRead(cpu, info.map)
  return error === 0 ? 0 : yield* enterFailed(cpu, 'flt_pmfail2')
}

/** pmap_enter of the faulting page. Its owner is locked. */
function enter(cpu: VmCpu, info: FaultInfo, pg: VmPageRef, prot: number): number {
  const flags = info.access | PMAP_CANFAIL | (info.wired ? PMAP_WIRED : 0)
  return pmapEnter(cpu, vmMapPmap(cpu, info.map), info.va, vmPageToPhys(cpu, pg), prot, flags)
}

/** There was no memory for the mapping: waits for some, with no lock held. */
function* enterFailed(cpu: VmCpu, wmesg: string): Sleeps<number> {
  if (!uvmReclaimable(cpu)) return ENOMEM
  yield* uvmWait(cpu, wmesg)
  return ERESTART
}
