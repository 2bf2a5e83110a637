import { expect, test, vi } from 'vitest'
import type { Actor, Sleeps } from './actor.js'
import {
  mutexDestroy,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
  mutexOwner,
  mutexTryEnter,
} from './mutex.js'
import {
  MUTEX_BIT_SPIN,
  MUTEX_BIT_WAITERS,
  MUTEX_DESTROYED,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinInit,
  mutexSpinTryEnter,
} from './spin-mutex.js'
import { World } from './testing/coroutines.js'

const M = 64
const SPIN = 68

function* enterAndNote(actor: Actor, order: number[]): Sleeps<void> {
  yield* mutexEnter(actor, M)
  order.push(actor.self)
}

function setUp() {
  const world = new World()
  const [a, b, c] = [world.actor(), world.actor(), world.actor()]
  mutexInit(world.mem, M)
  mutexSpinInit(world.mem, SPIN)
  return { world, mem: world.mem, a, b, c }
}

test('an uncontended adaptive mutex is owned by the enterer and free after exit, without a look at the turnstiles', () => {
  const { world, mem, a, b } = setUp()
  expect(world.start(a, mutexEnter(a, M))).toBe(true)
  expect(mem.load(M)).toBe(a.self)
  expect([mutexOwned(a, M), mutexOwned(b, M), mutexOwner(mem, M)]).toEqual([true, false, a.self])
  mutexExit(a, M)
  expect([mem.load(M), mutexOwned(a, M), mutexOwner(mem, M)]).toEqual([0, false, 0])
  expect(world.log).toEqual([])
})

test('between its test of WAITERS and its store, exit holds interrupts off; on return the depth is as it was (R4)', () => {
  const { world, mem, a, b } = setUp()
  const depths: [string, number][] = []
  vi.spyOn(mem, 'read').mockImplementation((addr) => {
    if (addr === M) depths.push(['test', a.spinDepth])
    return mem.load(addr)
  })
  vi.spyOn(mem, 'store').mockImplementation((addr, value) => {
    if (addr === M) depths.push(['store', a.spinDepth])
    mem.exchange(addr, value)
  })
  world.start(a, mutexEnter(a, M))
  mutexExit(a, M)
  expect(depths).toEqual([
    ['test', 1],
    ['store', 1],
  ])
  expect(a.spinDepth).toBe(0)

  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  world.start(b, mutexEnter(b, M)) // sets WAITERS, so that exit has to go to the turnstile
  mutexExit(a, M)
  expect([world.log.at(-1), a.spinDepth]).toEqual(['wakeup 1', 0])
})

test('a contender spins, and does not block, while the owner runs', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M)) // a stays on its CPU: its body ended, its word says so
  mem.onSpin = () => mutexExit(a, M)
  expect(world.start(b, mutexEnter(b, M))).toBe(true)
  expect(mutexOwner(mem, M)).toBe(b.self)
  expect([world.log, mem.spins]).toEqual([[], 1])
})

test('a contender that spins goes to block when the owner leaves its CPU with the mutex', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M))
  mem.onSpin = () => mem.store(a.oncpu, 0)
  expect(world.start(b, mutexEnter(b, M))).toBe(false)
  expect(mem.load(M)).toBe(a.self | MUTEX_BIT_WAITERS)
  expect(world.log).toEqual(['lookup', 'block'])
})

test('exit wakes all waiters and hands the mutex to none: the first to run takes it, the next blocks again', () => {
  const { world, mem, a, b, c } = setUp()
  const order: number[] = []
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  world.start(b, enterAndNote(b, order))
  world.start(c, enterAndNote(c, order))
  mutexExit(a, M)
  expect([mem.load(M), world.log.at(-1)]).toEqual([0, 'wakeup 2'])
  expect(mutexTryEnter(a, M)).toBe(true) // a newcomer may win: no hand-off
  mutexExit(a, M)
  mem.onSpin = () => mem.store(b.oncpu, 0)
  world.run()
  expect(order).toEqual([b.self])
  expect(world.blocked(c)).toBe(true)
  mutexExit(b, M)
  world.run()
  expect(order).toEqual([b.self, c.self])
  mutexExit(c, M)
  expect(mem.load(M)).toBe(0)
})

test('a waiter whose mutex is released before it has set WAITERS starts over and takes it', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  world.onLookup = () => {
    world.onLookup = null
    mutexExit(a, M)
  }
  expect(world.start(b, mutexEnter(b, M))).toBe(true)
  expect(world.log).toEqual(['lookup', 'exit'])
})

test('waiters-bit-lost: a WAITERS bit overwritten by an exit under way makes the waiter start over (R3, second look)', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  // The second onproc is R3's first look: the exit that had read the word before stores 0, and the owner is gone again.
  world.onOnproc = (call) => {
    if (call === 2) mem.store(M, 0)
  }
  expect(world.start(b, mutexEnter(b, M))).toBe(true)
  expect(world.log).toEqual(['lookup', 'exit'])
  expect(mem.load(M)).toBe(b.self)
})

