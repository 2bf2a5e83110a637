import type { Region } from '@holdfast/atomics-sync'

/** The items of a static pool. Their links lie apart, one word each. */
export interface Pool {
  readonly name: string
  readonly items: number
  readonly words: number
  readonly links: number
  readonly count: number
  /** Words at the beginning of an item that are the same in all its lives. */
  readonly lasting: number
}

/** Link of an item that is handed out, as pool.ts has it. */
export const OUT = -1

/** What items are called in a report, by their layout. */
const NAMES: Readonly<Record<string, string>> = {
  pmap: 'the pmap',
  pv_entry: 'the mapping',
  vmspace: 'the address space',
  vm_map_entry: 'the map entry',
  vm_amap: 'the amap',
  vm_anon: 'the anon',
}

/** The lock of an anon is made with the item and kept (as C's constructor does): whoever frees the anon lets go of it afterwards. */
const LASTING: Readonly<Record<string, number>> = { vm_anon: 1 }

/** The static pools of a machine. */
export function poolsOf(regions: readonly Region[]): Pool[] {
  return regions.flatMap(({ layout }, n) => {
    const links = regions[n + 1]
    const items = regions[n + 2]
    if (layout !== 'pool' || links === undefined || items?.stride === undefined) return []
    const name = NAMES[items.layout ?? ''] ?? items.label
    const lasting = LASTING[items.layout ?? ''] ?? 0
    return [{ name, items: items.base, words: items.stride, links: links.base, count: links.words, lasting }]
  })
}
