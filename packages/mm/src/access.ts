import { kassert, panic } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { pmapActivate, pmapPteAddr } from './pmap-core.js'
import { PG_A, PG_D, PG_FRAME, PG_RW, PG_U, PG_V } from './pmap-pte.js'
import type { PmapRef } from './pmap-pte.js'
import { MC_PMAP, mmCpu, tlbInsert, tlbLookup } from './tlb.js'
import { uvmFault } from './uvm-fault.js'
import type { VmMapRef } from './uvm-map-layout.js'
import type { VmCpu } from './vm-cpu.js'
import { EFAULT } from './errno.js'
import { vmMapPmap } from './vm-map-lock.js'
import { PG_WIRE_COUNT, physToVmPage } from './vm-page.js'

/**
 * Loads and stores by virtual address: what the MMU does, and the trap handler above it. Addresses are bytes; a
 * word is accessed, so their low two bits are ignored.
 *
 * Between translating an address and using the word nothing polls, and `mmuBusy` is set: a CPU answers a shootdown
 * before or after an access, as hardware does, never in the middle.
 */
const NEED_KREAD = PG_V
const NEED_KWRITE = PG_V | PG_RW | PG_D
const NEED_UREAD = PG_V | PG_U
const NEED_UWRITE = PG_V | PG_U | PG_RW | PG_D

/**
 * The MMU's walk of the page tables, on a TLB miss: sets PG_A, and PG_D for a write, in the entry, and caches it.
 * Returns the entry, or 0: not mapped, or not for such access. Takes no lock.
 */
function mmuWalk(cpu: VmCpu, pmap: PmapRef, va: number, need: number): number {
  const { mem } = cpu
  for (;;) {
    const pteAddr = pmapPteAddr(cpu, pmap, va)
    if (pteAddr === 0) return 0
    const old = mem.load(pteAddr)
    const rights = need & ~PG_D
    if ((old & rights) !== rights) return 0
    const pte = old | PG_A | (need & PG_D)
    // If it changed under us, look again: an entry removed meanwhile must not come back.
    if (pte === old || mem.cas(pteAddr, old, pte) === old) {
      tlbInsert(cpu, va, pte)
      return pte
    }
  }
}

function wordOf(cpu: VmCpu, pte: number, va: number): Addr {
  return cpu.config.frameBase + ((pte & PG_FRAME) >>> 2) + ((va & ~PG_FRAME) >>> 2)
}

/** Word that the user address `va` translates to for `need`, or 0: page fault. The user pmap is loaded. */
function userTranslate(cpu: VmCpu, va: number, need: number): Addr {
  const { mem } = cpu
  const cached = tlbLookup(cpu, va, need)
  if (cached !== 0) return wordOf(cpu, cached, va)
  const pmap = mem.read(mmCpu(cpu, cpu.id) + MC_PMAP)
  const pte = pmap === 0 ? 0 : mmuWalk(cpu, pmap, va, need)
  return pte === 0 ? 0 : wordOf(cpu, pte, va)
}

/** Loads the pmap of `map` if another one is loaded (pmap_load). Returns whether `va` is a user address at all. */
function userEnter(cpu: VmCpu, map: VmMapRef, va: number): boolean {
  const { mem } = cpu
  if (va < 0 || va >= VM_MIN_KERNEL_ADDRESS) return false
  const pmap = vmMapPmap(cpu, map)
  if (mem.read(mmCpu(cpu, cpu.id) + MC_PMAP) !== pmap) pmapActivate(cpu, pmap)
  return true
}

/**
 * Makes the user page at `va` accessible, faulting as often as needed. `map` is the current process's. May sleep.
 * Returns 0, EFAULT, EACCES or ENOMEM. By the time the caller uses the page it may be gone again: to access the
 * word, use {@link userLoad} and {@link userStore}.
 */
