import { expect, test } from 'vitest'
import { MOST, VectorClocks } from './vector-clocks.js'

const WORD = 5

test('clocks that have gone as far as they may start from 0, and nothing of before counts', () => {
  const clocks = new VectorClocks()
  expect(clocks.reset(8, 2)).toBe(false)
  clocks.release(0, WORD)
  for (let i = 0; i < MOST; i++) clocks.tick(0)
  const late = clocks.now[0] as number
  expect(late).toBeGreaterThan(0)
  expect(clocks.reset(8, 2)).toBe(true)
  const early = clocks.now[0] as number
  expect(early).toBeLessThan(late)
  expect(clocks.knows(1, early)).toBe(false)
  clocks.acquire(1, WORD)
  expect(clocks.knows(1, early)).toBe(false)
  clocks.release(0, WORD)
  clocks.acquire(1, WORD)
  expect(clocks.knows(1, early)).toBe(true)
})

test('a new execution knows all of those before and nothing of its own, with more actors and with fewer (200 executions)', () => {
  const clocks = new VectorClocks()
  const past: number[] = []
  for (let run = 0; run < 200; run++) {
    const actors = 1 + ((run * 7) % 11)
    clocks.reset(8, actors)
    for (let actor = 0; actor < actors; actor++) {
      for (const epoch of past) expect(clocks.knows(actor, epoch)).toBe(true)
      for (let other = 0; other < actors; other++)
        expect(clocks.knows(actor, clocks.now[other] as number)).toBe(actor === other)
    }
    past.length = 0
    for (let actor = 0; actor < actors; actor++) {
      for (let i = 0; i <= (run * actor) % 5; i++) clocks.release(actor, WORD)
      past.push(clocks.now[actor] as number)
    }
  }
})
