import { layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS } from './param.js'
import type { PmapRef } from './pmap-pte.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * The translation lookaside buffer of a CPU: two direct-mapped halves, user and kernel.
 *
 *     index      half * 32 + (page number & 31)
 *     tag word   generation << 19 | page number        matches only in the current generation
 *     pte word   the page-table entry as the MMU read it
 *
 * A half is flushed by advancing its generation, so that a context switch costs one store. Only the CPU itself
 * writes its entries: others ask by mailbox (pmap-tlb.ts). An entry is used for a write only if it has both
 * PG_RW and PG_D; otherwise the MMU walks again, which sets PG_D in memory.
 */
const TLB_HALF = 32
const GENERATION_SHIFT = 19
const LAST_GENERATION = (1 << (31 - GENERATION_SHIFT)) - 1
/** Ranges of more pages than this flush a half instead of its entries one by one. */
const FLUSH_ALL_PAGES = 32

/** MC_MBOX_OWNER of a CPU that takes no shootdowns: it uses no translation, and flushes before it does. */
export const MBOX_OFFLINE = -1

export const {
  MC_MBOX_OWNER,
  MC_MBOX_FULL,
  MC_MBOX_PMAP,
  MC_MBOX_SVA,
  MC_MBOX_EVA,
  MC_SENT,
  MC_ACKED,
  MC_PMAP,
  MC_USER_GEN,
  MC_KERNEL_GEN,
  MC_TLB,
  MM_CPU_WORDS,
} = layout('mm_cpu', {
  MC_MBOX_OWNER: 'atomic', // 0 free, MBOX_OFFLINE, or 1 + number of the sending CPU
  MC_MBOX_FULL: 'atomic', // 1 from when the request is complete until it is served
  MC_MBOX_PMAP: 'MC_MBOX_OWNER',
  MC_MBOX_SVA: 'MC_MBOX_OWNER',
  MC_MBOX_EVA: 'MC_MBOX_OWNER',
  MC_SENT: 'private', // requests this CPU has sent
  MC_ACKED: 'atomic', // of which served
  MC_PMAP: 'private', // the user pmap it translates through, or 0
  MC_USER_GEN: 'private',
  MC_KERNEL_GEN: 'private',
  MC_TLB: { lock: 'private', words: 2 * 2 * TLB_HALF },
})

/** Address of the memory system's record of CPU `id`. */
export function mmCpu(cpu: VmCpu, id: number): Addr {
  return cpu.config.mmCpus + id * cpu.config.mmCpuWords
}

function tlbEntry(mc: Addr, va: number): Addr {
  const half = va >= VM_MIN_KERNEL_ADDRESS ? TLB_HALF : 0
  return mc + MC_TLB + ((half + ((va >>> 12) & (TLB_HALF - 1))) << 1)
}

/** The cached entry for `va` if it has all bits of `need`, or 0. */
export function tlbLookup(cpu: VmCpu, va: number, need: number): number {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  const generation = mem.read(mc + (va >= VM_MIN_KERNEL_ADDRESS ? MC_KERNEL_GEN : MC_USER_GEN))
  const entry = tlbEntry(mc, va)
  if (mem.read(entry) !== ((generation << GENERATION_SHIFT) | (va >>> 12))) return 0
  const pte = mem.read(entry + 1)
  return (pte & need) === need ? pte : 0
}

/** Caches `pte` for `va`. */
export function tlbInsert(cpu: VmCpu, va: number, pte: number): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  const generation = mem.read(mc + (va >= VM_MIN_KERNEL_ADDRESS ? MC_KERNEL_GEN : MC_USER_GEN))
  const entry = tlbEntry(mc, va)
  mem.write(entry, (generation << GENERATION_SHIFT) | (va >>> 12))
  mem.write(entry + 1, pte)
}

/** Forgets every user translation of this CPU. */
export function tlbFlushUser(cpu: VmCpu): void {
  flushHalf(cpu, MC_USER_GEN, 0)
}

/** Forgets every kernel translation of this CPU. */
export function tlbFlushKernel(cpu: VmCpu): void {
  flushHalf(cpu, MC_KERNEL_GEN, TLB_HALF)
}

function flushHalf(cpu: VmCpu, generationField: number, half: number): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  const generation = mem.read(mc + generationField)
  if (generation < LAST_GENERATION) {
    mem.write(mc + generationField, generation + 1)
    return
  }
  for (let i = 0; i < TLB_HALF; i++) mem.write(mc + MC_TLB + ((half + i) << 1), 0)
  mem.write(mc + generationField, 1)
}

/** Forgets this CPU's translations of `sva` up to `eva` (bytes, page aligned) in `pmap`. */
export function tlbFlushRange(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  const kernel = pmap === cpu.config.kernelPmap
  if (!kernel && mem.read(mc + MC_PMAP) !== pmap) return
  if (eva - sva > FLUSH_ALL_PAGES * PAGE_SIZE) {
    if (kernel) tlbFlushKernel(cpu)
    else tlbFlushUser(cpu)
    return
  }
  for (let va = sva; va < eva; va += PAGE_SIZE) {
    const entry = tlbEntry(mc, va)
    if ((mem.read(entry) & ((1 << GENERATION_SHIFT) - 1)) === va >>> 12) mem.write(entry, 0)
  }
}
