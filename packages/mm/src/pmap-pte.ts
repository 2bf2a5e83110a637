import type { Addr } from '@holdfast/atomics-sync'
import type { VmCpu } from './vm-cpu.js'

/**
 * Page-table entries, and how to reach one.
 *
 *     31                 12 11 10  9  8  7  6  5  4  3  2   1   0
 *    +---------------------+--+--+--+-----+--+--+-----+--+---+---+
 *    |  frame address      |  |PV| W|     | D| A|     | U| RW| V |
 *    +---------------------+--+--+--+-----+--+--+-----+--+---+---+
 *
 * Both levels have this form and lie in page frames: a page directory of 1024 entries, each for 4 MB, whose
 * page tables have 1024 entries, each for a page. The MMU sets A on the first access and D on the first write,
 * by compare-and-swap, before it loads its TLB. Hence the rule every shootdown rests on: an entry whose A is
 * clear is in no TLB.
 */
export const PG_V = 0x001
export const PG_RW = 0x002
export const PG_U = 0x004
/** Accessed (hardware). */
export const PG_A = 0x020
/** Modified (hardware). */
export const PG_D = 0x040
/** Wired (software). */
export const PG_W = 0x200
/** The mapping is on its page's list of mappings (software). */
export const PG_PVLIST = 0x400
export const PG_FRAME = ~0xfff

export const PTES_PER_PAGE = 1024
/** Bytes that one page-directory entry maps. */
export const NBPD_L2 = PTES_PER_PAGE * 4096
/** Directory entries of user space: below VM_MAXUSER_ADDRESS. */
export const PDIR_USER_ENTRIES = 256
/** Address of a `struct pmap`. */
export type PmapRef = Addr

/** Index into the page directory. */
export function pdIndex(va: number): number {
  return va >>> 22
}

/** Index into the page table. */
export function ptIndex(va: number): number {
  return (va >>> 12) & (PTES_PER_PAGE - 1)
}

/** Word address of the first word of the frame at physical address `pa` (low bits of an entry are ignored). */
export function frameWord(cpu: VmCpu, pa: number): Addr {
  return cpu.config.frameBase + ((pa & PG_FRAME) >>> 2)
}
