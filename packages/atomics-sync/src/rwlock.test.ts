import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Actor, Sleeps } from './actor.js'
import {
  RW_HAS_WAITERS,
  RW_READER,
  RW_READ_INCR,
  RW_THREAD,
  RW_WRITER,
  RW_WRITE_LOCKED,
  RW_WRITE_WANTED,
  rwDestroy,
  rwDowngrade,
  rwEnter,
  rwExit,
  rwInit,
  rwLockHeld,
  rwOwner,
  rwReadHeld,
  rwTryEnter,
  rwTryUpgrade,
  rwWriteHeld,
} from './rwlock.js'
import { World } from './testing/coroutines.js'
import type { Coroutine } from './testing/coroutines.js'

const RW = 64
const W = RW_HAS_WAITERS
const WANTED = RW_WRITE_WANTED

function setUp(actors: number) {
  const world = new World()
  rwInit(world.mem, RW)
  const enter = (actor: Coroutine, op: number): boolean => {
    const entered = world.start(actor, rwEnter(actor, RW, op))
    world.mem.store(actor.oncpu, 0) // off its CPU with the lock: the others block and do not spin
    return entered
  }
  return { world, mem: world.mem, enter, all: Array.from({ length: actors }, () => world.actor()) }
}

function write(actor: Actor): number {
  return (actor.self << 1) | RW_WRITE_LOCKED
}

function* use(actor: Actor, op: number, done: (actor: Actor) => void): Sleeps<void> {
  yield* rwEnter(actor, RW, op)
  done(actor)
}

test('readers share, a writer excludes; the word counts or names them', () => {
  const { mem, enter, all } = setUp(3)
  const [a, b, c] = all as [Coroutine, Coroutine, Coroutine]
  expect([enter(a, RW_READER), enter(b, RW_READER)]).toEqual([true, true])
  expect(mem.load(RW)).toBe(2 * RW_READ_INCR)
  expect([rwReadHeld(c, RW), rwLockHeld(c, RW), rwWriteHeld(a, RW), rwOwner(mem, RW)]).toEqual([
    true,
    true,
    false,
    0,
  ])
  expect([rwTryEnter(c, RW, RW_WRITER), rwTryEnter(c, RW, RW_READER)]).toEqual([false, true])
  rwExit(a, RW)
  rwExit(b, RW)
  rwExit(c, RW)
  expect(mem.load(RW)).toBe(0)
  expect(enter(a, RW_WRITER)).toBe(true)
  expect([mem.load(RW), rwOwner(mem, RW)]).toEqual([write(a), a.self])
  expect([rwWriteHeld(a, RW), rwWriteHeld(b, RW), rwReadHeld(a, RW), rwLockHeld(b, RW)]).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect([rwTryEnter(b, RW, RW_WRITER), rwTryEnter(b, RW, RW_READER)]).toEqual([false, false])
  expect(() => rwExit(b, RW)).toThrow('RW_OWNER(rw) == curthread')
  expect(() => enter(a, RW_WRITER)).toThrow('locking against myself')
  rwExit(a, RW)
  expect(() => rwExit(a, RW)).toThrow('RW_COUNT(rw) != 0')
  rwDestroy(a, RW)
  expect(() => enter(a, RW_READER)).toThrow('destroyed')
  expect(() => rwTryEnter(a, RW, RW_WRITER)).toThrow('destroyed')
})

test('a writer that leaves gives the lock to all blocked readers before any of them runs; the writer waits on', () => {
  const { world, mem, enter, all } = setUp(5)
  const [w1, r1, w2, r2, late] = all as [Coroutine, Coroutine, Coroutine, Coroutine, Coroutine]
  enter(w1, RW_WRITER)
  for (const [actor, op] of [
    [r1, RW_READER],
    [w2, RW_WRITER],
    [r2, RW_READER],
  ] as const)
    expect(enter(actor, op)).toBe(false)
  expect(mem.load(RW)).toBe(write(w1) | W | WANTED)
  rwExit(w1, RW)
  expect(mem.load(RW)).toBe((2 * RW_READ_INCR) | W | WANTED)
  expect(rwTryEnter(late, RW, RW_READER)).toBe(false) // a waiting writer holds off new readers
  world.run()
  expect([world.blocked(r1), world.blocked(r2), world.blocked(w2)]).toEqual([false, false, true])
})

test('the last reader gives the lock to the first writer before it runs, if readers wait too', () => {
  const { world, mem, enter, all } = setUp(4)
  const [r1, w1, w2, r2] = all as [Coroutine, Coroutine, Coroutine, Coroutine]
  enter(r1, RW_READER)
  for (const [actor, op] of [
    [w1, RW_WRITER],
    [w2, RW_WRITER],
    [r2, RW_READER],
  ] as const)
    expect(enter(actor, op)).toBe(false)
  rwExit(r1, RW)
  expect(mem.load(RW)).toBe(write(w1) | W | WANTED)
  expect(world.log.at(-1)).toBe('wakeup 1')
  world.run()
  expect([world.blocked(w1), world.blocked(w2), world.blocked(r2)]).toEqual([false, true, true])
  rwExit(w1, RW) // and now the reader, which came last, goes before the writer
  expect(mem.load(RW)).toBe(RW_READ_INCR | W | WANTED)
  world.run()
  rwExit(r2, RW) // only writers are left: all are woken, and the lock is nobody's
  expect(mem.load(RW)).toBe(WANTED)
  expect(rwTryEnter(r1, RW, RW_READER)).toBe(false)
  world.run()
  expect(mem.load(RW)).toBe(write(w2))
})

