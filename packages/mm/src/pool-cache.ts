import {
  kassert,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinInit,
  mutexTryEnter,
} from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { groupGet, groupPut, idlePop, poolReturn, poolTake } from './pool-cache-pool.js'
import type { PoolAllocator } from './pool-cache-pool.js'
import {
  CC_CURRENT,
  CC_HITS,
  CC_MISSES,
  CC_PREVIOUS,
  PCG_AVAIL,
  PCG_MAX,
  PCG_NEXT,
  PCG_OBJECTS,
  PCG_SIZE,
  PCG_WORDS,
  PC_ALLOCATOR,
  PC_CONTENDED,
  PC_CTOR,
  PC_DUMMY,
  PC_EMPTYGROUPS,
  PC_FLAGS,
  PC_FULLGROUPS,
  PC_HITS,
  PC_ITEMBYTES,
  PC_LOCK,
  PC_MISSES,
  PC_NEMPTY,
  PC_NFULL,
  PC_PCG_FREE,
  PC_PR_LOCK,
  PC_PR_NITEMS,
  POOL_CACHE_CPU_WORDS,
  cacheOf,
  cpusOf,
  groupCount,
  groupsOf,
  maxObjectsOf,
} from './pool-cache-words.js'
import type { PoolCacheRef } from './pool-cache-words.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * pool_cache (subr_pool.c): constructed objects, kept near the CPU that freed them.
 *
 *     CPU:    current group | previous group     up to PCG_SIZE objects each; the CPU's alone, under splvm
 *     depot:  full groups, empty groups          under pc_lock, an adaptive mutex, tried before it is waited for
 *     pool:   idle objects, not constructed      under pr_lock; below it the backend (pa_alloc, pa_free)
 *
 * Get looks in that order; an object from the pool or the backend is constructed first. Put goes the other
 * way. There is no destructor: an object that falls back to the pool keeps what its constructor did, and is
 * constructed AGAIN when it next leaves it. The pool keeps idle objects until it is invalidated.
 */
export const PR_WAITOK = 0x01
export const PR_NOWAIT = 0x02
export const PR_NOTOUCH = 0x100
export const PR_NOALIGN = 0x400

/**
 * What pool_cache_init is told. `allocator` and `ctor` are numbers for reports; the functions come with each
 * call.
 */
export interface PoolCacheParams {
  readonly itemBytes: number
  readonly align: number
  readonly flags: number
  readonly name: string
  readonly allocator: number
  readonly ipl: number
  readonly ctor: number
}

/** pool_cache_init (subr_pool.c): makes the reserved words an empty cache. Before anybody else may use it. */
export function poolCacheInit(cpu: VmCpu, pc: PoolCacheRef, params: PoolCacheParams): void {
  const { mem } = cpu
  const cache = cacheOf(pc)
  mutexInit(mem, cache + PC_LOCK)
  mutexSpinInit(mem, cache + PC_PR_LOCK)
  mem.write(cache + PC_FLAGS, params.flags)
  mem.write(cache + PC_ALLOCATOR, params.allocator)
  mem.write(cache + PC_CTOR, params.ctor)
  mem.write(cache + PC_ITEMBYTES, params.itemBytes)
  for (let i = 0; i < cpu.config.ncpu; i++) {
    const cc = cpusOf(pc) + i * POOL_CACHE_CPU_WORDS
    mem.write(cc + CC_CURRENT, cache + PC_DUMMY)
    mem.write(cc + CC_PREVIOUS, cache + PC_DUMMY)
  }
  const groups = groupsOf(cpu, pc)
  for (let i = groupCount(cpu.config.ncpu, maxObjectsOf(pc)) - 1; i >= 0; i--) {
    const group = groups + i * PCG_WORDS
    mem.write(group + PCG_MAX, PCG_SIZE)
    mem.write(group + PCG_NEXT, mem.read(cache + PC_PCG_FREE))
    mem.write(cache + PC_PCG_FREE, group)
  }
}

/** splvm: holds interrupts off this CPU, and so everybody else off its groups. */
function splvm(cpu: VmCpu): void {
  cpu.spinDepth++
}

/** splx: undoes {@link splvm}. */
function splx(cpu: VmCpu): void {
  if (--cpu.spinDepth === 0) cpu.interrupts.poll(cpu)
}

/**
 * pool_cache_get (subr_pool.c): a constructed object; 0 only if the backend or the constructor fails. Hold no
 * spin mutex. May sleep for the depot's lock, and as the backend and the constructor may under `flags`.
 */
