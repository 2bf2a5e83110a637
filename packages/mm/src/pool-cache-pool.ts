import { kassert, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import {
  PCG_NEXT,
  PC_PCG_FREE,
  PC_PR_LOCK,
  PC_PR_NIDLE,
  PC_PR_NITEMS,
  cacheOf,
  idleOf,
  maxObjectsOf,
} from './pool-cache-words.js'
import type { PoolCacheRef } from './pool-cache-words.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * The pool below a pool cache (subr_pool.c): idle objects, not constructed, and groups not in use. Its page
 * is the size of one object, so an idle object is an idle page, which is kept until the pool is reclaimed.
 */

/** What is below a pool cache (struct pool_allocator) and how its objects are made (the constructor). */
export interface PoolAllocator {
  /** pa_alloc: a new object, or 0. With PR_WAITOK in `flags` it may wait. */
  alloc(cpu: VmCpu, pool: PoolCacheRef, flags: number): Sleeps<number>
  /** pa_free: gives an object back to the backend. */
  free(cpu: VmCpu, pool: PoolCacheRef, addr: number): Sleeps<void>
  /** The constructor: returns 0, or an error, upon which the object goes back to the pool. */
  ctor(cpu: VmCpu, arg: number, obj: number, flags: number): Sleeps<number>
}

/**
 * pool_get (subr_pool.c): an idle object, or a new one of the backend. Not constructed. Returns 0 if it has
 * none.
 */
export function* poolTake(cpu: VmCpu, pc: PoolCacheRef, table: PoolAllocator, flags: number): Sleeps<number> {
  const { mem } = cpu
  const cache = cacheOf(pc)
  const idle = idlePop(cpu, pc)
  if (idle !== 0) return idle
  const object = yield* table.alloc(cpu, pc, flags)
  // The backend may have slept, and objects may have come back meanwhile.
  if (object === 0) return idlePop(cpu, pc)
  mutexSpinEnter(cpu, cache + PC_PR_LOCK)
  const nitems = mem.read(cache + PC_PR_NITEMS) + 1
  mem.write(cache + PC_PR_NITEMS, nitems)
  mutexSpinExit(cpu, cache + PC_PR_LOCK)
  if (nitems > maxObjectsOf(pc)) panic(`pool cache of ${maxObjectsOf(pc)} objects: the backend gave one more`)
  return object
}

/** Takes an idle object of the pool, or 0. */
export function idlePop(cpu: VmCpu, pc: PoolCacheRef): number {
  const { mem } = cpu
  const cache = cacheOf(pc)
  let object = 0
  mutexSpinEnter(cpu, cache + PC_PR_LOCK)
  const nidle = mem.read(cache + PC_PR_NIDLE)
  if (nidle !== 0) {
    object = mem.read(idleOf(cpu, pc) + nidle - 1)
    mem.write(cache + PC_PR_NIDLE, nidle - 1)
  }
  mutexSpinExit(cpu, cache + PC_PR_LOCK)
  return object
}

/** pool_put (subr_pool.c): the object becomes idle; as with an unlimited high-water mark it is kept. */
export function poolReturn(cpu: VmCpu, pc: PoolCacheRef, object: number): void {
  const { mem } = cpu
  const cache = cacheOf(pc)
  mutexSpinEnter(cpu, cache + PC_PR_LOCK)
  const nidle = mem.read(cache + PC_PR_NIDLE)
  kassert(nidle < maxObjectsOf(pc), 'pool_put: more objects than there are')
  mem.write(idleOf(cpu, pc) + nidle, object)
  mem.write(cache + PC_PR_NIDLE, nidle + 1)
  mutexSpinExit(cpu, cache + PC_PR_LOCK)
}

/** pool_get(pcgpool, PR_NOWAIT): a group not in use, or 0. */
export function groupGet(cpu: VmCpu, cache: Addr): Addr {
  const { mem } = cpu
  mutexSpinEnter(cpu, cache + PC_PR_LOCK)
  const group = mem.read(cache + PC_PCG_FREE)
  if (group !== 0) mem.write(cache + PC_PCG_FREE, mem.read(group + PCG_NEXT))
  mutexSpinExit(cpu, cache + PC_PR_LOCK)
  return group
}

/** pool_put(pcgpool): the group, empty, is not in use any more. */
export function groupPut(cpu: VmCpu, cache: Addr, group: Addr): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, cache + PC_PR_LOCK)
  mem.write(group + PCG_NEXT, mem.read(cache + PC_PCG_FREE))
  mem.write(cache + PC_PCG_FREE, group)
  mutexSpinExit(cpu, cache + PC_PR_LOCK)
}
