import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  EventRing,
  allocEvents,
  countsOf,
  lastEvents,
  spinDepthOf,
  totalCounts,
  withShownDepth,
} from './events.js'

test('a reader sees exactly the last events of each CPU, oldest first (at most 256)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 300 }), (n, limit) => {
      const buffer = allocEvents(2)
      const ring = new EventRing(buffer, 1)
      for (let k = 0; k < n; k++) {
        ring.setTick(k * 2)
        ring.record(3, k, k - 9)
      }
      const kept = Math.min(n, limit, 256)
      const expected = Array.from({ length: kept }, (_, at) => {
        const seq = n - kept + at
        return { seq, tick: seq * 2, kind: 3, a: seq, b: seq - 9 }
      })
      expect(lastEvents(buffer, 1, limit)).toEqual(expected)
      expect(lastEvents(buffer, 0)).toEqual([])
    }),
    { numRuns: 50 },
  )
})

test('counts of the CPUs add up, and one does not touch the other', () => {
  const buffer = allocEvents(2)
  const [one, two] = [new EventRing(buffer, 0), new EventRing(buffer, 1)]
  one.count(5, 2)
  two.count(5, 40)
  two.bump(1)
  expect(countsOf(buffer, 0).kernel[5]).toBe(2)
  expect(countsOf(buffer, 0).machine[1]).toBe(0)
  expect(totalCounts(buffer, 2).kernel[5]).toBe(42)
  expect(totalCounts(buffer, 2).machine[1]).toBe(1)
})

test('a CPU keeps its last 200 lines, each with its tick', () => {
  const ring = new EventRing(allocEvents(1), 0)
  ring.setTick(7)
  for (let n = 0; n < 1000; n++) ring.print(`line ${n}`)
  expect(ring.messages()).toHaveLength(200)
  expect(ring.messages()[0]).toBe('[7] line 800')
  expect(ring.messages()[199]).toBe('[7] line 999')
})

test('a shown spin depth is that of the CPU, keeps the rest of it, and is seen in its section alone', () => {
  const buffer = allocEvents(2)
  const cpu = withShownDepth({ spinDepth: 1, self: 40 }, buffer, 1)
  expect(spinDepthOf(buffer, 1)).toBe(1)
  cpu.spinDepth++
  expect([cpu.spinDepth, cpu.self, spinDepthOf(buffer, 1), spinDepthOf(buffer, 0)]).toEqual([2, 40, 2, 0])
  expect(countsOf(buffer, 1)).toEqual(countsOf(allocEvents(1), 0))
  expect(lastEvents(buffer, 1)).toEqual([])
})
