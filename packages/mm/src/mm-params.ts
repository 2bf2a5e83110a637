/** The size of a machine, as far as memory is concerned. Every number is a whole one. */
export interface MmParams {
  /** CPUs, 1 to 256. */
  readonly ncpu: number
  /** Managed page frames. */
  readonly physmem: number
  /** Slots of the swap device, in pages; 0: no swap device. */
  readonly swapPages: number
  /** Clock ticks a disk command takes; 0: transfers complete before the call that starts them returns. */
  readonly diskTicks: number
  /** Clock ticks in a second. Default 100. */
  readonly hz?: number
  /** Pages the pagedaemon keeps free. Default: as uvmpd_tune, but at most a sixteenth of memory. */
  readonly freemin?: number
  /** sysctl vm.swapout: 0 keeps the pagedaemon from swapping LWPs out. Default 1. */
  readonly swapout?: number
  /** options DEBUG: a pagedaemon that waits for itself is a panic. Default 0. */
  readonly debug?: number
  /** Most processes, LWPs, map entries and anons there can be at a time; the pools are sized by them. */
  readonly maxproc?: number
  readonly maxlwp?: number
  readonly maxEntries?: number
  readonly maxAnons?: number
}

/** Pages of the kernel's reserve per CPU (vm_page_reserve_kernel). */
export const RESERVE_KERNEL_PER_CPU = 5
/** Pages of the pagedaemon's reserve. */
export const RESERVE_PAGEDAEMON = 1

/** uvmpd_tune: freemin of a machine for which none is given, before the reserve raises it. In pages. */
export function defaultFreemin(params: MmParams): number {
  // 0.5 % of memory, between 128 KB and 1 MB, for each CPU; the scan frees up to 16/3 of it, which must be
  // there.
  const perCpu = Math.min(Math.max(Math.trunc(params.physmem / 200), 32), 256)
  return Math.min(perCpu * params.ncpu, params.physmem >> 4)
}

/** Fewest frames such a machine works with: both reserves, the kernel's page tables, and some. */
export function minPhysmem(ncpu: number): number {
  return RESERVE_KERNEL_PER_CPU * ncpu + RESERVE_PAGEDAEMON + 64
}

/** Throws RangeError, naming the field, the value and what is allowed. */
export function checkMmParams(params: MmParams): void {
  check('ncpu', params.ncpu, 1, 256)
  check('physmem', params.physmem, minPhysmem(params.ncpu), 0x4_0000)
  check('swapPages', params.swapPages, 0, 0x4_0000)
  check('diskTicks', params.diskTicks, 0, 1_000_000)
  check('hz', params.hz ?? 100, 8, 100_000)
  if (params.freemin !== undefined) check('freemin', params.freemin, 0, params.physmem >> 1)
}

function check(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${field} is ${value}; a whole number from ${least} to ${most} is allowed`)
}
