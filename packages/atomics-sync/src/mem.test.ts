import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Mem } from './mem.js'

const SIZE = 64

/** A word space that holds 0 to 63, and a copy of it to work on word by word. */
function spaces(): { bulk: Mem; single: Mem } {
  const make = (): Mem => {
    const mem = new Mem(new SharedArrayBuffer(SIZE * 4))
    for (let addr = 0; addr < SIZE; addr++) mem.write(addr, addr)
    return mem
  }
  return { bulk: make(), single: make() }
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const at = fc.integer({ min: 0, max: SIZE })

test('fill is a write of each word of the range, and of no other (1,000 ranges)', () => {
  fc.assert(
    fc.property(at, at, word, (addr, end, value) => {
      const words = Math.max(end - addr, 0)
      const { bulk, single } = spaces()
      bulk.fill(addr, words, value)
      for (let n = 0; n < words; n++) single.write(addr + n, value)
      expect(bulk.words).toEqual(single.words)
    }),
    { numRuns: 1000 },
  )
})

test('copy moves what the range held before, overlapping or not (1,000 pairs of ranges)', () => {
  fc.assert(
    fc.property(at, at, at, (to, from, length) => {
      const words = Math.min(length, SIZE - to, SIZE - from)
      const { bulk, single } = spaces()
      bulk.copy(to, from, words)
      for (let n = 0; n < words; n++) single.write(to + n, from + n)
      expect(bulk.words).toEqual(single.words)
    }),
    { numRuns: 1000 },
  )
})
