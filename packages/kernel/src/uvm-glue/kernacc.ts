import { type Sleeps, panic } from '@holdfast/atomics-sync'
import {
  B_READ,
  PAGE_SIZE,
  PMAP_WIRED,
  VM_PROT_READ,
  VM_PROT_WRITE,
  pmapEnter,
  pmapExtract,
  pmapUpdate,
  roundPage,
  truncPage,
  uvmMapCheckprot,
  vmMapLockRead,
  vmMapUnlockRead,
} from '@holdfast/mm'
import type { Cpu } from '../cpu.js'

/**
 * uvm_kernacc (uvm_glue.c): may the kernel access `len` bytes at `addr`? Used by /dev/kmem.
 *
 * Takes and releases kernel_map, read. May sleep. `rw` is B_READ or B_WRITE.
 */
export function* uvmKernacc(cpu: Cpu, addr: number, len: number, rw: number): Sleeps<boolean> {
  const prot = rw === B_READ ? VM_PROT_READ : VM_PROT_WRITE

  const saddr = truncPage(addr)
  const eaddr = roundPage(addr + len)
  yield* vmMapLockRead(cpu, cpu.config.kernelMap)
  const rv = uvmMapCheckprot(cpu, cpu.config.kernelMap, saddr, eaddr, prot)
  vmMapUnlockRead(cpu, cpu.config.kernelMap)

  return rv
}

/**
 * uvm_chgkprot (uvm_glue.c, options KGDB): changes the protection of the kernel's pages from `addr` to
 * `addr + len` (bytes), at the pmap, where a request to allow writing takes effect at once.
 *
 * Holds nothing, never sleeps. Panics on a page that is not mapped.
 */
export function uvmChgkprot(cpu: Cpu, addr: number, len: number, rw: number): void {
  const prot = rw === B_READ ? VM_PROT_READ : VM_PROT_READ | VM_PROT_WRITE
  const eva = roundPage(addr + len)
  for (let sva = truncPage(addr); sva < eva; sva += PAGE_SIZE) {
    const pa = pmapExtract(cpu, cpu.config.kernelPmap, sva)
    if (pa === -1) panic('uvm_chgkprot: invalid page')
    pmapEnter(cpu, cpu.config.kernelPmap, sva, pa, prot, PMAP_WIRED)
  }
  pmapUpdate(cpu)
}
