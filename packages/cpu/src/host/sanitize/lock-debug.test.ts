import {
  type Addr,
  MUTEX_BIT_SPIN,
  MUTEX_DESTROYED,
  Mem,
  mutexDestroy,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinInit,
  mutexTryEnter,
  runToEnd,
  rwEnter,
  rwExit,
  rwInit,
  RW_READER,
  RW_WRITER,
} from '@holdfast/atomics-sync'
import type { Actor } from '@holdfast/atomics-sync'
import { expect, test } from 'vitest'
import { LockDebug } from './lock-debug.js'
import { allocLockOrder } from './lock-order-table.js'
import { WORD_LOCK, WORD_RWLOCK } from './options.js'
import type { OrderSeen, SanitizeReport } from './report.js'

const A = 16
const B = 20
const SPIN = 24
const RW = 28
const NAMES = ['(other)', 'a', 'b', 'spin', 'rw']
const CLASS_OF: Readonly<Record<Addr, number>> = { [A]: 1, [B]: 2, [SPIN]: 3, [RW]: 4 }

/** Two CPUs over one memory, each with its own rules and one LWP. */
function machine(): { cpus: [TestCpu, TestCpu]; reports: SanitizeReport[]; messages: () => string[] } {
  const buffer = new SharedArrayBuffer(256)
  const plain = new Mem(buffer)
  mutexInit(plain, A)
  mutexInit(plain, B)
  mutexSpinInit(plain, SPIN)
  rwInit(plain, RW)
  const words = new Uint8Array(64)
  const classOf = new Uint16Array(64)
  for (const [addr, number] of Object.entries(CLASS_OF)) {
    words[Number(addr)] = WORD_LOCK | (Number(addr) === RW ? WORD_RWLOCK : 0)
    classOf[Number(addr)] = number
  }
  const options = { words, lockClasses: { names: NAMES, classOf }, lockOrder: allocLockOrder(NAMES.length) }
  const reports: SanitizeReport[] = []
  const make = (id: number): TestCpu => {
    const debug = new LockDebug(id, plain, options, (report) => reports.push(report), null)
    const cpu = {
      mem: new WatchedMem(buffer, debug),
      self: 4 * (id + 1),
      spinDepth: 0,
      preemptWanted: false,
      lockstat: debug,
      debug,
      interrupts: { poll: () => {} },
    } as unknown as TestCpu
    debug.attach(cpu)
    return cpu
  }
  const messages = (): string[] =>
    reports.flatMap((report) => (report.type === 'rule' ? [report.message.replace(/: word.*/, '')] : []))
  return { cpus: [make(0), make(1)], reports, messages }
}

interface TestCpu extends Actor {
  readonly debug: LockDebug
}

/** Tells of plain stores to locks, as SanitizedMem does. */
class WatchedMem extends Mem {
  private readonly debug: LockDebug

  constructor(buffer: SharedArrayBuffer, debug: LockDebug) {
    super(buffer)
    this.debug = debug
  }

  override store(addr: Addr, value: number): void {
    if (CLASS_OF[addr] !== undefined) this.debug.storing(addr, value)
    super.store(addr, value)
  }
}

function enter(cpu: Actor, lock: Addr): void {
  runToEnd(mutexEnter(cpu, lock))
}

test('locks taken in order, released by who took them, and user mode entered without any: no rule is broken', () => {
  const { cpus, messages } = machine()
  const [cpu] = cpus
  for (let round = 0; round < 3; round++) {
    enter(cpu, A)
    mutexSpinEnter(cpu, SPIN)
    mutexSpinExit(cpu, SPIN)
    runToEnd(rwEnter(cpu, RW, RW_WRITER))
    rwExit(cpu, RW)
    runToEnd(rwEnter(cpu, RW, RW_READER)) // kept in user mode, as p_reflock is
    mutexExit(cpu, A)
    cpu.debug.userret()
    rwExit(cpu, RW)
  }
  mutexDestroy(cpu, B)
  mutexInit(cpu.mem, B)
  enter(cpu, B)
  mutexExit(cpu, B)
  expect(messages()).toEqual([])
})

test('a spin mutex released by another CPU than the one that holds it is reported', () => {
  const { cpus, messages } = machine()
  mutexSpinEnter(cpus[0], SPIN)
  cpus[1].spinDepth = 1
  mutexSpinExit(cpus[1], SPIN)
  expect(messages()).toEqual(['mutex error: lockdebug_unlocked: not held by current CPU'])
})

