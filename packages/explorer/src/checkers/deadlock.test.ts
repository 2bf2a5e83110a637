import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { Deadlock } from './deadlock.js'
import {
  awaits,
  cvSignal,
  cvWait,
  handTarget,
  join,
  lock,
  notify,
  read,
  runAll,
  runOnce,
  spawn,
  store,
  load,
  unlock,
  wait,
  write,
} from './testing/hand.js'
import type { Body } from './testing/hand.js'
import type { Wait } from './waits.js'

function verdicts(target: Target): { message: string; verdict: string }[] {
  const found = new Map<string, { message: string; verdict: string }>()
  runAll(target, [new Deadlock()], (world) => {
    if (world.outcome === 'blocked') expect(world.reports).toHaveLength(1)
    else expect(world.reports).toEqual([])
    for (const { verdict, message, sites } of world.reports)
      found.set(`${verdict} ${sites.join()}`, { verdict, message })
  })
  return [...found.values()]
}

function nest(outer: number, inner: number, site: number): Body {
  return function* (t) {
    yield* lock(t, site, outer)
    yield* lock(t, site + 1, inner)
    yield* unlock(t, site + 2, inner)
    yield* unlock(t, site + 3, outer)
  }
}

test('two locks in two orders: the cycle, with where each waits and where the lock it wants was taken', () => {
  const target = handTarget({ a: 1, b: 1 }, ({ a, b }) => [nest(a, b, 1), nest(b, a, 11)])
  expect(verdicts(target)).toEqual([
    {
      verdict: 'deadlock',
      message:
        'deadlock: T1 waits for b at site 2, which T2 took at site 11; T2 waits for a at site 12, which T1 took at site 1',
    },
  ])
  expect(verdicts(handTarget({ a: 1, b: 1 }, ({ a, b }) => [nest(a, b, 1), nest(a, b, 11)]))).toEqual([])
})

test('a parent that holds what its child wants, and joins it', () => {
  const target = handTarget({ m: 1 }, ({ m }) => [
    function* (t) {
      yield* lock(t, 1, m)
      const child = yield* spawn(t, 2, function* (c) {
        yield* lock(c, 11, m)
      })
      yield* join(t, 3, child)
    },
  ])
  expect(verdicts(target).map(({ message }) => message)).toEqual([
    'deadlock: T1 waits for T2 to end at site 3, that is for T2; T2 waits for m at site 11, which T1 took at site 1',
  ])
})

test('a lock that its ended holder never gave back, and a word that nobody will write, are deadlocks too', () => {
  const kept = handTarget({ m: 1 }, ({ m }) => [
    (t) => lock(t, 1, m),
    function* (t) {
      yield* lock(t, 11, m)
      yield* unlock(t, 12, m)
    },
  ])
  expect(verdicts(kept)).toEqual([
    {
      verdict: 'deadlock',
      message: 'deadlock: T2 waits for m at site 11, which T1 took at site 1 and never gives back',
    },
  ])
  const never = handTarget({ x: 1 }, ({ x }) => [(t) => awaits(t, 1, x, 3)])
  expect(verdicts(never)).toEqual([
    { verdict: 'deadlock', message: 'deadlock: T1 waits for x to be 3 at site 1, and nobody will do that' },
  ])
})

test('wait once, signal once: the lost wake-up, and the signal that came too early', () => {
  const target = handTarget({ m: 1, cv: 1 }, ({ m, cv }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* cvWait(t, 2, cv, m)
      yield* unlock(t, 3, m)
    },
    (t) => cvSignal(t, 11, cv),
  ])
  expect(verdicts(target)).toEqual([
    {
      verdict: 'lostWakeup',
      message:
        'lost wake-up: T1 waits for a signal of cv at site 2, but T2 had sent it at site 11 before, when nobody waited',
    },
  ])
})

test('a condition looked at without the mutex: lost, and the predicate is named; with the mutex it holds', () => {
  const program = (locked: boolean): Target =>
    handTarget({ m: 1, cv: 1, ready: 1 }, ({ m, cv, ready }) => [
      function* (t) {
        if (!locked && (yield* load(t, 1, ready)) !== 0) return
        yield* lock(t, 2, m)
        if (!locked || (yield* load(t, 1, ready)) === 0) yield* cvWait(t, 3, cv, m)
        yield* unlock(t, 4, m)
      },
      function* (t) {
        yield* lock(t, 10, m)
        yield* store(t, 11, ready, 1)
        yield* cvSignal(t, 12, cv)
        yield* unlock(t, 13, m)
      },
    ])
  expect(verdicts(program(true))).toEqual([])
  expect(verdicts(program(false))).toEqual([
    {
      verdict: 'lostWakeup',
      message:
        'lost wake-up: T1 waits for a signal of cv at site 3, but T2 had sent it at site 12 before, when nobody waited; T2 had written ready at site 11, T1 had looked at it before that, at site 1',
    },
  ])
})

