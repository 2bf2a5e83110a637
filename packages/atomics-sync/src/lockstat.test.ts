import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arena } from './arena.js'
import { globals, layout, layoutOf } from './layout.js'
import { NO_CLASS, lockClasses } from './lock-classes.js'
import { LockstatCollector } from './lockstat-collector.js'
import { mergeLockstat } from './lockstat.js'
import type { LockstatRow, LockstatSnapshot } from './lockstat.js'
import { mutexEnter, mutexExit, mutexInit } from './mutex.js'
import { RW_READER, rwEnter, rwExit, rwInit } from './rwlock.js'
import { mutexSpinEnter, mutexSpinExit, mutexSpinInit } from './spin-mutex.js'
import { World } from './testing/coroutines.js'
import type { Coroutine } from './testing/coroutines.js'

const M = 64
const SPIN = 68
const RW = 72

function enterAndExit(world: World, actor: Coroutine): void {
  world.start(actor, mutexEnter(actor, M))
  mutexExit(actor, M)
}

/** A wrapper that is to be looked through. */
function lockForCaller(actor: Coroutine): void {
  mutexSpinEnter(actor, SPIN)
}

function setUp(lockstat: LockstatCollector) {
  const world = new World()
  mutexInit(world.mem, M)
  mutexSpinInit(world.mem, SPIN)
  rwInit(world.mem, RW)
  return { world, mem: world.mem, a: world.actor(), b: world.actor(lockstat) }
}