test('with only writers waiting all are woken to compete; who loses blocks again', () => {
  const { world, mem, enter, all } = setUp(3)
  const [w1, w2, w3] = all as [Coroutine, Coroutine, Coroutine]
  enter(w1, RW_WRITER)
  const order: Actor[] = []
  const done = (actor: Actor): void => {
    order.push(actor)
    mem.store((actor as Coroutine).oncpu, 0)
  }
  expect(world.start(w2, use(w2, RW_WRITER, done))).toBe(false)
  expect(world.start(w3, use(w3, RW_WRITER, done))).toBe(false)
  rwExit(w1, RW)
  expect(world.log.at(-1)).toBe('wakeup 2')
  mem.onSpin = () => mem.store(w2.oncpu, 0)
  world.run()
  expect(order).toEqual([w2])
  expect(mem.load(RW)).toBe(write(w2) | W | WANTED)
  rwExit(w2, RW)
  world.run()
  expect(order).toEqual([w2, w3])
})

test('a contender spins only while a writer runs and nobody waits', () => {
  const { world, mem, enter, all } = setUp(3)
  const [w1, r1, r2] = all as [Coroutine, Coroutine, Coroutine]
  enter(w1, RW_WRITER)
  expect(enter(r1, RW_READER)).toBe(false)
  mem.store(w1.oncpu, w1.self)
  expect(enter(r2, RW_READER)).toBe(false)
  expect(mem.spins).toBe(0)
  rwExit(w1, RW)
  world.run()
  rwExit(r1, RW)
  rwExit(r2, RW)
  enter(w1, RW_WRITER)
  mem.store(w1.oncpu, w1.self)
  mem.onSpin = () => rwExit(w1, RW)
  expect(enter(r1, RW_READER)).toBe(true)
  expect(mem.spins).toBe(1)
})

test('downgrade keeps one read hold and lets all blocked readers in with it', () => {
  const { world, mem, enter, all } = setUp(4)
  const [w1, r1, r2, w2] = all as [Coroutine, Coroutine, Coroutine, Coroutine]
  enter(w1, RW_WRITER)
  rwDowngrade(w1, RW)
  expect(mem.load(RW)).toBe(RW_READ_INCR)
  expect(rwTryUpgrade(w1, RW)).toBe(true)
  expect(mem.load(RW)).toBe(write(w1))
  enter(w2, RW_WRITER)
  rwDowngrade(w1, RW)
  expect(mem.load(RW)).toBe(RW_READ_INCR | W | WANTED)
  expect(rwTryUpgrade(w1, RW)).toBe(true)
  enter(r1, RW_READER)
  enter(r2, RW_READER)
  rwDowngrade(w1, RW)
  expect(mem.load(RW)).toBe((3 * RW_READ_INCR) | W | WANTED)
  world.run()
  expect(rwTryUpgrade(w1, RW)).toBe(false)
  expect(() => rwDowngrade(w1, RW)).toThrow('RW_OWNER(rw) == curthread')
})

test('in any sequence of entries and exits of 6 actors nobody waits for nobody, and a writer is alone (1,000 runs)', () => {
  const command = fc.record({ actor: fc.nat(5), op: fc.constantFrom(RW_READER, RW_WRITER) })
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const { world, mem, enter, all } = setUp(6)
      const holds = new Map<Coroutine, number>()
      const wants = new Map<Coroutine, number>()
      const settle = (): void => {
        world.run()
        for (const [actor, op] of wants) {
          if (world.blocked(actor)) continue
          wants.delete(actor)
          holds.set(actor, op)
          mem.store(actor.oncpu, 0)
        }
      }
      mem.onSpin = () => {
        for (const actor of all) mem.store(actor.oncpu, 0)
      }
      for (const { actor: index, op } of commands) {
        const actor = all[index] as Coroutine
        if (wants.has(actor)) continue
        if (holds.delete(actor)) rwExit(actor, RW)
        else {
          wants.set(actor, op)
          enter(actor, op)
        }
        settle()
        const writers = [...holds.values()].filter((held) => held === RW_WRITER).length
        const word = mem.load(RW)
        expect(writers === 0 || holds.size === 1).toBe(true)
        expect((word & RW_WRITE_LOCKED) !== 0).toBe(writers === 1)
        if (writers === 0) expect((word & RW_THREAD) / RW_READ_INCR).toBe(holds.size)
        expect(holds.size === 0 ? wants.size : 0).toBe(0)
      }
      for (let left = 100; (holds.size > 0 || wants.size > 0) && left > 0; left--) {
        for (const actor of holds.keys()) {
          holds.delete(actor) // a Map may be changed while it is walked
          rwExit(actor, RW)
        }
        settle()
      }
      expect([holds.size, wants.size, mem.load(RW) & RW_THREAD]).toEqual([0, 0, 0])
    }),
    { numRuns: 1000 },
  )
})