test('a sleeper that nobody ever signals is a deadlock, not a lost wake-up; and so is one whose signal another took', () => {
  const never = handTarget({ m: 1, cv: 1 }, ({ m, cv }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* cvWait(t, 2, cv, m)
    },
  ])
  expect(verdicts(never).map(({ verdict }) => verdict)).toEqual(['deadlock'])
  const waiter = (m: number, cv: number): Body =>
    function* (t) {
      yield* lock(t, 1, m)
      yield* cvWait(t, 2, cv, m)
      yield* unlock(t, 3, m)
    }
  const shared = handTarget({ m: 1, cv: 1 }, ({ m, cv }) => [
    waiter(m, cv),
    waiter(m, cv),
    (t) => cvSignal(t, 11, cv),
  ])
  const bothAsleep = runOnce(shared, [0, 0, 1, 1, 2, 0, 0], [new Deadlock()])
  expect(bothAsleep.reports.map(({ verdict }) => verdict)).toEqual(['deadlock'])
})

test('a notification before the wait, and a waiter for somebody who lost his wake-up', () => {
  const target = handTarget({ word: 1, m: 1 }, ({ word, m }) => [
    function* (t) {
      yield* lock(t, 1, m)
      yield* wait(t, 2, word, 0, Infinity)
      yield* unlock(t, 3, m)
    },
    (t) => notify(t, 11, word),
    (t) => lock(t, 21, m),
  ])
  const { reports } = runOnce(target, [1, 0, 0], [new Deadlock()])
  expect(reports.map(({ verdict, sites, steps }) => ({ verdict, sites, steps }))).toEqual([
    { verdict: 'lostWakeup', sites: [11, 2], steps: [0, 2] },
  ])
})

test('a word that changes while somebody waits on it, and no notification: that was owed, unless it changed back', () => {
  const program = (last: number, sent: boolean): Target =>
    handTarget({ word: 1 }, ({ word }) => [
      (t) => wait(t, 1, word, 0, Infinity),
      function* (t) {
        yield* store(t, 11, word, 7)
        yield* store(t, 12, word, last)
        if (sent) yield* notify(t, 13, word)
      },
    ])
  const asleep = (target: Target): unknown => runOnce(target, [0], [new Deadlock()]).reports
  expect(asleep(program(8, false))).toMatchObject([
    {
      verdict: 'lostWakeup',
      message:
        'lost wake-up: T1 waits for a notification of word at site 1, but T2 changed that at site 12, and nobody was notified',
      sites: [12, 1],
      steps: [0, 2],
    },
  ])
  expect(asleep(program(0, false))).toMatchObject([{ verdict: 'deadlock' }])
  expect(asleep(program(8, true))).toEqual([])
})

test('whoever knows better whom an await is for says so', () => {
  const target = handTarget({ x: 1, y: 1 }, ({ x, y }) => [
    function* (t) {
      yield* awaits(t, 1, x, 1)
      yield* write(t, 2, y, 1)
    },
    function* (t) {
      yield* awaits(t, 11, y, 1)
      yield* write(t, 12, x, 1)
      yield* read(t, 13, x)
    },
  ])
  const { reports } = runOnce(target, [], [new Deadlock({ waitsFor: (_world, actor) => [1 - actor] })])
  expect(reports[0]?.message).toBe(
    'deadlock: T1 waits for x to be 1 at site 1, that is for T2; T2 waits for y to be 1 at site 11, that is for T1',
  )
})

test('on a machine it is not the actors that wait: whoever knows says who, and what was lost', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [(t) => awaits(t, 1, x, 1)])
  const lwp = (who: number, waitsFor: readonly number[], object?: number): Wait => ({
    who,
    name: `LWP ${who}`,
    what: `lock ${who}`,
    site: who,
    for: waitsFor,
    takenAt: waitsFor.map((other) => other + 10),
    ...(object === undefined ? {} : { object }),
  })
  const cycle = new Deadlock({ waits: () => [lwp(3, [4]), lwp(4, [5]), lwp(5, [4])] })
  expect(runOnce(target, [], [cycle]).reports).toEqual([
    {
      verdict: 'deadlock',
      message:
        'deadlock: LWP 4 waits for lock 4 at site 4, which LWP 5 took at site 15; LWP 5 waits for lock 5 at site 5, which LWP 4 took at site 14; 1 more waits besides',
      sites: [4, 15, 5, 14],
    },
  ])
  const lost = new Deadlock({
    waits: () => [lwp(3, [], 8)],
    lostSignal: (_world, { object }) =>
      object === 8 ? { site: 77, step: 0, actor: 0, sleptAt: 5 } : undefined,
  })
  expect(runOnce(target, [], [lost]).of('lostWakeup')[0]?.sites).toEqual([77, 3])
})
