import type { Addr } from './mem.js'

/** A stretch of the word space, and what lies in it. Plain data: it crosses to workers by message. */
export interface Region {
  readonly label: string
  readonly base: Addr
  readonly words: number
  /** Layout of the records in it, if it is an array of records. */
  readonly layout?: string
  /** Size of one record, in words; the region holds `words / stride` of them. */
  readonly stride?: number
}

/**
 * Hands out the word space during boot, in address order, and nothing after {@link freeze}.
 *
 * The first `reserved` words are not handed out: NULL and the globals live there.
 */
export class Arena {
  private next: Addr
  private frozen = false
  private readonly list: Region[] = []

  constructor(reserved: number) {
    this.next = align(reserved, 16)
  }

  /** `count` records of `stride` words, 16-word aligned, each starting zeroed. Throws once frozen. */
  array(label: string, layout: string, stride: number, count: number): Addr {
    return this.region({ label, base: this.next, words: stride * count, layout, stride })
  }

  /** `words` words, aligned to `alignment` words (a power of two, at least 16). Throws once frozen. */
  words(label: string, words: number, alignment = 16): Addr {
    this.next = align(this.next, alignment)
    return this.region({ label, base: this.next, words })
  }

  /** Size of the word space needed so far, in words. */
  get size(): number {
    return this.next
  }

  /** Ends allocation and returns the map of the space. */
  freeze(): readonly Region[] {
    this.frozen = true
    return this.list
  }

  private region(region: Region): Addr {
    if (this.frozen) throw new Error(`'${region.label}' is allocated after boot: the arena is frozen`)
    if (!Number.isInteger(region.words) || region.words < 0) {
      throw new RangeError(`'${region.label}' is ${region.words} words; a whole number from 0 is allowed`)
    }
    this.list.push(region)
    this.next = align(region.base + region.words, 16)
    return region.base
  }
}

function align(addr: Addr, alignment: number): Addr {
  return (addr + alignment - 1) & ~(alignment - 1)
}