function row(snapshot: LockstatSnapshot, name: string): LockstatRow {
  const found = snapshot.byLock.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no row ${name}`)
  return found
}

test('acquisitions are exact, about one in 16 holds is measured, and sites add up to the whole within a tenth (20,000 rounds)', () => {
  const lockstat = new LockstatCollector()
  const { world, b } = setUp(lockstat)
  for (let i = 0; i < 20_000; i++) {
    enterAndExit(world, b)
    world.start(b, rwEnter(b, RW, RW_READER))
    rwExit(b, RW)
  }
  const snapshot = lockstat.snapshot()
  const mutex = row(snapshot, `word ${M}`)
  expect(mutex).toMatchObject({ acquisitions: 20_000, contended: 0, spins: 0, sleeps: 0, waitedNs: 0 })
  expect(row(snapshot, `word ${RW}`).acquisitions).toBe(20_000)
  expect(mutex.heldSamples).toBeGreaterThan(1_200)
  expect(mutex.heldSamples).toBeLessThan(1_300)
  expect(mutex.heldNs).toBeGreaterThan(0)
  const sites = snapshot.bySite.filter((site) => site.lock === mutex.name)
  expect(sites.map((site) => site.functionName)).toEqual(['step']) // who resumed the coroutine
  expect(Math.abs((sites[0]?.count ?? 0) - 20_000)).toBeLessThan(2_000)
  lockstat.reset()
  expect(lockstat.snapshot()).toEqual({ byLock: [], bySite: [] })
})

test('spins, sleeps and the time waited are exact, by lock and by the caller of the wrapper', () => {
  const lockstat = new LockstatCollector({ wrappers: ['lockForCaller'] })
  const { world, mem, a, b } = setUp(lockstat)
  mutexSpinEnter(a, SPIN)
  mem.onSpin = () => mutexSpinExit(a, SPIN)
  lockForCaller(b)
  mutexSpinExit(b, SPIN)
  world.start(a, mutexEnter(a, M))
  mem.store(a.oncpu, 0)
  world.start(b, mutexEnter(b, M))
  mutexExit(a, M)
  world.run()
  mutexExit(b, M)
  const snapshot = lockstat.snapshot()
  const spin = row(snapshot, `word ${SPIN}`)
  const mutex = row(snapshot, `word ${M}`)
  expect(spin).toMatchObject({ acquisitions: 1, contended: 1, spins: 1, sleeps: 0 })
  expect(mutex).toMatchObject({ acquisitions: 1, contended: 1, spins: 0, sleeps: 1 })
  expect(mutex.waitedNs).toBeGreaterThan(0)
  const site = snapshot.bySite.find(({ lock }) => lock === spin.name)
  expect(site).toMatchObject({ count: 1, contended: 1, spins: 1, sleeps: 0, waitedNs: spin.waitedNs })
  expect(site?.file).toMatch(/lockstat\.test\.ts$/)
  expect(site?.functionName).not.toBe('lockForCaller')
})

test('merging adds up: the order and the grouping of the CPUs change nothing (100 runs)', () => {
  const n = fc.nat(1000)
  const counts = { contended: n, spins: n, sleeps: n, waitedNs: n, heldNs: n }
  const byLock = fc.array(
    fc.record({
      name: fc.constantFrom('p_lock', 'l_mutex', 'tc_lock'),
      acquisitions: n,
      heldSamples: n,
      ...counts,
    }),
  )
  const bySite = fc.array(
    fc.record({
      lock: fc.constantFrom('p_lock', 'l_mutex'),
      functionName: fc.constantFrom('f', 'g'),
      file: fc.constant('x.ts'),
      line: fc.nat(2),
      count: n,
      ...counts,
    }),
  )
  const canonical = ({ byLock: locks, bySite: sites }: LockstatSnapshot): unknown => ({
    locks: locks.toSorted((a, b) => a.name.localeCompare(b.name)),
    sites: sites
      .map((site) => JSON.stringify(Object.entries(site).toSorted(([a], [b]) => a.localeCompare(b))))
      .toSorted(),
  })
  fc.assert(
    fc.property(fc.array(fc.record({ byLock, bySite }), { maxLength: 5 }), (all) => {
      const once = canonical(mergeLockstat(all))
      expect(canonical(mergeLockstat(all.toReversed()))).toEqual(once)
      expect(canonical(mergeLockstat([mergeLockstat(all.slice(0, 2)), mergeLockstat(all.slice(2))]))).toEqual(
        once,
      )
    }),
    { numRuns: 100 },
  )
})

test('lock classes are found in globals and in every record of an array, and nowhere else', () => {
  const { G_LOCK } = globals('lc_globals', 64, { G_X: 'g_lock', G_LOCK: { lock: 'atomic', isLock: true } })
  const { R_LOCK, R_RW, LC_RECORD_WORDS } = layout('lc_record', {
    R_X: 'r_lock',
    R_LOCK: { lock: 'atomic', isLock: true },
    R_RW: { lock: 'atomic', words: 2, isLock: true },
  })
  layout('lc_other', { R_LOCK: { lock: 'atomic', isLock: true } })
  const arena = new Arena(128)
  const base = arena.array('records', 'lc_record', LC_RECORD_WORDS, 3)
  const other = arena.array('others', 'lc_other', 4, 1)
  arena.array('strangers', 'undeclared', 4, 1)
  const regions = arena.freeze()
  const { names, classOf } = lockClasses(
    ['lc_globals', 'lc_record', 'lc_other'].map(layoutOf),
    regions,
    arena.size,
  )
  const nameAt = (addr: number): string | undefined => names[classOf[addr] as number]
  expect(nameAt(G_LOCK)).toBe('g_lock')
  for (let i = 0; i < 3; i++) {
    const record = base + i * LC_RECORD_WORDS
    expect([nameAt(record), nameAt(record + R_LOCK)]).toEqual([NO_CLASS, 'lc_record.r_lock'])
    expect([nameAt(record + R_RW), nameAt(record + R_RW + 1)]).toEqual(['r_rw', 'r_rw'])
  }
  expect(nameAt(other)).toBe('lc_other.r_lock')
  expect(classOf.filter((number) => number !== 0)).toHaveLength(1 + 3 * 3 + 1)

  const lockstat = new LockstatCollector({ classes: { names, classOf } })
  lockstat.acquired(base + R_LOCK)
  lockstat.acquired(base + LC_RECORD_WORDS + R_LOCK)
  lockstat.acquired(5)
  expect(lockstat.snapshot().byLock.map(({ name, acquisitions }) => [name, acquisitions])).toEqual([
    [NO_CLASS, 1],
    ['lc_record.r_lock', 2],
  ])
})
