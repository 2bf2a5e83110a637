import { Mem, mutexEnter, mutexExit, runToEnd } from '@holdfast/atomics-sync'
import type { Actor, Addr } from '@holdfast/atomics-sync'
import type { HeldLocks, RuleBroken, SanitizeReport } from '@holdfast/cpu'
import { L_HOLDCNT, L_NOPREEMPT, L_PROC, L_STAT, L_SWTIME, LSIDL, LSSLEEP, P_NLWPS } from '@holdfast/kernel'
import { L_MUTEX, LWP_WORDS, P_LOCK } from '@holdfast/kernel'
import { expect, test } from 'vitest'
import { OUT, poolsOf } from '../explore/machine/pools.js'
import { bootMachine, prepare } from '../run/prepare.js'
import { SCENARIOS } from '../scenarios/index.js'
import { FieldLocks } from './field-locks.js'
import { sanitizeOptions } from './words.js'

const CHOICES = { seed: 1, chaos: false, all: false }

/** A booted machine whose LWP `self` looks at words as CPU 1 would; `spins` are the spin locks it has. */
function machine(all = false): {
  mem: Mem
  self: Addr
  other: Addr
  look: (addr: Addr, write: boolean) => string
  locks: FieldLocks
  spins: Set<Addr>
  pool: ReturnType<typeof poolsOf>[number]
} {
  const scenario = SCENARIOS[0]
  if (scenario === undefined) throw new Error('there is no scenario')
  const image = bootMachine(prepare(scenario, { cpus: 2 }, 1))
  const mem = new Mem(image.buffer)
  const reports: SanitizeReport[] = []
  const options = { ...sanitizeOptions(image, CHOICES), all }
  const locks = new FieldLocks(image, 1, options, (report) => reports.push(report))
  const { lwp0: self, softclockLwp: other } = image.config
  const spins = new Set<Addr>()
  locks.attach({ self, spinDepth: 0 }, spins as unknown as HeldLocks)
  const look = (addr: Addr, write: boolean): string => {
    reports.length = 0
    if (locks.look(addr, write)) locks.again(addr)
    return reports.map((report) => (report as RuleBroken).message.replace(/word \d+/g, 'it')).join('; ')
  }
  const pool = poolsOf(image.regions).find(({ name }) => name === 'the map entry')
  if (pool === undefined) throw new Error('there is no pool of map entries')
  return { mem, self, other, look, locks, spins, pool }
}

test('a field written without its spin lock is reported, with it is not; reads that are unlocked by design with --all only', () => {
  const { mem, other, look, spins } = machine()
  mem.store(other + L_STAT, LSSLEEP)
  const lock = mem.load(other + L_MUTEX)
  expect(look(other + L_SWTIME, true)).toBe('CPU 1 writes it without holding l_mutex (it)')
  expect(look(other + L_SWTIME, false)).toBe('')
  spins.add(lock)
  expect(look(other + L_SWTIME, true)).toBe('')
  const all = machine(true)
  all.mem.store(all.other + L_STAT, LSSLEEP)
  expect(all.look(all.other + L_SWTIME, false)).toBe('CPU 1 reads it without holding l_mutex (it)')
})

test('a field covered by a mutex needs it in the hands of the LWP that runs; another that has it is not enough', () => {
  const { mem, self, look } = machine()
  const proc = mem.load(self + L_PROC)
  const actor = { mem, self, spinDepth: 0, preemptWanted: false, lockstat: null } as unknown as Actor
  expect(look(proc + P_NLWPS, false)).toBe('CPU 1 reads it without holding p_lock (it)')
  mem.store(proc + P_LOCK, self + LWP_WORDS)
  expect(look(proc + P_NLWPS, true)).toBe('CPU 1 writes it without holding p_lock (it)')
  mem.store(proc + P_LOCK, 0)
  runToEnd(mutexEnter(actor, proc + P_LOCK))
  expect(look(proc + P_NLWPS, true)).toBe('')
  mutexExit(actor, proc + P_LOCK)
})

test('atomic fields are not written plainly, nor private ones touched by others; who is being made has one owner', () => {
  const { mem, self, other, look } = machine()
  mem.store(other + L_STAT, LSSLEEP)
  expect(look(other + L_HOLDCNT, true)).toBe(
    'CPU 1 writes it plainly, and it is changed by atomic operations only',
  )
  expect(look(other + L_HOLDCNT, false)).toBe('')
  expect(look(other + L_NOPREEMPT, true)).toBe('CPU 1 writes it though it is private to another')
  expect(look(self + L_NOPREEMPT, true)).toBe('')
  mem.store(other + L_STAT, LSIDL)
  expect(look(other + L_HOLDCNT, true)).toBe('')
  expect(look(other + L_SWTIME, true)).toBe('')
})

test('a pool item is not accessed after it was freed; its maker needs no lock until another was seen at it', () => {
  const { mem, self, look, locks, pool } = machine()
  const index = pool.count - 1
  const [item, link] = [pool.items + index * pool.words, pool.links + index]
  const put = (value: number): void => {
    locks.pooled(link, value)
    mem.store(link, value)
  }
  put(OUT)
  expect(look(item, true)).toBe('')
  put(0)
  expect(look(item, false)).toBe('CPU 1 reads it: the map entry is free')
  put(OUT)
  locks.attach({ self: self + LWP_WORDS, spinDepth: 0 }, new Set() as unknown as HeldLocks)
  look(item, true)
  expect(look(item, false)).not.toContain('is free')
})
