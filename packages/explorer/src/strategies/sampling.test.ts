import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { explore } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { Pct } from './pct.js'
import { Pos } from './pos.js'
import { RandomWalk } from './random-walk.js'
import type { Strategy } from './strategy.js'
import { Surw } from './surw.js'
import { schedules } from './testing/drive.js'
import {
  accountBad,
  deadlock01,
  lateStore,
  reorder,
  spawning,
  twostage,
  writers,
  wronglock,
} from './testing/hand-written.js'

function rate(target: Target, strategy: Strategy, executions: number): number {
  return explore(target, { strategy, executions }).buggy / executions
}

function within(found: number, expected: number, executions: number): void {
  const sigma = Math.sqrt((expected * (1 - expected)) / executions)
  expect(Math.abs(found - expected)).toBeLessThan(4 * sigma)
}

/** Chi-square of how often each schedule came, against `total` equally likely ones. */
function chiSquare(found: readonly string[], total: number): number {
  const counts = new Map<string, number>()
  for (const schedule of found) counts.set(schedule, (counts.get(schedule) ?? 0) + 1)
  expect(counts.size).toBeLessThanOrEqual(total)
  const expected = found.length / total
  let sum = (total - counts.size) * expected
  for (const count of counts.values()) sum += (count - expected) ** 2 / expected
  return sum
}

/** A bound that chi-square of so many degrees exceeds with a probability below 1e-4 (Wilson and Hilferty). */
function chiBound(degrees: number): number {
  const t = 2 / (9 * degrees)
  return degrees * (1 - t + 3.72 * Math.sqrt(t)) ** 3
}

const RATES: readonly [Target, number][] = [
  [reorder(1, 1), 1 / 4],
  [reorder(2, 1), 20 / 81],
  [reorder(3, 1), 57 / 256],
  [twostage(), 1 / 64],
  [wronglock(), 29 / 128],
  [accountBad(), 1 / 3],
  [deadlock01(), 1 / 2],
]

const RUNS = 40_000

for (const [target, exact] of RATES) {
  test(`a random walk hits with its exact probability, within four sigma of ${RUNS}: ${target.name}`, () => {
    within(rate(target, new RandomWalk(11), RUNS), exact, RUNS)
  })
}

/** Actors and decisions (steps at which two could go on) of programs with a fault of this depth. */
const DEPTHS: readonly [Target, n: number, k: number, depth: number][] = [
  [reorder(1, 1), 2, 3, 2],
  [reorder(3, 1), 4, 7, 2],
  [reorder(9, 1), 10, 19, 2],
  [twostage(), 2, 13, 2],
  [wronglock(), 2, 9, 2],
  [deadlock01(), 2, 7, 2],
  [lateStore(20), 2, 21, 1],
]

for (const [target, n, k, depth] of DEPTHS) {
  test(`pct of depth ${depth} finds the fault of ${target.name} at least with 1/(${n} * ${k}^${depth - 1})`, () => {
    const least = 1 / (n * k ** (depth - 1))
    const runs = 20_000
    const sigma = Math.sqrt((least * (1 - least)) / runs)
    expect(rate(target, new Pct({ seed: 5, depth }), runs)).toBeGreaterThan(least - 4 * sigma)
  })
}

test('pct knows the number of decisions of a program from its first executions', () => {
  const strategy = new Pct({ seed: 1, depth: 3 })
  explore(writers(4, 4), { strategy, executions: 10 })
  expect(strategy.profile.decisions).toBeGreaterThanOrEqual(5)
  expect(strategy.profile.decisions).toBeLessThanOrEqual(7)
  expect(strategy.profile.steps).toBe(8)
})

