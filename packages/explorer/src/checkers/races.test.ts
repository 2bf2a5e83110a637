import { expect, test } from 'vitest'
import type { Coroutine, Target } from '../engine/target.js'
import { Races } from './races.js'
import type { RaceOptions } from './races.js'
import {
  add,
  awaits,
  copy,
  cvSignal,
  cvWait,
  exchange,
  fence,
  fill,
  handTarget,
  join,
  load,
  lock,
  notify,
  read,
  runAll,
  runOnce,
  spawn,
  spinWhile,
  store,
  tryLock,
  unlock,
  wait,
  write,
} from './testing/hand.js'
import type { Body } from './testing/hand.js'

/** The pairs of places that race, over all interleavings. */
function pairs(target: Target, options: RaceOptions = {}): string[] {
  const found = new Set<string>()
  runAll(target, [new Races(options)], (world) => {
    for (const report of world.reports) if (report.verdict === 'race') found.add(report.sites.join('-'))
  })
  return [...found].sort()
}

function increment(m: number, x: number): Body {
  return function* (t) {
    yield* lock(t, 1, m)
    yield* write(t, 3, x, (yield* read(t, 2, x)) + 1)
    yield* unlock(t, 4, m)
  }
}

test('counters under a lock have no race, in all interleavings', () => {
  expect(
    pairs(handTarget({ m: 1, x: 1 }, ({ m, x }) => [increment(m, x), increment(m, x), increment(m, x)])),
  ).toEqual([])
})

test('a counter without its lock races: both places, both steps, one report for each pair', () => {
  const bare = (x: number): Body =>
    function* (t) {
      yield* write(t, 3, x, (yield* read(t, 2, x)) + 1)
    }
  const target = handTarget({ x: 1 }, ({ x }) => [bare(x), bare(x)])
  expect(pairs(target)).toEqual(['2-3', '3-3'])
  const { reports } = runOnce(target, [0, 1, 0, 1], [new Races()])
  expect(reports.map(({ sites, steps }) => ({ sites, steps }))).toEqual([
    { sites: [2, 3], steps: [1, 2] },
    { sites: [3, 3], steps: [2, 3] },
  ])
  expect(reports[1]?.message).toBe(
    'T1 writes x at site 3, T2 writes it at site 3, and nothing orders the two',
  )
})

test('every race of an execution is named, also those behind the last access to the word', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      yield* write(t, 1, x, 1)
      yield* write(t, 2, x, 2)
      yield* read(t, 3, x)
    },
    function* (t) {
      yield* write(t, 4, x, 4)
    },
  ])
  const { reports } = runOnce(target, [0, 0, 0, 1], [new Races()])
  expect(reports.map(({ sites }) => sites.join('-'))).toEqual(['1-4', '2-4', '3-4'])
})

test('two readers do not race, a writer after both races with both', () => {
  const reader = (site: number, x: number): Body =>
    function* (t) {
      yield* read(t, site, x)
    }
  const target = handTarget({ x: 1 }, ({ x }) => [
    reader(1, x),
    reader(2, x),
    function* (t) {
      yield* write(t, 3, x, 1)
    },
  ])
  const { reports } = runOnce(target, [0, 1, 2], [new Races()])
  expect(reports.map(({ sites }) => sites.join('-'))).toEqual(['1-3', '2-3'])
})

/** A message: `data` is written, something is done that may publish it, something that may receive it, and it is read. */
function message(
  publish: (t: Parameters<Body>[0], flag: number) => Coroutine,
  receive: (t: Parameters<Body>[0], flag: number) => Coroutine,
): Target {
  return handTarget({ data: 1, flag: 1 }, ({ data, flag }) => [
    function* (t) {
      yield* write(t, 1, data, 1)
      yield* publish(t, flag)
    },
    function* (t) {
      yield* receive(t, flag)
      yield* read(t, 9, data)
    },
  ])
}

test('store and await, add and spin order; fences alone and plain flags do not', () => {
  const orders = (target: Target): boolean => pairs(target).length === 0
  const byStore = (t: Parameters<Body>[0], flag: number) => store(t, 2, flag, 1)
  const byAdd = (t: Parameters<Body>[0], flag: number) => add(t, 2, flag, 1)
  expect(orders(message(byStore, (t, flag) => awaits(t, 8, flag, 1)))).toBe(true)
  expect(orders(message(byAdd, (t, flag) => spinWhile(t, 8, flag, 0)))).toBe(true)
  expect(
    orders(
      message(
        (t) => fence(t, 2),
        (t) => fence(t, 8),
      ),
    ),
  ).toBe(false)
  expect(orders(message(byStore, (t, flag) => load(t, 8, flag)))).toBe(false)
  expect(
    pairs(
      message(
        (t, flag) => write(t, 2, flag, 1),
        (t, flag) => awaits(t, 8, flag, 1),
      ),
    ),
  ).toEqual(['1-9', '2-8'])
})

test('a store by another ends the release sequence, a read-modify-write goes on with it', () => {
  const relay = (between: (t: Parameters<Body>[0], flag: number) => Coroutine): Target =>
    handTarget({ data: 1, flag: 1 }, ({ data, flag }) => [
      function* (t) {
        yield* write(t, 1, data, 1)
        yield* store(t, 2, flag, 1)
      },
      function* (t) {
        yield* between(t, flag)
      },
      function* (t) {
        yield* awaits(t, 8, flag, 2)
        yield* read(t, 9, data)
      },
    ])
  const inOrder = [0, 0, 1, 2, 2]
  const races = (target: Target): number => runOnce(target, inOrder, [new Races()]).reports.length
  expect(races(relay((t, flag) => store(t, 5, flag, 2)))).toBe(1)
  expect(races(relay((t, flag) => add(t, 5, flag, 1)))).toBe(0)
  expect(races(relay((t, flag) => exchange(t, 5, flag, 2)))).toBe(0)
})