test('a mutex released on behalf of another LWP is reported', () => {
  const { cpus, messages } = machine()
  enter(cpus[0], A)
  cpus[1].debug.released(A)
  expect(messages()).toEqual(['mutex error: lockdebug_unlocked: not held by current LWP'])
})

test('a mutex taken by who has it already is reported', () => {
  const { cpus, messages } = machine()
  enter(cpus[0], A)
  cpus[0].debug.acquired(A)
  expect(messages()).toEqual(['mutex error: lockdebug_wantlock: locking against myself'])
})

test('waiting for a sleep lock with a spin lock held is reported, also when it is free by then', () => {
  const { cpus, messages } = machine()
  mutexSpinEnter(cpus[0], SPIN)
  cpus[0].debug.contending(A)
  expect(messages()).toEqual([`mutex error: lockdebug_barrier: spin lock held (word ${SPIN})`])
})

test('a sleep lock taken with interrupts held off is reported; by a try it is not', () => {
  const { cpus, messages } = machine()
  const [cpu] = cpus
  cpu.spinDepth++
  expect(mutexTryEnter(cpu, A)).toBe(true)
  mutexExit(cpu, A)
  expect(messages()).toEqual([])
  enter(cpu, A)
  expect(messages()).toEqual(['mutex error: lockdebug_wantlock: acquiring sleep lock from interrupt context'])
})

test('going to user mode with a spin lock, or with a mutex, is reported', () => {
  const { cpus, messages } = machine()
  mutexSpinEnter(cpus[0], SPIN)
  cpus[0].debug.userret()
  mutexSpinExit(cpus[0], SPIN)
  enter(cpus[0], A)
  cpus[0].debug.userret()
  expect(messages()).toEqual([
    'mutex error: lockdebug_barrier: spin lock held',
    'mutex error: lockdebug_barrier: sleep lock held',
  ])
})

test('an LWP that exits with a mutex is reported; one that only reads is not', () => {
  const { cpus, messages } = machine()
  runToEnd(rwEnter(cpus[1], RW, RW_READER))
  cpus[1].debug.exited(cpus[1].self)
  enter(cpus[0], A)
  cpus[0].debug.exited(cpus[0].self)
  expect(messages()).toEqual(['mutex error: lockdebug_barrier: sleep lock held by an LWP that exits'])
})

test('a lock destroyed, or made anew, while somebody has it, or destroyed twice, is reported', () => {
  const { cpus, messages } = machine()
  enter(cpus[0], A)
  cpus[1].mem.store(A, MUTEX_DESTROYED)
  cpus[1].mem.store(A, MUTEX_DESTROYED)
  mutexSpinEnter(cpus[0], SPIN)
  cpus[1].mem.store(SPIN, MUTEX_BIT_SPIN)
  expect(messages()).toEqual([
    'mutex error: lockdebug_free: is locked or in use',
    'mutex error: lockdebug_free: destroying uninitialized lock',
    'mutex error: lockdebug_alloc: already initialized',
  ])
})

test('each pair of classes is told of once over all CPUs, and once more with both places; tries lead nowhere', () => {
  const { cpus, reports } = machine()
  const orders = (): string[] =>
    reports
      .filter((report): report is OrderSeen => report.type === 'order')
      .map(({ cpu, from, to, heldStack }) => `${cpu}: ${from} -> ${to}${heldStack === '' ? '' : ', placed'}`)
  for (let round = 0; round < 5; round++)
    for (const cpu of cpus) {
      enter(cpu, A)
      enter(cpu, B)
      mutexExit(cpu, B)
      mutexExit(cpu, A)
    }
  expect(orders()).toEqual(['0: a -> b', '0: a -> b, placed'])
  for (let round = 0; round < 5; round++) {
    enter(cpus[1], B)
    mutexTryEnter(cpus[1], A)
    mutexExit(cpus[1], A)
    mutexExit(cpus[1], B)
  }
  expect(orders()).toHaveLength(2)
  // After so many tries, one acquisition in 256 is looked at; one that has to wait, always.
  for (let round = 0; round < 256; round++) {
    enter(cpus[1], B)
    enter(cpus[1], A)
    mutexExit(cpus[1], A)
    mutexExit(cpus[1], B)
  }
  expect(orders().slice(2, 3)).toEqual(['1: b -> a'])
})
