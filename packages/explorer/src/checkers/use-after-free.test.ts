import { expect, test } from 'vitest'
import type { Observer } from '../engine/observer.js'
import { LockTracker } from './lock-tracker.js'
import { handTarget, load, lock, runOnce, store, unlock, write } from './testing/hand.js'
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
      message: 'T2 reads rec[2] at site 2, after T1 freed record 1 at site 90',
      sites: [90, 2],
      steps: [1, 2],
    },
    {
      message: 'T2 writes rec[1] at site 3, after T1 freed record 1 at site 90',
      sites: [90, 3],
      steps: [1, 3],
    },
  ])
  expect(runOnce(target, [1, 1, 1, 1, 0, 0], [checker, teller(checker, REC)]).reports).toEqual([])
  const allowing = new UseAfterFree({ allowed: (_world, addr) => addr === REC + 2 })
  expect(runOnce(target, [1, 0, 1, 1, 0, 1], [allowing, teller(allowing, REC)]).reports).toHaveLength(1)
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
    'rec[0], taken by T1 at site 1, is released at site 2, when its record has been freed and is in use again',
  ])
  expect(run([1, 1, 0, 0])).toEqual([])
})