test('waiters-bit-lost: an owner back on its CPU makes the waiter start over and spin (R3, first look)', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  world.onOnproc = (call) => {
    if (call === 2) mem.store(a.oncpu, a.self)
  }
  mem.onSpin = () => mem.store(M, 0) // its exit overwrites the bit
  expect(world.start(b, mutexEnter(b, M))).toBe(true)
  expect(world.log).toEqual(['lookup', 'exit'])
  expect(mem.spins).toBe(1)
})

test('an exit that finds WAITERS set and nobody waiting just releases', () => {
  const { world, mem, a } = setUp()
  world.start(a, mutexEnter(a, M))
  mem.or(M, MUTEX_BIT_WAITERS)
  mutexExit(a, M)
  expect([mem.load(M), a.spinDepth, world.log]).toEqual([0, 0, ['lookup', 'exit']])
})

test('recursion, foreign exit and destroyed mutexes are caught', () => {
  const { world, mem, a, b } = setUp()
  world.start(a, mutexEnter(a, M))
  expect(() => world.start(a, mutexEnter(a, M))).toThrow('mutex_vector_enter: locking against myself')
  expect(() => mutexExit(b, M)).toThrow('MUTEX_OWNER(mtx->mtx_owner) == curthread')
  expect(() => mutexDestroy(a, M)).toThrow('!MUTEX_OWNED')
  mutexExit(a, M)
  expect(() => mutexExit(a, M)).toThrow('MUTEX_OWNER(mtx->mtx_owner) == curthread')
  mutexDestroy(a, M)
  expect(mem.load(M)).toBe(MUTEX_DESTROYED)
  expect([mutexOwned(a, M), mutexOwner(mem, M)]).toEqual([false, 0])
  expect(() => world.start(a, mutexEnter(a, M))).toThrow('destroyed')
  expect(() => mutexTryEnter(a, M)).toThrow('destroyed')
  expect(() => mutexExit(a, M)).toThrow('curthread')
  mutexDestroy(a, SPIN)
  expect(() => mutexSpinEnter(a, SPIN)).toThrow('destroyed')
})

test('blocking with a spin mutex held fails an assertion; entering a free mutex then does not', () => {
  const { world, mem, a, b } = setUp()
  mutexSpinEnter(b, SPIN)
  expect(world.start(b, mutexEnter(b, M))).toBe(true)
  mutexExit(b, M)
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  expect(() => world.start(b, mutexEnter(b, M))).toThrow('ci->ci_mtx_count == 0')
})

test('a wanted preemption is granted at entry, unless a spin mutex is held', () => {
  const { world, a } = setUp()
  a.preemptWanted = true
  mutexSpinEnter(a, SPIN)
  world.start(a, mutexEnter(a, M))
  expect(a.preempts).toBe(0)
  mutexSpinExit(a, SPIN)
  mutexExit(a, M)
  world.start(a, mutexEnter(a, M))
  expect(a.preempts).toBe(1)
})

test('a spin mutex: depth raised before the first try, lowered after the release; poll at depth 0 only', () => {
  const { world, mem, a, b } = setUp()
  mutexSpinInit(mem, SPIN + 4)
  mutexSpinEnter(a, SPIN)
  expect([mem.load(SPIN), a.spinDepth]).toEqual([MUTEX_BIT_SPIN | a.self, 1])
  let depthWhileSpinning = 0
  mem.onSpin = () => {
    depthWhileSpinning = b.spinDepth
    mutexSpinExit(a, SPIN)
  }
  mutexSpinEnter(b, SPIN)
  expect([depthWhileSpinning, a.polls, b.polls]).toEqual([1, 1, 0])
  world.start(b, mutexEnter(b, SPIN + 4)) // mutex_enter serves both kinds
  mutexExit(b, SPIN + 4)
  expect([b.spinDepth, b.polls]).toEqual([1, 0])
  mutexExit(b, SPIN)
  expect([b.spinDepth, b.polls, mem.load(SPIN)]).toEqual([0, 1, MUTEX_BIT_SPIN])
})

test('a spin mutex: try, ownership by anybody, recursion', () => {
  const { mem, a, b } = setUp()
  expect(mutexTryEnter(a, SPIN)).toBe(true)
  expect([mutexOwned(b, SPIN), mutexOwner(mem, SPIN)]).toEqual([true, a.self])
  expect([mutexSpinTryEnter(b, SPIN), b.spinDepth, b.polls]).toEqual([false, 0, 1])
  expect(() => mutexSpinEnter(a, SPIN)).toThrow('mutex_vector_enter: locking against myself')
  expect(() => mutexDestroy(a, SPIN)).toThrow('!__SIMPLELOCK_LOCKED_P')
  mutexExit(a, SPIN)
  expect(mutexOwned(b, SPIN)).toBe(false)
  expect(() => mutexSpinExit(b, SPIN)).toThrow('__SIMPLELOCK_LOCKED_P')
})
