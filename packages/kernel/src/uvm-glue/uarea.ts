import { NULL, type Sleeps, kassert, operations } from '@holdfast/atomics-sync'
import {
  PAGE_SIZE,
  PR_NOALIGN,
  PR_NOTOUCH,
  PR_WAITOK,
  type PoolAllocator,
  UVM_KMF_NOWAIT,
  UVM_KMF_PAGEABLE,
  UVM_KMF_TRYLOCK,
  UVM_KMF_WAITVA,
  VM_PROT_READ,
  VM_PROT_WRITE,
  poolCacheGet,
  poolCacheInit,
  poolCachePut,
  uvmFaultUnwire,
  uvmFaultWire,
  uvmKmAlloc,
  uvmKmFree,
} from '@holdfast/mm'
import type { Cpu, CpuInfoRef } from '../cpu.js'

const USPACE_ALIGN = 0
const IPL_NONE = 0
/** How reports name the backend and the constructor of the cache. */
const UAREA_ALLOCATOR = 1
const UAREA_CTOR = 1

/** uvm_uarea_cache (uvm_glue.c): the cache of u-areas. */
function uvmUareaCache(cpu: Cpu): number {
  return cpu.config.kern['uareaCache'] ?? NULL
}

/** USPACE: size of a u-area, in bytes. */
export function uspace(cpu: Cpu): number {
  return cpu.config.upages * PAGE_SIZE
}

/**
 * uarea_swapin (uvm_glue.c): wires the u-area at `addr`, bringing its pages in.
 *
 * Takes and releases kernel_map (read) and page locks; may sleep for memory and for the disk.
 * Returns 0 or an errno, with nothing wired.
 */
export function* uareaSwapin(cpu: Cpu, addr: number): Sleeps<number> {
  const { kernelMap } = cpu.config
  return yield* uvmFaultWire(cpu, kernelMap, addr, addr + uspace(cpu), VM_PROT_READ | VM_PROT_WRITE, 0)
}

/** uarea_swapout (uvm_glue.c): unwires the u-area at `addr`; its pages stay until they are taken. May sleep. */
export function* uareaSwapout(cpu: Cpu, addr: number): Sleeps<void> {
  yield* uvmFaultUnwire(cpu, cpu.config.kernelMap, addr, addr + uspace(cpu))
}

/** uarea_ctor (uvm_glue.c): a fresh u-area enters its cache wired. There is no destructor. */
export function* uareaCtor(cpu: Cpu, _arg: number, obj: number, flags: number): Sleeps<number> {
  kassert((flags & PR_WAITOK) !== 0, '(flags & PR_WAITOK) != 0')
  return yield* uareaSwapin(cpu, obj)
}

/** uarea_poolpage_alloc (uvm_glue.c): pageable kernel memory for one u-area, or 0. May sleep if PR_WAITOK. */
export function* uareaPoolpageAlloc(cpu: Cpu, _pool: number, flags: number): Sleeps<number> {
  return yield* uvmKmAlloc(
    cpu,
    cpu.config.kernelMap,
    uspace(cpu),
    USPACE_ALIGN,
    UVM_KMF_PAGEABLE | ((flags & PR_WAITOK) !== 0 ? UVM_KMF_WAITVA : UVM_KMF_NOWAIT | UVM_KMF_TRYLOCK),
  )
}

/** uarea_poolpage_free (uvm_glue.c): gives a u-area back to kernel_map, still wired as it is. May sleep. */
export function* uareaPoolpageFree(cpu: Cpu, _pool: number, addr: number): Sleeps<void> {
  yield* uvmKmFree(cpu, cpu.config.kernelMap, addr, uspace(cpu), UVM_KMF_PAGEABLE)
}

/** uvm_uarea_allocator (uvm_glue.c), with the cache's constructor. */
export const uvmUareaAllocator = operations<PoolAllocator>({
  alloc: uareaPoolpageAlloc,
  free: uareaPoolpageFree,
  ctor: uareaCtor,
})

/** uvm_uarea_init (uvm_glue.c): creates the cache of u-areas. Boot only. */
export function uvmUareaInit(cpu: Cpu): void {
  let flags = PR_NOTOUCH

  // PR_NOALIGN unless the backend's alignment suffices for the pool's page size.
  if ((USPACE_ALIGN === 0 && uspace(cpu) !== PAGE_SIZE) || USPACE_ALIGN % uspace(cpu) !== 0) {
    flags |= PR_NOALIGN
  }

  const itemBytes = uspace(cpu)
  poolCacheInit(cpu, uvmUareaCache(cpu), {
    itemBytes,
    align: USPACE_ALIGN,
    flags,
    name: 'uarea',
    allocator: UAREA_ALLOCATOR,
    ipl: IPL_NONE,
    ctor: UAREA_CTOR,
  })
}

/**
 * uvm_uarea_alloc (uvm_glue.c): a u-area, constructed and so in memory: the C returns true always, and the
 * address through its argument; here the address is the result. May sleep for memory.
 */
export function* uvmUareaAlloc(cpu: Cpu): Sleeps<number> {
  return yield* poolCacheGet(cpu, uvmUareaCache(cpu), uvmUareaAllocator, PR_WAITOK)
}

/** uvm_uarea_free (uvm_glue.c): gives the u-area at `uaddr` back, wired. `_ci` is unused, as in C. May sleep. */
export function* uvmUareaFree(cpu: Cpu, uaddr: number, _ci: CpuInfoRef): Sleeps<void> {
  yield* poolCachePut(cpu, uvmUareaCache(cpu), uvmUareaAllocator, uaddr)
}
