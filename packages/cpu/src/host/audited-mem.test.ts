import { MUTEX_BIT_SPIN, mutexInit, mutexSpinInit } from '@holdfast/atomics-sync'
import {
  type KernelConfig,
  L_FLAG,
  L_MUTEX,
  L_STAT,
  L_SWAPLOCK,
  LSIDL,
  LSSLEEP,
  LSZOMB,
  LWP_WORDS,
  LW_INMEM,
  LW_SINTR,
} from '@holdfast/kernel'
import { expect, test } from 'vitest'
import { AuditedMem, UnguardedInmem } from './audited-mem.js'

const LWPS = 1024
const SELF = 512
const LOCK = 600

/** Two LWPs; the second sleeps, swapped in, and its locks are as given. */
function audited(swaplock: number, spinHeld: boolean, stat = LSSLEEP): { mem: AuditedMem; l: number } {
  const config = { lwps: LWPS, nlwps: 2 } as unknown as KernelConfig
  const mem = new AuditedMem(new SharedArrayBuffer(16_384), config, {})
  mem.self = () => SELF
  const l = LWPS + LWP_WORDS
  mutexInit(mem, l + L_SWAPLOCK)
  mutexSpinInit(mem, LOCK)
  mem.store(l + L_MUTEX, LOCK)
  mem.store(l + L_STAT, stat)
  mem.store(l + L_FLAG, LW_INMEM)
  mem.store(l + L_SWAPLOCK, swaplock)
  if (spinHeld) mem.store(LOCK, MUTEX_BIT_SPIN | SELF)
  return { mem, l }
}

test('LW_INMEM cleared without l_swaplock, or without the LWP lock, is caught (all three ways)', () => {
  for (const [swaplock, spinHeld] of [
    [0, true],
    [SELF + 4, true],
    [SELF, false],
  ] as const) {
    const { mem, l } = audited(swaplock, spinHeld)
    expect(() => mem.write(l + L_FLAG, 0)).toThrow(UnguardedInmem)
    expect(mem.read(l + L_FLAG)).toBe(LW_INMEM)
  }
})

test('LW_INMEM cleared by a fill or a copy of the record, or of the whole table, is caught (all four)', () => {
  for (const clear of [
    (mem: AuditedMem, l: number) => mem.fill(l, LWP_WORDS, 0),
    (mem: AuditedMem) => mem.fill(LWPS, 2 * LWP_WORDS, 0),
    (mem: AuditedMem, l: number) => mem.copy(l, 8, LWP_WORDS),
    (mem: AuditedMem, l: number) => mem.copy(l + L_FLAG, 8, 1),
  ]) {
    const { mem, l } = audited(0, false)
    expect(() => clear(mem, l)).toThrow(UnguardedInmem)
    expect(mem.read(l + L_FLAG)).toBe(LW_INMEM)
  }
})

test('a fill or a copy of a record of one owner, or of words beside l_flag, is not flagged', () => {
  for (const stat of [0, LSIDL, LSZOMB]) {
    const { mem, l } = audited(0, false, stat)
    mem.fill(l, LWP_WORDS, 0)
    expect(mem.read(l + L_FLAG)).toBe(0)
  }
  const { mem, l } = audited(0, false)
  mem.fill(l + L_FLAG + 1, LWP_WORDS - L_FLAG - 1, 0)
  mem.copy(l, 8, L_FLAG)
  mem.fill(l + LWP_WORDS, 8 * LWP_WORDS, 0) // behind the table
  expect(mem.read(l + L_FLAG)).toBe(LW_INMEM)
})

test('with both locks, with another flag, or for an LWP that has one owner, nothing is flagged', () => {
  const guarded = audited(SELF, true)
  guarded.mem.write(guarded.l + L_FLAG, 0)
  expect(guarded.mem.read(guarded.l + L_FLAG)).toBe(0)
  const other = audited(0, false)
  other.mem.write(other.l + L_FLAG, LW_INMEM | LW_SINTR)
  const dead = audited(0, false, LSZOMB)
  dead.mem.write(dead.l + L_FLAG, 0)
})
