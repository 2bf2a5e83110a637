import { expect, test } from 'vitest'
import type { Observer } from '../engine/observer.js'
import { LockTracker } from './lock-tracker.js'
import { References } from './references.js'
import { handTarget, load, lock, runOnce, store, unlock, write } from './testing/hand.js'
import type { Hand } from './testing/hand.js'
import { UseAfterFree } from './use-after-free.js'

/** Stands for the target: site 90 frees the record of four words at `addr`, site 91 takes it into use again. */
function teller(checker: UseAfterFree, addr: number): Observer {
  return {
    name: 'teller',
    reset: () => {},
    event(world) {
      if (world.evSite === 90) checker.freed(world, addr, 4, 90, 'record 1')
      if (world.evSite === 91) checker.recycled(world, addr, 4)
    },
    finish: () => {},
  }
}

const REC = 8

test('a touch after the record was freed is reported with both places; before it, and after it is used again, not', () => {
  const target = handTarget({ rec: 4, own: 1 }, ({ rec, own }) => [
    function* (t) {
      yield* store(t, 90, own, 1)
      yield* store(t, 91, own, 1)
    },
    function* (t) {
      yield* load(t, 1, rec + 2)
      yield* load(t, 2, rec + 2)
      yield* write(t, 3, rec + 1, 7)
      yield* load(t, 4, rec + 2)
    },
  ])
  const checker = new UseAfterFree()
  const { reports } = runOnce(target, [1, 0, 1, 1, 0, 1], [checker, teller(checker, REC)])
  expect(reports.map(({ message, sites, steps }) => ({ message, sites, steps }))).toEqual([
    {
      message: 'T2 reads rec[2] at site 2, after T1 freed record 1 (generation 0) at site 90',
      sites: [90, 2],
      steps: [1, 2],
    },
    {
      message: 'T2 writes rec[1] at site 3, after T1 freed record 1 (generation 0) at site 90',
      sites: [90, 3],
      steps: [1, 3],
    },
  ])
  expect(runOnce(target, [1, 1, 1, 1, 0, 0], [checker, teller(checker, REC)]).reports).toEqual([])
  const allowing = new UseAfterFree({ allowed: (_world, addr) => addr === REC + 2 })
  expect(runOnce(target, [1, 0, 1, 1, 0, 1], [allowing, teller(allowing, REC)]).reports).toHaveLength(1)
})

test('that a touch depends on the state alone is said of records that are freed in one place, as memory tells, and of no others', () => {
  const target = handTarget({ rec: 4 }, ({ rec }) => [(t) => load(t, 1, rec)])
  for (const alone of [true, false]) {
    const checker = new UseAfterFree({
      initially: (self, world) => self.freed(world, REC, 4, 0, 'the free list', alone),
    })
    expect(runOnce(target, [], [checker]).reports.map(({ ofState }) => ofState)).toEqual([alone || undefined])
  }
})

test('what is free in the image is free from the start of each execution', () => {
  const target = handTarget({ rec: 4 }, ({ rec }) => [(t) => load(t, 1, rec)])
  const checker = new UseAfterFree({
    initially: (self, world) => self.freed(world, REC, 4, 0, 'the free list'),
  })
  for (let i = 0; i < 2; i++) expect(runOnce(target, [], [checker]).reports).toHaveLength(1)
})

test('a lock that outlives its record is reported when it is released', () => {
  const target = handTarget({ rec: 4, own: 1 }, ({ rec, own }) => [
    function* (t) {
      yield* lock(t, 1, rec)
      yield* unlock(t, 2, rec)
    },
    function* (t) {
      yield* store(t, 90, own, 1)
      yield* store(t, 91, own, 1)
    },
  ])
  const run = (order: readonly number[]): readonly string[] => {
    const locks = new LockTracker()
    const checker = new UseAfterFree({ locks })
    return runOnce(target, order, [locks, checker, teller(checker, REC)]).reports.map(
      ({ message }) => message,
    )
  }
  expect(run([0, 1, 1, 0])).toEqual([
    'rec[0], taken by T1 at site 1, is released at site 2, when its record has been freed and is in use again (generation 1, not 0)',
  ])
  expect(run([1, 1, 0, 0])).toEqual([])
})

/** T1 holds a reference to the record from its first life; T2 frees it and takes it into use again; `slot` is where references lie. */
function referenced(
  again: (t: Hand, at: { slot: number; rec: number }) => Generator<unknown, number, unknown>,
): readonly string[] {
  const target = handTarget({ rec: 4, slot: [REC], own: 1 }, ({ rec, slot, own }) => [
    function* (t) {
      yield* load(t, 1, slot)
      yield* again(t, { slot, rec })
      yield* write(t, 3, rec + 1, 7)
    },
    function* (t) {
      yield* load(t, 20, slot)
      yield* store(t, 90, own, 1)
      yield* store(t, 91, own, 1)
      yield* write(t, 92, rec, 5)
      yield* write(t, 93, slot, rec)
    },
  ])
  const references = new References({ tables: [{ base: REC, end: REC + 4, words: 4 }] })
  const checker = new UseAfterFree({ references })
  const observers = [teller(checker, REC), checker]
  const early = runOnce(target, [1, 0, 0, 0], observers).reports
  expect(early).toEqual([])
  return runOnce(target, [0, 1, 1, 1, 1, 1, 0, 0], observers).reports.map(({ message }) => message)
}

test('a record that is used by a reference to its earlier life is reported; by one that was read again, not', () => {
  expect(referenced((t, { rec }) => write(t, 2, rec + 2, 7))).toEqual([
    'T1 writes rec[2] at site 2 by a reference to generation 0, got at site 1; T2 freed record 1 at site 90, and T2 took it into use again at site 91: it is generation 1 now, rec[2]',
    'T1 writes rec[1] at site 3 by a reference to generation 0, got at site 1; T2 freed record 1 at site 90, and T2 took it into use again at site 91: it is generation 1 now, rec[1]',
  ])
  expect(referenced((t, { slot }) => load(t, 2, slot))).toEqual([])
})

test('a reference that was stored in an earlier life stays one to it, whoever reads it', () => {
  const target = handTarget({ rec: 4, slot: [REC], own: 1 }, ({ rec, slot, own }) => [
    function* (t) {
      yield* load(t, 1, slot)
      yield* write(t, 2, rec + 2, 7)
    },
    function* (t) {
      yield* store(t, 90, own, 1)
      yield* store(t, 91, own, 1)
    },
  ])
  const references = new References({ tables: [{ base: REC, end: REC + 4, words: 4 }] })
  const checker = new UseAfterFree({ references })
  const observers = [teller(checker, REC), checker]
  expect(runOnce(target, [1, 1, 0, 0], observers).reports.map(({ sites }) => sites)).toEqual([[90, 2]])
  expect(runOnce(target, [0, 0, 1, 1], observers).reports).toEqual([])
})
