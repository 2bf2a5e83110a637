import { LOCK, UNLOCK } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import type { Coroutine, Target } from '../engine/target.js'
import type { ActorMem } from '../engine/actor-mem.js'
import { makeStrategy } from '../strategies/registry.js'
import { MutexUse } from './mutex-use.js'

const MUTEX = 8

function* both(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, 1, MUTEX, 0, 0, 0)) yield
  if (mem.$(UNLOCK, 2, MUTEX, 0, 0, 0)) yield
}

function* releases(mem: ActorMem): Coroutine {
  if (mem.$(UNLOCK, 3, MUTEX, 0, 0, 0)) yield
}

function target(...threads: ((mem: ActorMem) => Coroutine)[]): Target {
  return {
    name: 'mutexes',
    image: new Int32Array(16),
    pure: true,
    start(world) {
      for (const thread of threads) world.addActor(thread)
    },
  }
}

test('a mutex released by who does not hold it is reported, in every order of the two threads', () => {
  const { found } = explore(target(both, releases), {
    strategy: makeStrategy('dfs', {}),
    observers: [new MutexUse()],
  })
  expect(found.map(({ report }) => report.message).sort()).toEqual([
    'T1 releases word 8 at site 2, and nobody holds it',
    'T2 releases word 8 at site 3, and nobody holds it',
  ])
})

test('threads that release what they took are not', () => {
  const { found, complete } = explore(target(both, both, both), {
    strategy: makeStrategy('dfs', {}),
    observers: [new MutexUse()],
  })
  expect(complete).toBe(true)
  expect(found).toEqual([])
})
