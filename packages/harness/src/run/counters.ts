import type { Mem } from '@holdfast/atomics-sync'
import {
  UVMEXP_COWS,
  UVMEXP_FAULTS,
  UVMEXP_FREE,
  UVMEXP_PAGEINS,
  UVMEXP_PDFREED,
  UVMEXP_PGSWAPOUT,
  UVMEXP_PDREVS,
  UVMEXP_SHOOTDOWNS,
  UVMEXP_SWAPINS,
  UVMEXP_SWAPOUTS,
  UVMEXP_ZEROS,
} from '@holdfast/mm'
import type { MachineImage } from '@holdfast/cpu'
import { CI_NSWITCHES } from '@holdfast/kernel'
import type { Paging } from '../report/result.js'

/** The kernel's own counters: `struct uvmexp`, and each CPU's switches. */
export interface Counters {
  readonly swapins: number
  readonly swapouts: number
  readonly switches: number
  readonly shootdowns: number
  readonly paging: Paging
}

/** Reads the counters, while the machine runs or after it. */
export function readCounters(mem: Mem, image: MachineImage): Counters {
  const { cpuInfos, cpuInfoWords, ncpu } = image.config
  let switches = 0
  for (let cpu = 0; cpu < ncpu; cpu++) switches += mem.load(cpuInfos + cpu * cpuInfoWords + CI_NSWITCHES)
  return {
    swapins: mem.load(UVMEXP_SWAPINS),
    swapouts: mem.load(UVMEXP_SWAPOUTS),
    switches,
    shootdowns: mem.load(UVMEXP_SHOOTDOWNS),
    paging: {
      faults: mem.load(UVMEXP_FAULTS),
      pageins: mem.load(UVMEXP_PAGEINS),
      pageouts: mem.load(UVMEXP_PGSWAPOUT),
      zeroFilled: mem.load(UVMEXP_ZEROS),
      copied: mem.load(UVMEXP_COWS),
      pagedaemonRounds: mem.load(UVMEXP_PDREVS),
      pagesFreed: mem.load(UVMEXP_PDFREED),
      free: mem.load(UVMEXP_FREE),
    },
  }
}
