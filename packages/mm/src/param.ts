/**
 * Sizes and limits of the memory system. Addresses and lengths are bytes, as in C; a word is 4 bytes.
 *
 * User space lies below kernel space and both below 2 GB, so that an address fits a signed word.
 */
export const PAGE_SIZE = 4096
export const PAGE_SHIFT = 12
export const PAGE_WORDS = PAGE_SIZE / 4
/** Bounds of user space and, from its end on, of the kernel map, in bytes (vmparam.h). */
export const VM_MIN_ADDRESS = 0x0000_1000
export const VM_MAXUSER_ADDRESS = 0x4000_0000
export const VM_MIN_KERNEL_ADDRESS = 0x4000_0000
/** 64 MB of kernel map, whose 16 page-table pages are allocated at boot. */
export const VM_MAX_KERNEL_ADDRESS = 0x4400_0000
/** Protections, and the kind of access that faulted (uvm_prot.h). */
export const VM_PROT_NONE = 0
export const VM_PROT_READ = 1
export const VM_PROT_WRITE = 2
export const VM_PROT_EXECUTE = 4
/** Which way a transfer goes, as seen from memory (sys/buf.h). */
export const B_READ = 1
export const B_WRITE = 0

/** Page number of the page that holds `addr`, as an address (`trunc_page`). */
export function truncPage(addr: number): number {
  return addr & ~(PAGE_SIZE - 1)
}

/** First page boundary at or after `addr` (`round_page`). */
export function roundPage(addr: number): number {
  return (addr + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1)
}

/** Pages in `bytes`, rounded down (`atop`). */
export function atop(bytes: number): number {
  return bytes >> PAGE_SHIFT
}

/** Bytes in `pages` (`ptoa`). */
export function ptoa(pages: number): number {
  return pages << PAGE_SHIFT
}
