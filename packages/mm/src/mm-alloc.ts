import type { Arena, Sleeps } from '@holdfast/atomics-sync'
import { allocMappings, bootMappings } from './mappings-alloc.js'
import { checkMmParams } from './mm-params.js'
import type { MmParams } from './mm-params.js'
import { allocPages, bootPages } from './pages-alloc.js'
import { uvmpdpolTune } from './uvm-pdpolicy-clock.js'
import type { MmConfig, VmCpu } from './vm-cpu.js'

/**
 * Reserves all the memory system needs, and says where it is. Run once, on the main thread, before the words
 * exist. Throws RangeError if `params` are impossible.
 */
export function allocMm(arena: Arena, params: MmParams): MmConfig {
  checkMmParams(params)
  const mappings = allocMappings(arena, params)
  const pages = allocPages(arena, params)
  return {
    ncpu: params.ncpu,
    physmem: params.physmem,
    frameBase: pages.frameBase,
    vmPages: pages.vmPages,
    kernelMap: mappings['kernelMap'] as number,
    kernelPmap: mappings['kernelPmap'] as number,
    proc0Vmspace: mappings['proc0Vmspace'] as number,
    mmCpus: mappings['mmCpus'] as number,
    mmCpuWords: mappings['mmCpuWords'] as number,
    mm: { ...mappings, ...pages.mm },
  }
}

/**
 * Makes the memory system ready: all frames free, the kernel's map and page tables built. Run once, on the
 * main thread as CPU 0, before any other CPU starts. It never has to wait.
 */
export function* bootMm(cpu: VmCpu): Sleeps<void> {
  bootPages(cpu)
  yield* bootMappings(cpu)
  uvmpdpolTune(cpu)
}
