import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { Rng } from '../strategies/rng.js'
import { World } from '../engine/world.js'
import { explore } from '../explore.js'
import { OptimalDpor } from '../strategies/dpor/optimal-dpor.js'
import { RandomWalk } from '../strategies/random-walk.js'
import type { Strategy } from '../strategies/strategy.js'
import { Livelock } from './livelock.js'
import { add, handTarget, load, runOnce, store, tryLock, unlock } from './testing/hand.js'
import type { Body } from './testing/hand.js'

/** Takes one lock, tries the other, and gives way. */
function polite(mine: number, other: number, site: number): Body {
  return function* (t) {
    for (;;) {
      while ((yield* tryLock(t, site, mine)) === 0);
      const both = yield* tryLock(t, site + 1, other)
      yield* unlock(t, site + 2, mine)
      if (both === 1) return
    }
  }
}

const dance = (): Target => handTarget({ a: 1, b: 1 }, ({ a, b }) => [polite(a, b, 1), polite(b, a, 11)])

test('two that give way to each other for ever: livelock, with the places of the loop', () => {
  const forever = Array.from({ length: 600 }, (_, i) => i % 2)
  const ran = runOnce(dance(), forever, [new Livelock()], { stepLimit: 600 })
  expect(ran.reports).toEqual([
    {
      verdict: 'livelock',
      message:
        'livelock: T1, T2 repeat the same 6 events for ever: site 1, site 2, site 3, site 11, site 12, site 13',
      sites: [1, 2, 3, 11, 12, 13],
      steps: [594, 599],
    },
  ])
})

test('threads that poll, mixed at random, are seen each by itself', () => {
  const poll = (x: number, site: number): Body =>
    function* (t) {
      while ((yield* load(t, site, x)) === 0) yield* store(t, site + 1, x, 0)
    }
  const target = handTarget({ x: 1 }, ({ x }) => [poll(x, 1), poll(x, 11)])
  const world = new World(target, { stepLimit: 2000 })
  const rng = new Rng(1)
  world.run({ choose: ({ choices, choiceCount }) => choices[rng.below(choiceCount)] as number }, [
    new Livelock(),
  ])
  expect(world.reports.map(({ verdict, sites }) => ({ verdict, sites }))).toEqual([
    { verdict: 'livelock', sites: [1, 2, 11, 12] },
  ])
})

test('a loop in which something changes is no livelock, and one that leaves out somebody who could go on is only suspected', () => {
  const counting = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      for (;;) yield* add(t, 1, x, 1)
    },
  ])
  expect(
    runOnce(counting, [], [new Livelock()], { stepLimit: 500 }).reports.map(({ verdict }) => verdict),
  ).toEqual(['stepLimit'])
  const starved = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      while ((yield* load(t, 1, x)) === 0);
    },
    (t) => store(t, 11, x, 1),
  ])
  const cut = runOnce(starved, [], [new Livelock()], { stepLimit: 500 })
  expect(cut.reports.map(({ verdict, message }) => [verdict, message])).toEqual([
    [
      'stepLimit',
      'livelock suspected: T1 repeats the same event, up to the limit of 500, while T2 could go on: site 1. What waits for another is to be written as an await',
    ],
  ])
})

test('a busy wait is suspected by dpor in its first execution; two that wait for each other so are a livelock by chance', () => {
  const wait = (x: number, y: number, site: number): Body =>
    function* (t) {
      while ((yield* load(t, site, x)) === 0);
      yield* store(t, site + 1, y, 1)
    }
  const target = handTarget({ a: 1, b: 1 }, ({ a, b }) => [wait(a, b, 1), wait(b, a, 11)])
  const run = (strategy: Strategy): readonly (readonly [string, string])[] => {
    const limits = { executions: 1, engine: { stepLimit: 2000 } }
    const { found } = explore(target, { strategy, observers: [new Livelock()], ...limits })
    return found.map(({ report }) => [report.verdict, report.message.slice(0, 18)] as const)
  }
  expect(run(new OptimalDpor())).toEqual([['stepLimit', 'livelock suspected']])
  expect(run(new RandomWalk(1))).toEqual([['livelock', 'livelock: T1, T2 r']])
})

test('an execution that ends is none of its business', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [(t) => store(t, 1, x, 1)])
  expect(runOnce(target, [], [new Livelock()]).reports).toEqual([])
})
