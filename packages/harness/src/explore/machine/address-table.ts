import { layouts } from '@holdfast/atomics-sync'
import type { Addr, Field, Layout, Region } from '@holdfast/atomics-sync'

/** What lies at a word: a field of a record. */
export interface Placed {
  readonly layout: Layout
  readonly field: Field
}

/** Which field of which record each word of a machine is: a table, so that a checker may ask at every access. */
export class AddressTable {
  private readonly places: Placed[] = []
  private readonly placeOf: Uint16Array
  private readonly baseOf: Int32Array

  constructor(regions: readonly Region[], size: number, known: readonly Layout[] = layouts()) {
    this.placeOf = new Uint16Array(size)
    this.baseOf = new Int32Array(size)
    for (const layout of known) {
      const first = this.places.length + 1
      for (const field of layout.fields) this.places.push({ layout, field })
      if (layout.base !== undefined) this.lay(layout, first, layout.base)
      for (const region of regions) {
        if (region.layout !== layout.name) continue
        const stride = region.stride ?? region.words
        if (stride <= 0) continue
        for (let at = 0; at + layout.words <= region.words; at += stride)
          this.lay(layout, first, region.base + at)
      }
    }
  }

  /** The field at a word, or undefined: the word belongs to no record. */
  at(addr: Addr): Placed | undefined {
    const place = this.placeOf[addr] ?? 0
    return place === 0 ? undefined : this.places[place - 1]
  }

  /** Address of the record that the word belongs to, or 0. */
  base(addr: Addr): Addr {
    return this.baseOf[addr] ?? 0
  }

  private lay(layout: Layout, first: number, base: Addr): void {
    for (const [n, field] of layout.fields.entries()) {
      for (let word = 0; word < field.words; word++) {
        this.placeOf[base + field.offset + word] = first + n
        this.baseOf[base + field.offset + word] = base
      }
    }
  }
}