export function* poolCacheGet(
  cpu: VmCpu,
  pc: PoolCacheRef,
  table: PoolAllocator,
  flags: number,
): Sleeps<number> {
  const { mem } = cpu
  const cc = cpusOf(pc) + cpu.id * POOL_CACHE_CPU_WORDS
  for (;;) {
    splvm(cpu)
    let group = mem.read(cc + CC_CURRENT)
    let avail = mem.read(group + PCG_AVAIL)
    if (avail === 0) {
      // The previous group may have some: swap the two.
      const previous = mem.read(cc + CC_PREVIOUS)
      avail = mem.read(previous + PCG_AVAIL)
      if (avail !== 0) {
        mem.write(cc + CC_PREVIOUS, group)
        mem.write(cc + CC_CURRENT, previous)
        group = previous
      }
    }
    if (avail !== 0) {
      const object = mem.read(group + PCG_OBJECTS + avail - 1)
      mem.write(group + PCG_AVAIL, avail - 1)
      mem.write(cc + CC_HITS, mem.read(cc + CC_HITS) + 1)
      splx(cpu)
      return object
    }
    mem.write(cc + CC_MISSES, mem.read(cc + CC_MISSES) + 1)
    if (yield* getFromDepot(cpu, pc, cc)) continue

    const object = yield* poolTake(cpu, pc, table, flags)
    if (object === 0) return 0
    if ((yield* table.ctor(cpu, 0, object, flags)) !== 0) {
      poolReturn(cpu, pc, object)
      return 0
    }
    return object
  }
}

/**
 * The first half of pool_cache_get_slow: trades the CPU's empty group for a full one of the depot. Entered
 * under splvm, which it leaves. True: look again; false: the depot has none either.
 */
function* getFromDepot(cpu: VmCpu, pc: PoolCacheRef, cc: Addr): Sleeps<boolean> {
  const { mem } = cpu
  const cache = cacheOf(pc)
  if (!mutexTryEnter(cpu, cache + PC_LOCK)) {
    splx(cpu)
    yield* enterContended(cpu, cache)
    splvm(cpu)
    // We may have lost the CPU for a while: what we knew of its groups is out of date.
    if (mem.read(mem.read(cc + CC_CURRENT) + PCG_AVAIL) !== 0) {
      mutexExit(cpu, cache + PC_LOCK)
      splx(cpu)
      return true
    }
  }
  const full = mem.read(cache + PC_FULLGROUPS)
  if (full === 0) {
    mem.write(cache + PC_MISSES, mem.read(cache + PC_MISSES) + 1)
    mutexExit(cpu, cache + PC_LOCK)
    splx(cpu)
    return false
  }
  const current = mem.read(cc + CC_CURRENT)
  if (current !== cache + PC_DUMMY) {
    kassert(mem.read(current + PCG_AVAIL) === 0, 'cur->pcg_avail == 0')
    mem.write(current + PCG_NEXT, mem.read(cache + PC_EMPTYGROUPS))
    mem.write(cache + PC_EMPTYGROUPS, current)
    mem.write(cache + PC_NEMPTY, mem.read(cache + PC_NEMPTY) + 1)
  }
  kassert(mem.read(full + PCG_AVAIL) === mem.read(full + PCG_MAX), 'pcg->pcg_avail == pcg->pcg_size')
  mem.write(cc + CC_CURRENT, full)
  mem.write(cache + PC_FULLGROUPS, mem.read(full + PCG_NEXT))
  mem.write(cache + PC_HITS, mem.read(cache + PC_HITS) + 1)
  mem.write(cache + PC_NFULL, mem.read(cache + PC_NFULL) - 1)
  mutexExit(cpu, cache + PC_LOCK)
  splx(cpu)
  return true
}

/** Waits for the depot's lock after it could not be had at once. */
function* enterContended(cpu: VmCpu, cache: Addr): Sleeps<void> {
  const { mem } = cpu
  yield* mutexEnter(cpu, cache + PC_LOCK)
  mem.write(cache + PC_CONTENDED, mem.read(cache + PC_CONTENDED) + 1)
}

/**
 * pool_cache_put (subr_pool.c): takes a constructed object back. Hold no spin mutex. May sleep for the
 * depot's lock.
 */
export function* poolCachePut(
  cpu: VmCpu,
  pc: PoolCacheRef,
  _table: PoolAllocator,
  object: number,
): Sleeps<void> {
  const { mem } = cpu
  const cc = cpusOf(pc) + cpu.id * POOL_CACHE_CPU_WORDS
  for (;;) {
    splvm(cpu)
    let group = mem.read(cc + CC_CURRENT)
    if (mem.read(group + PCG_AVAIL) === mem.read(group + PCG_MAX)) {
      // The previous group may have room: swap the two.
      const previous = mem.read(cc + CC_PREVIOUS)
      if (mem.read(previous + PCG_AVAIL) !== mem.read(previous + PCG_MAX)) {
        mem.write(cc + CC_PREVIOUS, group)
        mem.write(cc + CC_CURRENT, previous)
        group = previous
      }
    }
    const avail = mem.read(group + PCG_AVAIL)
    if (avail !== mem.read(group + PCG_MAX)) {
      mem.write(group + PCG_OBJECTS + avail, object)
      mem.write(group + PCG_AVAIL, avail + 1)
      mem.write(cc + CC_HITS, mem.read(cc + CC_HITS) + 1)
      splx(cpu)
      return
    }
    mem.write(cc + CC_MISSES, mem.read(cc + CC_MISSES) + 1)
    if (yield* putToDepot(cpu, pc, cc)) continue
    poolReturn(cpu, pc, object)
    return
  }
}

