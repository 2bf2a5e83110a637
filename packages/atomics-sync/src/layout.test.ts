import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arena } from './arena.js'
import { globals, layout, layoutOf } from './layout.js'

test('fields lie in order, without overlap or gap, and the size is the next multiple of 4 (200 layouts)', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 16, max: 400 }), (words, quarter) => {
      const specs = Object.fromEntries(words.map((size, i) => [`F${i}`, { lock: 'atomic', words: size }]))
      const record: Record<string, number> = layout('probe', specs)
      const fixed: Record<string, number> = globals('fixed', quarter * 4, specs)
      let offset = 0
      for (const [i, size] of words.entries()) {
        expect(record[`F${i}`]).toBe(offset)
        expect(fixed[`F${i}`]).toBe(quarter * 4 + offset)
        offset += size
      }
      expect(record['PROBE_WORDS']).toBe(Math.ceil(offset / 4) * 4)
      expect(layoutOf('fixed').base).toBe(quarter * 4)
      expect(layoutOf('probe').words).toBe(offset)
    }),
    { numRuns: 200 },
  )
  expect(() => layoutOf('nothing')).toThrow("no layout is called 'nothing'")
})

test('regions lie above the reserved words, in order, aligned and apart, and none is handed out once frozen (200 arenas)', () => {
  const request = fc.record({
    words: fc.nat(100),
    count: fc.nat(20),
    shift: fc.integer({ min: 4, max: 10 }),
    array: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.nat(1000), fc.array(request, { maxLength: 20 }), (reserved, requests) => {
      const arena = new Arena(reserved)
      let end = reserved
      for (const { words, count, shift, array } of requests) {
        const base = array ? arena.array('a', 'probe', words, count) : arena.words('w', words, 1 << shift)
        expect(base).toBeGreaterThanOrEqual(end)
        expect(base % (array ? 16 : 1 << shift)).toBe(0)
        end = base + (array ? words * count : words)
        expect(arena.size).toBeGreaterThanOrEqual(end)
      }
      expect(arena.freeze()).toHaveLength(requests.length)
      expect(() => arena.words('late', 1)).toThrow("'late' is allocated after boot")
    }),
    { numRuns: 200 },
  )
  expect(() => new Arena(0).words('w', -1)).toThrow("'w' is -1 words; a whole number from 0 is allowed")
})

test('a field that is also written without its lock is also read without it, for the same reason', () => {
  layout('unlocked_probe', {
    F_READ: { lock: 'a', unlocked: 'why read' },
    F_WRITE: { lock: 'a', unlockedWrites: 'why written' },
    F_NEVER: 'a',
  })
  const [read, write, never] = layoutOf('unlocked_probe').fields
  expect([read?.unlocked, read?.unlockedWrites]).toEqual(['why read', undefined])
  expect([write?.unlocked, write?.unlockedWrites]).toEqual(['why written', 'why written'])
  expect([never?.unlocked, never?.unlockedWrites]).toEqual([undefined, undefined])
})