test('pct finds a fault behind more decisions than its random walks had: peterson-plain under tso, each of 20 seeds', async () => {
  const { target } = await programSubject('program:peterson-plain')
  const engine = { memoryModel: 'tso' } as const
  let few = 0
  for (let seed = 0; seed < 20; seed++) {
    const strategy = new Pct({ seed, depth: 2 })
    expect(explore(target, { strategy, engine, executions: 3000 }).buggy).toBeGreaterThan(0)
    if (strategy.profile.decisions < 10) few++
  }
  expect(few).toBeGreaterThan(0) // the change point that it needs is the 10th or later
})

test('pct of depth 1 never changes to another while one can go on: each order of actors is as likely', () => {
  const found = schedules(writers(2, 2, 2), new Pct({ seed: 9, depth: 1 }), { most: 12_000 })
  expect(new Set(found).size).toBe(6)
  expect(chiSquare(found, 6)).toBeLessThan(chiBound(5))
})

test('pos: operations that all conflict come in each order as likely (6, 24 orders)', () => {
  for (const [target, orders] of [
    [writers(1, 1, 1), 6],
    [writers(1, 1, 1, 1), 24],
  ] as const) {
    const found = schedules(target, new Pos({ seed: 4 }), { most: 24_000 })
    expect(chiSquare(found, orders)).toBeLessThan(chiBound(orders - 1))
  }
})

test('pos: a store comes after k + 1 operations of another with 1/(k + 2), a random walk with 1/2^(k + 1)', () => {
  for (const k of [1, 3, 6, 20]) {
    within(rate(lateStore(k), new Pos({ seed: 4 }), 20_000), 1 / (k + 2), 20_000)
  }
  for (const k of [1, 3, 6]) within(rate(lateStore(k), new RandomWalk(4), 20_000), 1 / 2 ** (k + 1), 20_000)
})

/** Interleavings of threads of these lengths. */
function interleavings(...lengths: readonly number[]): number {
  let result = 1
  let sum = 0
  for (const length of lengths) for (let i = 1; i <= length; i++) result = (result * ++sum) / i
  return Math.round(result)
}

for (const lengths of [
  [1, 2, 3],
  [2, 6],
  [1, 1, 5],
]) {
  const total = interleavings(...lengths)
  for (const words of [1, Infinity]) {
    test(`${words === 1 ? 'surw' : 'urw'}: the ${total} interleavings of ${lengths.join(', ')} stores are equally likely (p > 1e-4)`, () => {
      const strategy = new Surw({ seed: 2, words })
      const found = schedules(writers(...lengths), strategy, { most: total * 400 })
      expect(chiSquare(found, total)).toBeLessThan(chiBound(total - 1))
    })
  }
}

test('a random walk is not: chi-square of 2 and 6 stores is beyond ten times the bound', () => {
  const found = schedules(writers(2, 6), new RandomWalk(2), { most: 28 * 400 })
  expect(chiSquare(found, 28)).toBeGreaterThan(10 * chiBound(27))
})

test('urw: a child that is spawned after some operations of its parent; the interleavings are equally likely', () => {
  const found = schedules(spawning(1, 3, 3), new Surw({ seed: 6, words: Infinity }), { most: 10 * 1000 })
  expect(new Set(found).size).toBe(10)
  expect(chiSquare(found, 10)).toBeLessThan(chiBound(9))
})

test('surw: the same, where the spawn itself is not counted', () => {
  const found = schedules(spawning(1, 3, 3), new Surw({ seed: 6 }), { most: 10 * 1000 })
  expect(chiSquare(found, 10)).toBeLessThan(chiBound(9))
})

test('surw and urw come to all 72 interleavings of twostage(1,1), though it blocks', () => {
  for (const words of [1, Infinity]) {
    const found = schedules(twostage(), new Surw({ seed: 6, words }), { most: 30_000 })
    expect(new Set(found).size).toBe(72)
  }
})

test('pos comes to all 90 interleavings of reorder(2,1)', () => {
  expect(new Set(schedules(reorder(2, 1), new Pos({ seed: 3 }), { most: 30_000 })).size).toBe(90)
})