/**
 * The first half of pool_cache_put_slow: trades the CPU's full group for an empty one. Entered under splvm,
 * which it leaves. True: look again; false: there is no empty group, so the object must go to the pool.
 */
function* putToDepot(cpu: VmCpu, pc: PoolCacheRef, cc: Addr): Sleeps<boolean> {
  const { mem } = cpu
  const cache = cacheOf(pc)
  const dummy = cache + PC_DUMMY
  let group = mem.read(cache + PC_EMPTYGROUPS) === 0 ? groupGet(cpu, cache) : 0
  if (!mutexTryEnter(cpu, cache + PC_LOCK)) {
    splx(cpu)
    yield* enterContended(cpu, cache)
    splvm(cpu)
    const current = mem.read(cc + CC_CURRENT)
    if (mem.read(current + PCG_AVAIL) !== mem.read(current + PCG_MAX)) {
      mutexExit(cpu, cache + PC_LOCK)
      if (group !== 0) groupPut(cpu, cache, group)
      splx(cpu)
      return true
    }
  }
  if (group === 0) {
    group = mem.read(cache + PC_EMPTYGROUPS)
    if (group !== 0) {
      mem.write(cache + PC_EMPTYGROUPS, mem.read(group + PCG_NEXT))
      mem.write(cache + PC_NEMPTY, mem.read(cache + PC_NEMPTY) - 1)
    }
  }
  if (group === 0) {
    mem.write(cache + PC_MISSES, mem.read(cache + PC_MISSES) + 1)
    mutexExit(cpu, cache + PC_LOCK)
    splx(cpu)
    return false
  }
  kassert(mem.read(group + PCG_AVAIL) === 0, 'pcg->pcg_avail == 0')
  const current = mem.read(cc + CC_CURRENT)
  if (mem.read(cc + CC_PREVIOUS) === dummy) {
    mem.write(cc + CC_PREVIOUS, group)
  } else {
    if (current !== dummy) {
      kassert(
        mem.read(current + PCG_AVAIL) === mem.read(current + PCG_MAX),
        'cur->pcg_avail == pcg->pcg_size',
      )
      mem.write(current + PCG_NEXT, mem.read(cache + PC_FULLGROUPS))
      mem.write(cache + PC_FULLGROUPS, current)
      mem.write(cache + PC_NFULL, mem.read(cache + PC_NFULL) + 1)
    }
    mem.write(cc + CC_CURRENT, group)
  }
  mem.write(cache + PC_HITS, mem.read(cache + PC_HITS) + 1)
  mutexExit(cpu, cache + PC_LOCK)
  splx(cpu)
  return true
}

/**
 * pool_cache_invalidate and pool_reclaim (subr_pool.c): gives what the depot and the pool have back to the
 * backend. The CPUs' own groups stay. May sleep.
 */
export function* poolCacheInvalidate(cpu: VmCpu, pc: PoolCacheRef, table: PoolAllocator): Sleeps<void> {
  const { mem } = cpu
  const cache = cacheOf(pc)
  yield* mutexEnter(cpu, cache + PC_LOCK)
  let group = mem.read(cache + PC_FULLGROUPS)
  mem.write(cache + PC_FULLGROUPS, 0)
  mem.write(cache + PC_NFULL, 0)
  mutexExit(cpu, cache + PC_LOCK)
  while (group !== 0) {
    const next = mem.read(group + PCG_NEXT)
    for (let i = mem.read(group + PCG_AVAIL) - 1; i >= 0; i--) {
      poolReturn(cpu, pc, mem.read(group + PCG_OBJECTS + i))
    }
    mem.write(group + PCG_AVAIL, 0)
    groupPut(cpu, cache, group)
    group = next
  }
  for (let object = idlePop(cpu, pc); object !== 0; object = idlePop(cpu, pc)) {
    mutexSpinEnter(cpu, cache + PC_PR_LOCK)
    mem.write(cache + PC_PR_NITEMS, mem.read(cache + PC_PR_NITEMS) - 1)
    mutexSpinExit(cpu, cache + PC_PR_LOCK)
    yield* table.free(cpu, pc, object)
  }
}