export function* userAccess(cpu: VmCpu, map: VmMapRef, va: number, write: boolean): Sleeps<number> {
  for (;;) {
    if (!userEnter(cpu, map, va)) return EFAULT
    cpu.mmuBusy = true
    const word = userTranslate(cpu, va, write ? NEED_UWRITE : NEED_UREAD)
    cpu.mmuBusy = false
    if (word !== 0) return 0
    const error = yield* uvmFault(cpu, map, va, write ? VM_PROT_WRITE : VM_PROT_READ, false)
    if (error !== 0) return error
  }
}

/** Loads the user word at `va`, faulting as needed. May sleep. Returns the word, or null if it cannot be accessed. */
export function* userLoad(cpu: VmCpu, map: VmMapRef, va: number): Sleeps<number | null> {
  const { mem } = cpu
  for (;;) {
    if (!userEnter(cpu, map, va)) return null
    cpu.mmuBusy = true
    const word = userTranslate(cpu, va, NEED_UREAD)
    const value = word === 0 ? null : mem.read(word)
    cpu.mmuBusy = false
    if (value !== null) return value
    if ((yield* uvmFault(cpu, map, va, VM_PROT_READ, false)) !== 0) return null
  }
}

/** Stores `value` to the user word at `va`, faulting as needed. May sleep. Returns 0, EFAULT, EACCES or ENOMEM. */
export function* userStore(cpu: VmCpu, map: VmMapRef, va: number, value: number): Sleeps<number> {
  const { mem } = cpu
  for (;;) {
    if (!userEnter(cpu, map, va)) return EFAULT
    cpu.mmuBusy = true
    const word = userTranslate(cpu, va, NEED_UWRITE)
    if (word !== 0) mem.write(word, value)
    cpu.mmuBusy = false
    if (word !== 0) return 0
    const error = yield* uvmFault(cpu, map, va, VM_PROT_WRITE, false)
    if (error !== 0) return error
  }
}

/**
 * Word that the kernel address `va` translates to; panics if the kernel may not access it so (stacks cannot be
 * faulted in while running on them). The caller has set `mmuBusy`, and clears it when it has used the word.
 */
function kvaToWord(cpu: VmCpu, va: number, write: boolean): Addr {
  const need = write ? NEED_KWRITE : NEED_KREAD
  const pte = tlbLookup(cpu, va, need) || mmuWalk(cpu, cpu.config.kernelPmap, va, need)
  if (pte === 0) panic('trap: kernel page fault')
  return wordOf(cpu, pte, va)
}

/** Loads the kernel word at `va`. */
export function kvaLoad(cpu: VmCpu, va: number): number {
  const { mem } = cpu
  cpu.mmuBusy = true
  const value = mem.read(kvaToWord(cpu, va, false))
  cpu.mmuBusy = false
  return value
}

/** Stores `value` to the kernel word at `va`. */
export function kvaStore(cpu: VmCpu, va: number, value: number): void {
  const { mem } = cpu
  cpu.mmuBusy = true
  mem.write(kvaToWord(cpu, va, true), value)
  cpu.mmuBusy = false
}

/** memset: stores `value` to the `words` kernel words at `va`, which all lie in one page (asserted). */
export function kvaFill(cpu: VmCpu, va: number, words: number, value: number): void {
  const { mem } = cpu
  kassert((va & (PAGE_SIZE - 1)) + words * 4 <= PAGE_SIZE, 'within one page')
  cpu.mmuBusy = true
  mem.fill(kvaToWord(cpu, va, true), words, value)
  cpu.mmuBusy = false
}

/** Wire count of the page that the kernel maps at `va`, or 0 if it maps none. Takes no lock: a hint. */
export function kvaWireCount(cpu: VmCpu, va: number): number {
  const { mem } = cpu
  const pteAddr = pmapPteAddr(cpu, cpu.config.kernelPmap, va)
  const pte = pteAddr === 0 ? 0 : mem.load(pteAddr)
  if ((pte & PG_V) === 0) return 0
  const pg = physToVmPage(cpu, pte & PG_FRAME)
  return pg === 0 ? 0 : mem.read(pg + PG_WIRE_COUNT)
}
