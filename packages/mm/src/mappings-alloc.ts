import type { Arena } from '@holdfast/atomics-sync'
import type { MmParams } from './mm-params.js'
import { VM_MAX_KERNEL_ADDRESS, VM_MIN_KERNEL_ADDRESS, atop } from './param.js'
import { PMAP_WORDS, PV_ENTRY_WORDS, PV_LOCKS, PV_LOCK_WORDS } from './pmap-layout.js'
import { NBPD_L2 } from './pmap-pte.js'
import { poolAlloc } from './pool.js'
import { MM_CPU_WORDS } from './tlb.js'
import { VM_AMAP_WORDS } from './uvm-amap.js'
import { VM_ANON_WORDS } from './uvm-anon.js'
import { UVM_AOBJ_WORDS } from './uvm-aobj.js'
import { VMSPACE_WORDS, VM_MAP_ENTRY_WORDS, VM_MAP_WORDS } from './uvm-map-layout.js'

export { bootMappings } from './mappings-boot.js'

/** Most items a static pool can have. */
const POOL_MOST = 131_071

/** Page-table pages of the kernel map. */
const KERNEL_PTPS = (VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS) / NBPD_L2
const KERNEL_PAGES = atop(VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS)

/** How many of each structure a machine gets. */
interface MappingCounts {
  readonly maxproc: number
  readonly maxEntries: number
  readonly maxAmaps: number
  readonly maxAnons: number
  readonly maxPvs: number
}

/** The sizes of the pools where `params` leave them open. */
function mappingCounts(params: MmParams): MappingCounts {
  const maxproc = params.maxproc ?? 64
  const maxEntries = params.maxEntries ?? maxproc * 8 + (params.maxlwp ?? maxproc * 4) + 64
  // Every frame and every slot may hold a page of its own, and a page that a fork shares has one anon.
  const maxAnons = Math.min(params.maxAnons ?? params.physmem + params.swapPages, POOL_MOST)
  // Each frame may be mapped by several processes.
  const maxPvs = Math.min(params.physmem * 4 + 256, POOL_MOST)
  return { maxproc, maxEntries, maxAmaps: maxEntries, maxAnons, maxPvs }
}

/**
 * Reserves what the mappings need: the kernel's map, pmap and object, proc0's vmspace, each CPU's TLB and mailbox,
 * and the pools. Returns the addresses and sizes by name. Run once, before the words exist.
 */
export function allocMappings(arena: Arena, params: MmParams): Record<string, number> {
  const counts = mappingCounts(params)
  const mmCpuWords = (MM_CPU_WORDS + 15) & ~15
  return {
    mmCpus: arena.array('mm_cpu', 'mm_cpu', mmCpuWords, params.ncpu),
    mmCpuWords,
    pvLocks: arena.array('pv_lock', 'pv_lock', PV_LOCK_WORDS, PV_LOCKS),
    kernelMap: arena.array('kernel_map', 'vm_map', VM_MAP_WORDS, 1),
    kernelPmap: arena.array('kernel_pmap', 'pmap', PMAP_WORDS, 1),
    proc0Vmspace: arena.array('vmspace0', 'vmspace', VMSPACE_WORDS, 1),
    kernelObject: arena.array('uvm_kernel_object', 'uvm_aobj', UVM_AOBJ_WORDS, 1),
    kernelObjectPages: arena.words('uvm_kernel_object pages', KERNEL_PAGES),
    kernelObjectSlots: arena.words('uvm_kernel_object slots', KERNEL_PAGES),
    kernelPtps: KERNEL_PTPS,
    maxPmaps: counts.maxproc,
    pmapPool: poolAlloc(arena, 'pmap', PMAP_WORDS, counts.maxproc),
    pvPool: poolAlloc(arena, 'pv_entry', PV_ENTRY_WORDS, counts.maxPvs),
    vmspacePool: poolAlloc(arena, 'vmspace', VMSPACE_WORDS, counts.maxproc),
    mapEntryPool: poolAlloc(arena, 'vm_map_entry', VM_MAP_ENTRY_WORDS, counts.maxEntries),
    amapPool: poolAlloc(arena, 'vm_amap', VM_AMAP_WORDS, counts.maxAmaps),
    anonPool: poolAlloc(arena, 'vm_anon', VM_ANON_WORDS, counts.maxAnons),
  }
}
