import { mutexSpinInit } from '@holdfast/atomics-sync'
import type { Addr, Arena } from '@holdfast/atomics-sync'
import { DISK_XFER_WORDS } from './disk.js'
import {
  UVMEXP_FREE,
  UVMEXP_NPAGES,
  UVMEXP_NSWAPDEV,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_RESERVE_PAGEDAEMON,
  UVM_FPAGEQLOCK,
  UVM_PAGEQLOCK,
  UVM_PAGE_FREE,
  UVM_SWAPOUT_ENABLED,
} from './globals.js'
import { RESERVE_KERNEL_PER_CPU, RESERVE_PAGEDAEMON, defaultFreemin } from './mm-params.js'
import type { MmParams } from './mm-params.js'
import { PAGE_WORDS } from './param.js'
import {
  DISK_LOCK,
  UVMEXP_SWPAGES,
  UVMEXP_SWPGAVAIL,
  UVM_SWAP_DATA_LOCK,
  UVM_SWAP_HAND,
} from './pdaemon-globals.js'
import { pglistInsertTail } from './pglist.js'
import { uvmpdTune } from './uvm-pdaemon.js'
import { uvmpdpolTune } from './uvm-pdpolicy-clock.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_PQFLAGS, PQ_FREE, VM_PAGE_WORDS } from './vm-page.js'

/** Where the frames, the swap device and its disk are, and their tunables. */
export interface PagesConfig {
  readonly frameBase: Addr
  readonly vmPages: Addr
  readonly mm: Readonly<Record<string, number>>
}

/** Reserves frames, their vm_page records, the swap device and its disk; the frames come last. */
export function allocPages(arena: Arena, params: MmParams): PagesConfig {
  const vmPages = arena.array('vm_page', 'vm_page', VM_PAGE_WORDS, params.physmem)
  const diskXfers = arena.array('disk transfers', 'disk_xfer', DISK_XFER_WORDS, params.physmem)
  const swapSlots = arena.words('swap slots', params.swapPages + 1)
  const swapBase = arena.words('swap device', (params.swapPages + 1) * PAGE_WORDS)
  const frameBase = arena.words('frames', params.physmem * PAGE_WORDS, PAGE_WORDS)
  return {
    frameBase,
    vmPages,
    mm: {
      diskXfers,
      swapSlots,
      swapBase,
      swapPages: params.swapPages,
      diskTicks: params.diskTicks,
      hz: params.hz ?? 100,
      freemin: params.freemin ?? defaultFreemin(params),
      swapout: params.swapout ?? 1,
      debug: params.debug ?? 0,
    },
  }
}

/** uvm_page_init, uvm_cpu_attach and uvm_swap_init: all frames free, reserves and targets set, swap empty. */
export function bootPages(cpu: VmCpu): void {
  const { mem } = cpu
  const { config } = cpu
  mutexSpinInit(mem, UVM_PAGEQLOCK)
  mutexSpinInit(mem, UVM_FPAGEQLOCK)
  mutexSpinInit(mem, UVM_SWAP_DATA_LOCK)
  mutexSpinInit(mem, DISK_LOCK)

  for (let frame = 0; frame < config.physmem; frame++) {
    const pg = config.vmPages + frame * VM_PAGE_WORDS
    mem.write(pg + PG_PQFLAGS, PQ_FREE)
    pglistInsertTail(mem, UVM_PAGE_FREE, pg)
  }
  mem.write(UVMEXP_NPAGES, config.physmem)
  mem.write(UVMEXP_FREE, config.physmem)
  mem.write(UVMEXP_RESERVE_KERNEL, RESERVE_KERNEL_PER_CPU * config.ncpu)
  mem.write(UVMEXP_RESERVE_PAGEDAEMON, RESERVE_PAGEDAEMON)
  uvmpdTune(cpu)
  uvmpdpolTune(cpu)

  const swapPages = config.mm['swapPages'] as number
  mem.write(UVMEXP_NSWAPDEV, swapPages > 0 ? 1 : 0)
  mem.write(UVMEXP_SWPAGES, swapPages)
  mem.write(UVMEXP_SWPGAVAIL, swapPages)
  mem.write(UVM_SWAP_HAND, 1)
  mem.write(UVM_SWAPOUT_ENABLED, config.mm['swapout'] as number)
}
