import type { Region } from './arena.js'
import type { Layout } from './layout.js'
import type { Addr } from './mem.js'

/** Which class of lock lies at each word. Plain data over shared memory: it crosses to workers by message. */
export interface LockClasses {
  /** Name of each class: the lock's field in lower case, as the C spells it. Class 0 is every other word. */
  readonly names: readonly string[]
  /** Word address -> number of its class. */
  readonly classOf: Uint16Array
}

/** Name of class 0. */
export const NO_CLASS = '(other)'

/**
 * Finds every lock in a word space of `size` words: the fields with `isLock` of each layout, in the records of the
 * regions that name the layout, and at the base of layouts that have one (globals). Locks of one field of one layout
 * are one class; fields of different layouts that share a name get the layout's name before it.
 *
 * A region whose layout is not among `layouts` has no locks that are known.
 */
export function lockClasses(
  layouts: readonly Layout[],
  regions: readonly Region[],
  size: number,
): LockClasses {
  const names = [NO_CLASS]
  const classOf = new Uint16Array(new SharedArrayBuffer(size * 2))
  const uses = new Map<string, number>()
  for (const { fields } of layouts) {
    for (const { name, isLock } of fields) if (isLock) uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  for (const layout of layouts) {
    const bases = basesOf(layout, regions)
    for (const field of layout.fields) {
      if (!field.isLock) continue
      const name = field.name.toLowerCase()
      const number = names.push((uses.get(field.name) ?? 0) > 1 ? `${layout.name}.${name}` : name) - 1
      for (const base of bases) classOf.fill(number, base + field.offset, base + field.offset + field.words)
    }
  }
  return { names, classOf }
}

function basesOf(layout: Layout, regions: readonly Region[]): Addr[] {
  const bases = layout.base === undefined ? [] : [layout.base]
  for (const region of regions) {
    if (region.layout !== layout.name) continue
    const stride = region.stride ?? region.words
    if (stride <= 0) continue
    for (let at = 0; at + layout.words <= region.words; at += stride) bases.push(region.base + at)
  }
  return bases
}
