import { layouts } from '@holdfast/atomics-sync'
import {
  CI_INDEX,
  L_FLAG,
  L_HOLDCNT,
  L_KPRIORITY,
  L_MUTEX,
  L_STAT,
  PROC_LOCK,
  SPC_LWPLOCK,
  TC_MUTEX,
  turnstileChain,
} from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import {
  PG_FLAGS,
  PG_PQFLAGS,
  PG_PQ_NEXT,
  PG_UANON,
  PQ_ACTIVE,
  PQ_FREE,
  UVM_FPAGEQLOCK,
  UVM_PAGEQLOCK,
} from '@holdfast/mm'
import { expect, test } from 'vitest'
import { bootMachine, prepare } from '../../run/prepare.js'
import { AddressTable } from '../machine/address-table.js'
import { Guards } from './guards.js'
import { holdVsSwapper } from '../scenarios/hold-vs-swapper.js'

const machine = bootMachine(prepare(holdVsSwapper, {}, 1))
const { config } = machine
const image = new Int32Array(machine.buffer)
const table = new AddressTable(machine.regions, image.length)
const chainOf = (lock: number): number => turnstileChain({ config } as Cpu, lock)
const guards = new Guards(table, chainOf)

/** Names of locks that need more than the record to be found. */
const UNRESOLVED = ['map', 'MC_MBOX_OWNER', 'none', 'pb_lock', 'PC_LOCK', 'pcg', 'pmap', 'pv_lock']
/** Names that guards.ts finds from the contents of the record. */
const BY_CONTENTS = ['inheritor', 'l_mutex', 'owner', 'p_lock', 'queue', 'spc_mutex', 'tc_mutex']
const KINDS = ['atomic', 'stable', 'private']

test('every name in a layout is a kind, a lock that is found, or one of those that are known not to be', () => {
  const globals = new Set<string>()
  for (const { base, fields } of layouts())
    if (base !== undefined) for (const { name, isLock } of fields) if (isLock) globals.add(name)
  const known = new Set([...KINDS, ...BY_CONTENTS, ...UNRESOLVED])
  const lost = layouts().flatMap(({ name, fields }) =>
    fields
      .filter(({ lock }) => !known.has(lock) && !globals.has(lock.toUpperCase()))
      .filter(({ lock }) => !fields.some((own) => own.isLock && own.name === lock.toUpperCase()))
      .map((field) => `${name}.${field.name}: ${field.lock}`),
  )
  expect(lost).toEqual([])
})

test('the lock of an LWP is the one that its l_mutex names now', () => {
  const words = image.slice()
  const l = config.lwp0
  for (const lock of [config.cpuInfos + SPC_LWPLOCK, config.cpuInfos + config.cpuInfoWords + SPC_LWPLOCK]) {
    words[l + L_MUTEX] = lock
    expect(guards.of(words, l + L_STAT, true)).toEqual({ kind: 'lock', lock, name: 'l_mutex' })
  }
  expect(guards.of(words, l + L_HOLDCNT, true)).toMatchObject({ kind: 'atomic' })
  expect(guards.of(words, config.cpuInfos + CI_INDEX, true)).toMatchObject({ kind: 'stable' })
})

test('a field that is read unlocked by design is not written unlocked by design', () => {
  const l = config.lwp0
  expect(guards.of(image, l + L_FLAG, false)?.byDesign).toContain('scans')
  expect(guards.of(image, l + L_FLAG, true)?.byDesign).toBeUndefined()
})

test('what is private in an LWP is its own, whoever touches it first', () => {
  for (const l of [config.lwp0, config.pagedaemonLwp])
    expect(guards.of(image, l + L_KPRIORITY, true)).toMatchObject({ kind: 'private', owner: l })
})

test('the lock of a page is that of its owner, that of its links that of its queue', () => {
  const words = image.slice()
  const pg = config.vmPages
  const anon = table.base(machine.regions.find(({ label }) => label === 'vm_anon')?.base as number)
  words[pg + PG_UANON] = anon
  expect(guards.of(words, pg + PG_FLAGS, true)).toMatchObject({ kind: 'lock', lock: anon, name: 'owner' })
  words[pg + PG_PQFLAGS] = PQ_FREE
  expect(guards.of(words, pg + PG_PQ_NEXT, true)).toMatchObject({ lock: UVM_FPAGEQLOCK })
  words[pg + PG_PQFLAGS] = PQ_ACTIVE
  expect(guards.of(words, pg + PG_PQ_NEXT, true)).toMatchObject({ lock: UVM_PAGEQLOCK })
  words[pg + PG_PQFLAGS] = 0
  expect(guards.of(words, pg + PG_PQ_NEXT, true)).toBeUndefined()
})

test("a turnstile with waiters is covered by its chain's lock, one without by none", () => {
  const region = machine.regions.find(({ layout }) => layout === 'turnstile')
  const layout = layouts().find(({ name }) => name === 'turnstile')
  const offset = (name: string): number =>
    layout?.fields.find((field) => field.name === name)?.offset as number
  const ts = region?.base as number
  const words = image.slice()
  words[ts + offset('TS_OBJ')] = PROC_LOCK
  expect(guards.of(words, ts + offset('TS_FREE'), true)).toBeUndefined()
  words[ts + offset('TS_WAITERS') + 1] = 1
  expect(guards.of(words, ts + offset('TS_FREE'), true)).toMatchObject({
    lock: chainOf(PROC_LOCK) + TC_MUTEX,
  })
})
