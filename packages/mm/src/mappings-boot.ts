import { kassert, mutexInit, mutexSpinInit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import {
  VM_MAXUSER_ADDRESS,
  VM_MAX_KERNEL_ADDRESS,
  VM_MIN_ADDRESS,
  VM_MIN_KERNEL_ADDRESS,
  atop,
  ptoa,
} from './param.js'
import { KERNEL_PTP_FRAME, pmapAllocFrame, pmapInit } from './pmap-core.js'
import { PM_PDIRPA, PV_LOCK, PV_LOCKS, PV_LOCK_WORDS } from './pmap-layout.js'
import { PDIR_USER_ENTRIES, PG_RW, PG_V, frameWord } from './pmap-pte.js'
import { tlbBootCpu } from './pmap-tlb.js'
import { UO_LOCK, UO_NPAGES, UO_PAGES, UO_SIZE, UO_SLOTS } from './uvm-aobj.js'
import { uvmMapSetup } from './uvm-map-entry.js'
import { uvmspaceInit } from './uvm-space.js'
import type { VmCpu } from './vm-cpu.js'
import { vmPageToPhys } from './vm-page.js'

/**
 * Builds the kernel's page tables, map and object, and proc0's address space; all CPUs are offline for shootdowns
 * until each calls tlbOnline. Run once, as CPU 0 on the main thread, when all frames are free.
 */
export function* bootMappings(cpu: VmCpu): Sleeps<void> {
  for (let id = 0; id < cpu.config.ncpu; id++) tlbBootCpu(cpu, id)
  bootPmap(cpu)
  uvmMapSetup(cpu, cpu.config.kernelMap, VM_MIN_KERNEL_ADDRESS, VM_MAX_KERNEL_ADDRESS, cpu.config.kernelPmap)
  bootKernelObject(cpu)
  // proc0 has no user space: whoever borrows its vmspace runs on the kernel's pmap.
  uvmspaceInit(cpu, cpu.config.proc0Vmspace, cpu.config.kernelPmap, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS)
}

/** pmap_bootstrap: the kernel's page directory, and page tables for all of the kernel map, which stay for ever. */
function bootPmap(cpu: VmCpu): void {
  const { mem } = cpu
  const { kernelPmap } = cpu.config
  const pvLocks = cpu.config.mm['pvLocks'] as number
  for (let i = 0; i < PV_LOCKS; i++) mutexSpinInit(mem, pvLocks + i * PV_LOCK_WORDS + PV_LOCK)
  pmapInit(cpu, kernelPmap, bootFrame(cpu))
  const pdir = frameWord(cpu, mem.read(kernelPmap + PM_PDIRPA))
  const kernelPtps = cpu.config.mm['kernelPtps'] as number
  for (let i = 0; i < kernelPtps; i++) {
    const pa = bootFrame(cpu)
    kassert(pa === ptoa(KERNEL_PTP_FRAME + i), 'pmap_bootstrap: the kernel page tables lie in a row')
    mem.write(pdir + PDIR_USER_ENTRIES + i, pa | PG_V | PG_RW)
  }
}

function bootFrame(cpu: VmCpu): number {
  const pg = pmapAllocFrame(cpu)
  kassert(pg !== 0, 'pmap_bootstrap: a frame for the kernel page tables')
  return vmPageToPhys(cpu, pg)
}

function bootKernelObject(cpu: VmCpu): void {
  const { mem } = cpu
  const uobj = cpu.config.mm['kernelObject'] as number
  mutexInit(mem, uobj + UO_LOCK)
  mem.write(uobj + UO_NPAGES, 0)
  mem.write(uobj + UO_SIZE, atop(VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS))
  mem.write(uobj + UO_PAGES, cpu.config.mm['kernelObjectPages'] as number)
  mem.write(uobj + UO_SLOTS, cpu.config.mm['kernelObjectSlots'] as number)
}
