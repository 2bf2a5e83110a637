import { Arena, Panic } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { poolAlloc, poolGet, poolNout, poolPut } from './pool.js'
import { TestCpu } from './testing/test-cpu.js'
import type { MmConfig } from './vm-cpu.js'

function machine(itemWords: number, count: number) {
  const arena = new Arena(640)
  const before = arena.words('before', 100)
  const pool = poolAlloc(arena, 'things', itemWords, count)
  const after = arena.words('after', 16)
  const cpu = new TestCpu(new SharedArrayBuffer(arena.size * 4), { ncpu: 1 } as MmConfig)
  return { cpu, pool, before, after }
}

test('a pool hands out no item twice and every item once (1,000 random histories)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(), { maxLength: 120 }),
      (itemWords, count, choices) => {
        const { cpu, pool, before, after } = machine(itemWords, count)
        const out: number[] = []
        for (const choice of choices) {
          if (choice % 3 === 0 && out.length > 0) {
            poolPut(cpu, pool, out.splice(choice % out.length, 1)[0] as number)
          } else {
            const item = poolGet(cpu, pool)
            expect(item === 0).toBe(out.length === count)
            if (item === 0) continue
            expect(out).not.toContain(item)
            expect(item % 4).toBe(0)
            expect(item).toBeGreaterThan(before + 99)
            expect(item + itemWords).toBeLessThanOrEqual(after)
            for (const other of out) expect(Math.abs(other - item)).toBeGreaterThanOrEqual(itemWords)
            out.push(item)
          }
          expect(poolNout(cpu, pool)).toBe(out.length)
        }
        expect(cpu.spinDepth).toBe(0)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a freed item keeps its words, and putting it again is a panic', () => {
  const { cpu, pool } = machine(5, 3)
  const item = poolGet(cpu, pool)
  for (let word = 0; word < 5; word++) cpu.mem.write(item + word, 70 + word)
  poolPut(cpu, pool, item)
  expect([0, 1, 2, 3, 4].map((word) => cpu.mem.read(item + word))).toEqual([70, 71, 72, 73, 74])
  expect(() => poolPut(cpu, pool, item)).toThrow(Panic)
  expect(() => poolPut(machine(5, 3).cpu, pool, item + 1)).toThrow(Panic)
})

test('a pool of impossible shape is refused with the field, the value and what is allowed', () => {
  expect(() => poolAlloc(new Arena(640), 'x', 0, 1)).toThrow(/itemWords is 0; 1 to 1023 is allowed/)
  expect(() => poolAlloc(new Arena(640), 'x', 1, 0)).toThrow(/count is 0; 1 to 131071 is allowed/)
})
