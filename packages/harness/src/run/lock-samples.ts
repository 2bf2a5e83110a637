import { RW_THREAD } from '@holdfast/atomics-sync'
import type { Mem } from '@holdfast/atomics-sync'
import type { MachineImage } from '@holdfast/cpu'

/** Words of locks with an owner or readers, and with somebody who waits (mutex.ts, rwlock.ts of atomics-sync: the low bits are flags of both). */
const WAITERS = 1

/** How often a class of locks was seen held, and waited for, as shares of all looks. */
export interface HotLock {
  readonly name: string
  readonly held: number
  readonly waited: number
}

/** Looks at the words of all locks now and then: which are held tells which are hot, at no cost to the CPUs. */
export class LockSamples {
  private readonly mem: Mem
  private readonly words: readonly { readonly addr: number; readonly number: number }[]
  private readonly names: readonly string[]
  private readonly held: Float64Array
  private readonly waited: Float64Array
  private looks = 0

  constructor(mem: Mem, { lockClasses: { names, classOf } }: Pick<MachineImage, 'lockClasses'>) {
    this.mem = mem
    this.names = names
    this.held = new Float64Array(names.length)
    this.waited = new Float64Array(names.length)
    const words: { addr: number; number: number }[] = []
    // A lock may have more words than its first.
    for (const [addr, number] of classOf.entries())
      if (number !== 0 && classOf[addr - 1] !== number) words.push({ addr, number })
    this.words = words
  }

  look(): void {
    this.looks++
    const held = new Set<number>()
    const waited = new Set<number>()
    for (const { addr, number } of this.words) {
      const word = this.mem.load(addr)
      // One that is destroyed is negative.
      if (word <= 0 || (word & RW_THREAD) === 0) continue
      held.add(number)
      if ((word & WAITERS) !== 0) waited.add(number)
    }
    for (const number of held) this.held[number] = (this.held[number] as number) + 1
    for (const number of waited) this.waited[number] = (this.waited[number] as number) + 1
  }

  /** Those most often waited for, then most often held. */
  hottest(most: number): HotLock[] {
    const all = Math.max(1, this.looks)
    return this.names
      .map((name, number) => ({
        name,
        held: (this.held[number] as number) / all,
        waited: (this.waited[number] as number) / all,
      }))
      .filter(({ held }) => held > 0)
      .sort((a, b) => b.waited - a.waited || b.held - a.held)
      .slice(0, most)
  }
}
