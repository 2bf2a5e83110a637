import { expect, test } from 'vitest'
import { Chunks } from './campaign-chunks.js'
import type { Chunk } from './campaign-chunks.js'
import type { Leg } from './campaign-plan.js'

function leg(share: number, exhaustive = false): Leg {
  return { strategy: { name: 'random', options: { seed: 1 } }, label: 'random', exhaustive, share }
}

function all(chunks: Chunks): Chunk[] {
  const found: Chunk[] = []
  for (let chunk = chunks.next(); chunk !== undefined; chunk = chunks.next()) found.push(chunk)
  return found
}

const SIZES = { smallest: 10, largest: 40 }

test('parts cover a number of executions exactly, each once, and grow up to the largest size', () => {
  const parts = all(new Chunks([leg(1)], 175, SIZES))
  expect(parts.map(({ first, executions }) => [first, executions])).toEqual([
    [0, 10],
    [10, 20],
    [30, 40],
    [70, 40],
    [110, 40],
    [150, 25],
  ])
})

test('legs take turns, each gets its share, and an exhaustive one is one part', () => {
  const parts = all(new Chunks([leg(0.5), leg(0.3, true), leg(0.2)], 100, SIZES))
  expect(parts.map(({ order }) => order)).toEqual(parts.map((_, i) => i))
  expect(parts.slice(0, 3).map((part) => part.leg)).toEqual([0, 1, 2])
  const of = (number: number): (number | undefined)[] =>
    parts.filter((part) => part.leg === number).map(({ executions }) => executions)
  expect([of(0), of(1), of(2)]).toEqual([[10, 20, 20], [30], [10, 10]])
})

test('every execution asked for is given out, however few there are (1 to 200, the six shares of a scenario)', () => {
  const legs = [0.2, 0.2, 0.15, 0.15, 0.15, 0.15].map((share) => leg(share))
  for (let asked = 1; asked <= 200; asked++) {
    const parts = all(new Chunks(legs, asked, SIZES))
    expect(parts.reduce((sum, { executions = 0 }) => sum + executions, 0)).toBe(asked)
    for (const [i, { share }] of legs.entries()) {
      const given = parts
        .filter((part) => part.leg === i)
        .reduce((sum, { executions = 0 }) => sum + executions, 0)
      expect(Math.abs(given - asked * share)).toBeLessThan(1)
    }
  }
})

test('without a number of executions a leg goes on until it is ended', () => {
  const chunks = new Chunks([leg(0.5), leg(0.5)], undefined, SIZES)
  for (let i = 0; i < 100; i++) expect(chunks.next()?.leg).toBe(i % 2)
  chunks.end(0)
  for (let i = 0; i < 10; i++) expect(chunks.next()?.leg).toBe(1)
  chunks.end(1)
  expect(chunks.next()).toBe(undefined)
})
