import type { Region } from '@holdfast/atomics-sync'
import { PAGE_WORDS, PG_A, PG_D, PG_FRAME, PG_RW, PG_U, PG_V, PG_W } from '@holdfast/mm'

/** Page tables lie in page frames: their words are those that this code touches. */
const THEIR_CODE = /\/(pmap[\w-]*|tlb|lwp-pmap)\.ts$/
const BITS = Object.entries({ PG_V, PG_RW, PG_U, PG_A, PG_D, PG_W })

/** Which words of a machine are entries of page tables, and what they say. */
export class PageTables {
  private readonly frames: Region | undefined

  constructor(regions: readonly Region[]) {
    this.frames = regions.find(({ label }) => label === 'frames')
  }

  /** `page 66.entry 12`, if the word lies in a page frame and is touched by the code in `file`; else undefined. */
  name(addr: number, file: string): string | undefined {
    const { frames } = this
    if (frames === undefined || addr < frames.base || addr >= frames.base + frames.words) return undefined
    if (!THEIR_CODE.test(file)) return undefined
    const at = addr - frames.base
    return `page ${Math.floor(at / PAGE_WORDS)}.entry ${at % PAGE_WORDS}`
  }

  /** `page 21 PG_V|PG_RW|PG_W` */
  text(entry: number): string {
    const bits = BITS.filter(([, bit]) => (entry & bit) !== 0).map(([bit]) => bit)
    if (bits.length === 0) return entry === 0 ? 'none' : String(entry)
    return `page ${(entry & PG_FRAME) >>> PAGE_SHIFT} ${bits.join('|')}`
  }
}

const PAGE_SHIFT = 12
