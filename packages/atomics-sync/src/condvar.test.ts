import { expect, test } from 'vitest'
import type { Actor, Sleeps } from './actor.js'
import { cvBroadcast, cvDestroy, cvHasWaiters, cvInit, cvSignal, cvTimedwait, cvWait } from './condvar.js'
import { mutexEnter, mutexExit, mutexInit, mutexOwned } from './mutex.js'
import { mutexSpinInit } from './spin-mutex.js'
import { World } from './testing/coroutines.js'

const M = 64
const CV = 68

function setUp(spin: boolean) {
  const world = new World()
  if (spin) mutexSpinInit(world.mem, M)
  else mutexInit(world.mem, M)
  cvInit(world.mem, CV)
  const actors = [world.actor(), world.actor(), world.actor()] as const
  return { world, actors }
}

function* waitOnce(actor: Actor, log: number[]): Sleeps<void> {
  yield* mutexEnter(actor, M)
  yield* cvWait(actor, CV, M)
  log.push(actor.self)
  mutexExit(actor, M)
}

for (const spin of [false, true]) {
  const kind = spin ? 'spin' : 'adaptive'

  test(`${kind}: a sleeper has given up the mutex, wakes with it held, first come first served`, () => {
    const { world, actors } = setUp(spin)
    const [a, b, c] = actors
    const log: number[] = []
    expect([world.start(a, waitOnce(a, log)), world.start(b, waitOnce(b, log))]).toEqual([false, false])
    expect([mutexOwned(c, M), a.spinDepth, b.spinDepth]).toEqual([false, 0, 0])
    cvSignal(c, CV)
    world.run()
    expect([log, world.blocked(b), cvHasWaiters(c, CV)]).toEqual([[a.self], true, true])
    cvBroadcast(c, CV)
    world.run()
    expect(log).toEqual([a.self, b.self])
    expect([mutexOwned(a, M), cvHasWaiters(c, CV), a.spinDepth]).toEqual([false, false, 0])
  })
}

test('a signal with nobody asleep does not look at the sleep queue', () => {
  const { world, actors } = setUp(false)
  cvSignal(actors[0], CV)
  cvBroadcast(actors[0], CV)
  expect(world.log).toEqual([])
})

test('the hint is cleared by the first signal that finds the queue empty, and no sooner', () => {
  const { world, actors } = setUp(false)
  const [a, b] = actors
  world.start(a, waitOnce(a, []))
  cvSignal(b, CV)
  expect(cvHasWaiters(b, CV)).toBe(true)
  cvSignal(b, CV)
  expect(cvHasWaiters(b, CV)).toBe(false)
  expect(world.log.slice(-2)).toEqual(['wake 1', 'wake 0'])
  cvSignal(b, CV)
  expect(world.log.at(-1)).toBe('wake 0')
  expect(world.log.filter((entry) => entry.startsWith('wake'))).toHaveLength(2)
})

test('a sleeper that joins after the queue was seen empty keeps the hint (C3)', () => {
  const { world, actors } = setUp(false)
  const [a, b, c] = actors
  const log: number[] = []
  world.start(a, waitOnce(a, log))
  cvSignal(c, CV)
  world.run()
  world.onWoken = () => {
    world.onWoken = null
    world.start(b, waitOnce(b, log)) // between the look and the clearing
  }
  cvSignal(c, CV)
  expect([world.blocked(b), cvHasWaiters(c, CV)]).toEqual([true, true])
  cvSignal(c, CV)
  world.run()
  expect(log).toEqual([a.self, b.self])
})

test('a sleeper whose wait ended with an error passes a wakeup on', () => {
  const { world, actors } = setUp(false)
  const [a, b, c] = actors
  const log: number[] = []
  let error = 0
  const timed = function* (): Sleeps<void> {
    yield* mutexEnter(a, M)
    error = yield* cvTimedwait(a, CV, M, 5)
    mutexExit(a, M)
  }
  world.start(a, timed())
  world.start(b, waitOnce(b, log))
  a.sleepError = 35
  cvSignal(c, CV)
  world.run()
  expect([error, log]).toEqual([35, [b.self]])
})

test('waiting without the mutex, and using a destroyed variable, fail an assertion', () => {
  const { world, actors } = setUp(false)
  const [a] = actors
  expect(() => world.start(a, cvWait(a, CV, M))).toThrow('mutex_owned(mtx)')
  cvDestroy(a, CV)
  expect(() => world.start(a, waitOnce(a, []))).toThrow('cv_is_valid(cv)')
  expect(() => cvDestroy(a, CV)).toThrow('cv_is_valid(cv)')
})
