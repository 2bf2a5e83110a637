import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ddmin } from './ddmin.js'

test('of any list, exactly what is needed remains, for 500 lists', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200), { maxLength: 60 }), fc.array(fc.nat(60)), (items, places) => {
      const needed = new Set(places.flatMap((place) => items[place] ?? []))
      const passes = (part: readonly number[]): readonly number[] | undefined =>
        [...needed].every((each) => part.includes(each)) ? part : undefined
      expect(new Set(ddmin(items, passes))).toEqual(needed)
    }),
    { numRuns: 500 },
  )
})

test('three of 1,000 are found in fewer than 250 tries', () => {
  const items = Array.from({ length: 1000 }, (_, i) => i)
  let tries = 0
  const found = ddmin(items, (part) => {
    tries++
    return [17, 411, 903].every((each) => part.includes(each)) ? part : undefined
  })
  expect(found).toEqual([17, 411, 903])
  expect(tries).toBeLessThan(250)
})