test('condition variables, notifications, spawn and join order', () => {
  const byCv = handTarget({ data: 1, m: 1, cv: 1, ready: 1 }, ({ data, m, cv, ready }) => [
    function* (t) {
      yield* lock(t, 1, m)
      while ((yield* read(t, 2, ready)) === 0) yield* cvWait(t, 3, cv, m)
      yield* unlock(t, 4, m)
      yield* read(t, 5, data)
    },
    function* (t) {
      yield* write(t, 6, data, 1)
      yield* lock(t, 7, m)
      yield* write(t, 8, ready, 1)
      yield* cvSignal(t, 9, cv)
      yield* unlock(t, 10, m)
    },
  ])
  expect(pairs(byCv)).toEqual([])
  const byNotify = handTarget({ data: 1, word: 1 }, ({ data, word }) => [
    function* (t) {
      yield* wait(t, 1, word, 0, Infinity)
      yield* read(t, 2, data)
    },
    function* (t) {
      yield* write(t, 3, data, 1)
      yield* notify(t, 4, word)
    },
  ])
  expect(pairs(byNotify)).toEqual([]) // where the notification comes first, the waiter sleeps for ever
  const timed = handTarget({ data: 1, word: 1 }, ({ data, word }) => [
    function* (t) {
      yield* wait(t, 1, word, 0, 10)
      yield* read(t, 2, data)
    },
    function* (t) {
      yield* write(t, 3, data, 1)
      yield* notify(t, 4, word)
    },
  ])
  expect(pairs(timed)).toEqual(['2-3'])
  const child = (x: number): Body =>
    function* (t) {
      yield* write(t, 2, x, 2)
    }
  const family = (joins: boolean): Target =>
    handTarget({ x: 1 }, ({ x }) => [
      function* (t) {
        yield* write(t, 1, x, 1)
        const thread = yield* spawn(t, 3, child(x))
        if (joins) yield* join(t, 4, thread)
        yield* read(t, 5, x)
      },
    ])
  expect(pairs(family(true))).toEqual([])
  expect(pairs(family(false))).toEqual(['2-5'])
})

test('a tryLock that succeeds orders, one that fails does not', () => {
  const target = handTarget({ m: 1, x: 1 }, ({ m, x }) => [
    increment(m, x),
    function* (t) {
      const got = yield* tryLock(t, 5, m)
      yield* write(t, got === 1 ? 6 : 7, x, 9)
      if (got === 1) yield* unlock(t, 8, m)
    },
  ])
  expect(pairs(target)).toEqual(['2-7', '3-7'])
})

test('ranges are plain accesses of each of their words', () => {
  const target = handTarget({ a: 4, b: 4 }, ({ a, b }) => [
    function* (t) {
      yield* fill(t, 1, a, 4, 7)
    },
    function* (t) {
      yield* copy(t, 2, b, a + 2, 2)
    },
    function* (t) {
      yield* write(t, 3, b + 1, 1)
      yield* write(t, 4, b + 3, 1)
    },
  ])
  expect(pairs(target)).toEqual(['1-2', '2-3'])
})

test('plain against atomic is a race unless it is declared not to be; atomics never race with each other', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      yield* add(t, 1, x, 1)
      yield* load(t, 2, x)
    },
    function* (t) {
      yield* store(t, 3, x, 5)
    },
    function* (t) {
      yield* write(t, 4, x, 6)
    },
  ])
  expect(pairs(target)).toEqual(['1-4', '2-4', '3-4'])
  expect(pairs(target, { mixed: false })).toEqual([])
})

test('races by design carry their reason, or cost nothing; ignored words are not looked at', () => {
  const target = handTarget({ x: 1, y: 1 }, ({ x, y }) => [
    function* (t) {
      yield* write(t, 1, x, 1)
      yield* write(t, 2, y, 1)
    },
    function* (t) {
      yield* read(t, 3, x)
      yield* read(t, 4, y)
    },
  ])
  const addrX = 8
  const unlockedReason = (addr: number): string | undefined => (addr === addrX ? 'a hint' : undefined)
  const all = runOnce(target, [], [new Races({ unlockedReason })]).reports
  expect(all.map(({ sites, byDesign }) => [sites.join('-'), byDesign])).toEqual([
    ['2-4', undefined],
    ['1-3', 'a hint'],
  ])
  const few = runOnce(target, [], [new Races({ unlockedReason, all: false })]).reports
  expect(few.map(({ sites }) => sites.join('-'))).toEqual(['2-4'])
  expect(runOnce(target, [], [new Races({ ignore: () => true })]).reports).toEqual([])
})

test('many threads: the clocks grow with them', () => {
  const target = handTarget({ x: 1, done: 1 }, ({ x, done }) =>
    Array.from(
      { length: 40 },
      (_, i): Body =>
        function* (t) {
          yield* read(t, 1, x)
          yield* add(t, 2, done, 1)
          if (i === 0) {
            yield* awaits(t, 3, done, 40)
            yield* write(t, 4, x, 1)
          }
          if (i === 1) yield* write(t, 5, x, 2)
        },
    ),
  )
  const { reports } = runOnce(target, [], [new Races()])
  expect(new Set(reports.map(({ sites }) => sites.join('-')))).toEqual(new Set(['1-5', '4-5']))
})
