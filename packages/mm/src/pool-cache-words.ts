import { layout } from '@holdfast/atomics-sync'
import type { Addr, Arena } from '@holdfast/atomics-sync'
import type { VmCpu } from './vm-cpu.js'

/**
 * The words of a pool cache, and where they are. In this order, each part 16-word aligned:
 *
 *     | pool_cache | pool_cache_cpu of each CPU | groups | idle objects |
 */
export const {
  PC_LOCK,
  PC_FULLGROUPS,
  PC_EMPTYGROUPS,
  PC_NFULL,
  PC_NEMPTY,
  PC_FLAGS,
  PC_HITS,
  PC_MISSES,
  PC_CONTENDED,
  PC_ALLOCATOR,
  PC_CTOR,
  PC_ITEMBYTES,
  PC_PR_LOCK,
  PC_PR_NIDLE,
  PC_PR_NITEMS,
  PC_PCG_FREE,
  PC_DUMMY,
  POOL_CACHE_WORDS,
} = layout('pool_cache', {
  PC_LOCK: { lock: 'atomic', isLock: true }, // adaptive: the depot
  PC_FULLGROUPS: 'PC_LOCK',
  PC_EMPTYGROUPS: { lock: 'PC_LOCK', unlocked: 'a hint whether to allocate a group first' },
  PC_NFULL: 'PC_LOCK',
  PC_NEMPTY: 'PC_LOCK',
  PC_FLAGS: 'stable',
  PC_HITS: 'PC_LOCK',
  PC_MISSES: 'PC_LOCK',
  PC_CONTENDED: 'PC_LOCK',
  PC_ALLOCATOR: 'stable',
  PC_CTOR: 'stable',
  PC_ITEMBYTES: 'stable',
  PC_PR_LOCK: { lock: 'atomic', isLock: true }, // spin: the pool below, and the groups not in use
  PC_PR_NIDLE: 'PC_PR_LOCK', // idle objects
  PC_PR_NITEMS: { lock: 'PC_PR_LOCK', unlocked: 'read for reports' }, // objects the backend has given
  PC_PCG_FREE: 'PC_PR_LOCK', // groups not in use
  PC_DUMMY: { lock: 'stable', words: 3 }, // a group of size 0: always empty, yet always full
})

export const { CC_CURRENT, CC_PREVIOUS, CC_HITS, CC_MISSES, POOL_CACHE_CPU_WORDS } = layout(
  'pool_cache_cpu',
  {
    CC_CURRENT: 'private',
    CC_PREVIOUS: 'private',
    CC_HITS: 'private',
    CC_MISSES: 'private',
  },
)

/** Objects of a full group. */
export const PCG_SIZE = 4

export const { PCG_NEXT, PCG_AVAIL, PCG_MAX, PCG_OBJECTS, PCG_WORDS } = layout('pcg', {
  PCG_NEXT: 'PC_LOCK',
  PCG_AVAIL: 'pcg', // the CPU's that has it, or PC_LOCK
  PCG_MAX: 'stable', // 0 in the dummy
  PCG_OBJECTS: { lock: 'pcg', words: PCG_SIZE },
})

/** A pool cache: where it lies and how many objects it can have, in one number. Opaque. */
export type PoolCacheRef = number

const ADDR_RANGE = 2 ** 26

/**
 * Reserves a pool cache of at most `maxObjects` objects (up to 65,535) for `ncpu` CPUs. Throws RangeError.
 */
export function poolCacheAlloc(arena: Arena, name: string, ncpu: number, maxObjects: number): PoolCacheRef {
  if (!Number.isInteger(maxObjects) || maxObjects < 1 || maxObjects > 65_535) {
    throw new RangeError(`pool cache '${name}': maxObjects is ${maxObjects}; 1 to 65535 is allowed`)
  }
  const base = arena.array(`pool_cache ${name}`, 'pool_cache', align16(POOL_CACHE_WORDS), 1)
  arena.array(`${name} cpus`, 'pool_cache_cpu', POOL_CACHE_CPU_WORDS, ncpu)
  arena.array(`${name} groups`, 'pcg', PCG_WORDS, groupCount(ncpu, maxObjects))
  arena.words(`${name} idle objects`, maxObjects)
  return base / 16 + ADDR_RANGE * maxObjects
}

/** Two groups a CPU, and enough for the depot to hold every object in full groups. */
export function groupCount(ncpu: number, maxObjects: number): number {
  return 2 * ncpu + Math.ceil(maxObjects / PCG_SIZE)
}

function align16(words: number): number {
  return (words + 15) & ~15
}

/** The most objects the cache can have. */
export function maxObjectsOf(pc: PoolCacheRef): number {
  return Math.floor(pc / ADDR_RANGE)
}

/** Address of the cache's record. */
export function cacheOf(pc: PoolCacheRef): Addr {
  return (pc - Math.floor(pc / ADDR_RANGE) * ADDR_RANGE) * 16
}

/** Address of the record of CPU 0 (pool_cache_cpu). */
export function cpusOf(pc: PoolCacheRef): Addr {
  return cacheOf(pc) + align16(POOL_CACHE_WORDS)
}

/** Address of the first group. */
export function groupsOf(cpu: VmCpu, pc: PoolCacheRef): Addr {
  return cpusOf(pc) + align16(POOL_CACHE_CPU_WORDS * cpu.config.ncpu)
}

/** Address of the table of idle objects. */
export function idleOf(cpu: VmCpu, pc: PoolCacheRef): Addr {
  return groupsOf(cpu, pc) + align16(PCG_WORDS * groupCount(cpu.config.ncpu, maxObjectsOf(pc)))
}
