import { MUTEX_BIT_SPIN, kassert, layout, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import type { Addr, Arena } from '@holdfast/atomics-sync'
import type { VmCpu } from './vm-cpu.js'

/**
 * Static pools: a fixed number of equal records, handed out and taken back under one spin lock.
 *
 *     | header | one link word per item | items |
 *
 * Links lie apart from the items, so that a freed item keeps its last words (those that still look at it see
 * what they would have seen in C) and an item put twice is noticed. Zeroed words are a valid pool that nobody
 * has used yet: the first user makes its lock, and items never handed out are taken in address order.
 */
const { PR_LOCK, PR_FREE, PR_FRESH, PR_NOUT, POOL_WORDS } = layout('pool', {
  PR_LOCK: { lock: 'atomic', isLock: true }, // spin
  PR_FREE: 'PR_LOCK', // 1 + index of the item freed last, 0: none
  PR_FRESH: 'PR_LOCK', // items handed out at least once
  PR_NOUT: { lock: 'PR_LOCK', unlocked: 'read for reports' }, // items handed out now
})

/** Link of an item that is handed out. */
const OUT = -1

/**
 * A pool: where it lies and its shape in one number, so that it fits where an address does and needs no
 * initialisation. Opaque: bits 0-25 are the address / 16, then 10 bits of item words, then 17 of items.
 */
export type PoolRef = number

const ADDR_RANGE = 2 ** 26
const WORDS_RANGE = 2 ** 10
const COUNT_RANGE = 2 ** 17

/** Reserves a pool of `count` (up to 131,071) items of `itemWords` (up to 1,023) words. Throws RangeError. */
export function poolAlloc(arena: Arena, name: string, itemWords: number, count: number): PoolRef {
  if (!Number.isInteger(itemWords) || itemWords < 1 || itemWords >= WORDS_RANGE) {
    throw new RangeError(`pool '${name}': itemWords is ${itemWords}; 1 to ${WORDS_RANGE - 1} is allowed`)
  }
  if (!Number.isInteger(count) || count < 1 || count >= COUNT_RANGE) {
    throw new RangeError(`pool '${name}': count is ${count}; 1 to ${COUNT_RANGE - 1} is allowed`)
  }
  const words = roundWords(itemWords)
  const header = arena.array(`pool ${name}`, 'pool', POOL_WORDS, 1)
  arena.words(`${name} links`, count)
  // A pool is called after the layout of its items, where they have one: so reports and lock statistics know them.
  arena.array(name, name, words, count)
  return header / 16 + ADDR_RANGE * (words + WORDS_RANGE * count)
}

/** Items start at multiples of 4 words: the low two bits of their addresses are free for flags. */
function roundWords(words: number): number {
  return (words + 3) & ~3
}

/** Address of the pool's header. */
export function poolHeader(pool: PoolRef): Addr {
  return (pool - Math.floor(pool / ADDR_RANGE) * ADDR_RANGE) * 16
}

function itemWordsOf(pool: PoolRef): number {
  return Math.floor(pool / ADDR_RANGE) % WORDS_RANGE
}

function countOf(pool: PoolRef): number {
  return Math.floor(pool / (ADDR_RANGE * WORDS_RANGE))
}

function linksOf(pool: PoolRef): Addr {
  return poolHeader(pool) + 16
}

function itemsOf(pool: PoolRef): Addr {
  return linksOf(pool) + ((countOf(pool) + 15) & ~15)
}

/**
 * pool_get(PR_NOWAIT) (subr_pool.c): an item, or 0 if all are out. Its words are as its last user left them.
 */
export function poolGet(cpu: VmCpu, pool: PoolRef): Addr {
  const { mem } = cpu
  const header = poolHeader(pool)
  const links = linksOf(pool)
  lockPool(cpu, header)
  let index: number
  const free = mem.read(header + PR_FREE)
  if (free !== 0) {
    index = free - 1
    mem.write(header + PR_FREE, mem.read(links + index))
  } else {
    index = mem.read(header + PR_FRESH)
    if (index === countOf(pool)) {
      mutexSpinExit(cpu, header + PR_LOCK)
      return 0
    }
    mem.write(header + PR_FRESH, index + 1)
  }
  mem.write(links + index, OUT)
  mem.write(header + PR_NOUT, mem.read(header + PR_NOUT) + 1)
  mutexSpinExit(cpu, header + PR_LOCK)
  return itemsOf(pool) + index * itemWordsOf(pool)
}

/** pool_put (subr_pool.c): takes an item back. Panics if it is none of this pool's, or is not out. */
export function poolPut(cpu: VmCpu, pool: PoolRef, item: Addr): void {
  const { mem } = cpu
  const header = poolHeader(pool)
  const links = linksOf(pool)
  const index = (item - itemsOf(pool)) / itemWordsOf(pool)
  kassert(
    Number.isInteger(index) && index >= 0 && index < countOf(pool),
    'pool_put: the item is of this pool',
  )
  lockPool(cpu, header)
  if (mem.read(links + index) !== OUT) panic(`pool_put: item ${item} is not allocated`)
  mem.write(links + index, mem.read(header + PR_FREE))
  mem.write(header + PR_FREE, index + 1)
  mem.write(header + PR_NOUT, mem.read(header + PR_NOUT) - 1)
  mutexSpinExit(cpu, header + PR_LOCK)
}

/** Items of the pool that are handed out now. Reads without the lock. */
export function poolNout(cpu: VmCpu, pool: PoolRef): number {
  const { mem } = cpu
  return mem.read(poolHeader(pool) + PR_NOUT)
}

/** Takes the pool's lock, which its first user makes. */
function lockPool(cpu: VmCpu, header: Addr): void {
  const { mem } = cpu
  if (mem.load(header + PR_LOCK) === 0) mem.cas(header + PR_LOCK, 0, MUTEX_BIT_SPIN)
  mutexSpinEnter(cpu, header + PR_LOCK)
}
