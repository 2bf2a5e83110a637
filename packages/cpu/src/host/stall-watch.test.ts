import { expect, test } from 'vitest'
import { StallWatch } from './stall-watch.js'

test('a machine that completes operations is never stalled, however long it runs', () => {
  const watch = new StallWatch(100)
  for (let at = 0; at < 10_000; at += 90) expect(watch.look('working', [at], false, at)).toBe('moving')
})

test('it is stalled once nothing was completed for longer than the limit while LWPs have work', () => {
  const watch = new StallWatch(100)
  expect(watch.look('working', [1, 2], false, 0)).toBe('moving')
  expect(watch.look('working', [1, 2], false, 100)).toBe('moving')
  expect(watch.look('working', [1, 2], false, 101)).toBe('stalled')
})

test('a rendezvous is no stall', () => {
  const watch = new StallWatch(100)
  for (let at = 0; at < 1000; at += 50) expect(watch.look('working', [1], true, at)).toBe('moving')
  expect(watch.look('working', [1], false, 1000)).toBe('moving')
})

test('done and quiet need three looks in a row that agree', () => {
  const watch = new StallWatch(100)
  expect(watch.look('done', [1], false, 0)).toBe('moving')
  expect(watch.look('working', [1], false, 1)).toBe('moving')
  expect([2, 3, 4].map((at) => watch.look('done', [1], false, at))).toEqual(['moving', 'moving', 'done'])
  const other = new StallWatch(100)
  expect([1, 2, 3].map((at) => other.look('quiet', [at], false, at))).toEqual(['moving', 'moving', 'moving'])
  expect([4, 5].map((at) => other.look('quiet', [3], false, at))).toEqual(['moving', 'quiet'])
})
