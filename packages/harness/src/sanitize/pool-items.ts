import type { Addr, Region } from '@holdfast/atomics-sync'
import { OUT, type Pool, poolsOf } from '../explore/machine/pools.js'

/**
 * The items of static pools while the machine runs: which are free, and which are still their maker's own. An item belongs to the
 * LWP that was handed it until another was seen at it; as only some accesses are looked at, that may be late, so that an item
 * counts as its maker's for longer than it is: then a fault of the maker is not seen.
 */
export class PoolItems {
  private readonly pools: readonly Pool[]
  /** Number of the first item of each pool among all items. */
  private readonly firsts: readonly number[]
  private readonly words: Int32Array
  /** By item, shared by all CPUs: the LWP that was handed it, 0 if another has been at it. */
  private readonly makers: Int32Array

  constructor(regions: readonly Region[], words: Int32Array, makers: Int32Array) {
    this.pools = poolsOf(regions)
    let first = 0
    this.firsts = this.pools.map(({ count }) => (first += count) - count)
    this.words = words
    this.makers = makers
  }

  /** The name of the item that the word belongs to, if that is free. */
  freedItem(addr: Addr): string | undefined {
    for (const { name, items, words, count, links, lasting } of this.pools) {
      if (addr < items || addr >= items + words * count) continue
      const index = Math.floor((addr - items) / words)
      if ((addr - items) % words < lasting) return undefined
      return this.words[links + index] === OUT ? undefined : name
    }
    return undefined
  }

  /** Whether the word belongs to an item that is still `lwp`'s own; notes that `lwp` is at it. */
  isMakers(addr: Addr, lwp: number): boolean {
    const number = this.numberOf(addr)
    if (number < 0) return false
    const maker = this.makers[number] as number
    if (maker === lwp) return true
    if (maker !== 0) this.makers[number] = 0
    return false
  }

  /** An item's link has been written by `lwp`: it is handed out, or taken back. */
  linked(link: Addr, value: number, lwp: number): void {
    for (const [n, { links, count }] of this.pools.entries()) {
      if (link < links || link >= links + count) continue
      this.makers[(this.firsts[n] as number) + link - links] = value === OUT ? lwp : 0
    }
  }

  private numberOf(addr: Addr): number {
    for (const [n, { items, words, count }] of this.pools.entries())
      if (addr >= items && addr < items + words * count)
        return (this.firsts[n] as number) + Math.floor((addr - items) / words)
    return -1
  }
}
