import { MUTEX_BIT_SPIN, Mem, mutexOwned, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import { expect, test, vi } from 'vitest'
import { SPC_LWPLOCK, SPC_MUTEX } from './cpu.js'
import {
  lwpLock,
  lwpLocked,
  lwpRelock,
  lwpSetlock,
  lwpTrylock,
  lwpUnlock,
  lwpUnlockTo,
} from './kern-lwp-lock.js'
import { L_MUTEX } from './lwp.js'
import { TestMachine } from './testing/test-machine.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

/** Changes `l_mutex` right after it was read: another CPU wakes the LWP before we have entered its lock. */
class MovingMem extends Mem {
  watched = 0
  moves: number[] = []
  reads = 0

  override load(addr: number): number {
    const value = super.load(addr)
    if (addr === this.watched) {
      this.reads++
      const next = this.moves.shift()
      if (next !== undefined) this.write(addr, next)
    }
    return value
  }
}

function movingMachine(): { machine: TestMachine; mem: MovingMem; lwp: number; locks: number[] } {
  let moving: MovingMem | undefined
  const machine = new TestMachine({
    ncpu: 3,
    makeMem: (buffer) => {
      moving = new MovingMem(buffer)
      return moving
    },
  })
  const lwp = machine.lwp(function* () {})
  const mem = moving as MovingMem
  const locks = machine.cpus.map((cpu) => cpu.ci + SPC_MUTEX)
  mem.watched = lwp + L_MUTEX
  return { machine, mem, lwp, locks }
}

test('lwp_lock takes the lock that covers the LWP, though l_mutex moves 0 to 4 times between read and enter', () => {
  for (let moves = 0; moves <= 4; moves++) {
    const { machine, mem, lwp, locks } = movingMachine()
    const cpu = machine.cpu(0)
    // A move after the first read of each attempt; the second read of an attempt sees it.
    mem.moves = Array.from({ length: moves }, (_, i) => locks[(i + 1) % 3]!)
    lwpLock(cpu, lwp)
    mem.watched = 0
    const current = mem.load(lwp + L_MUTEX)
    expect(mem.moves).toEqual([])
    expect(locks.filter((lock) => mutexOwned(cpu, lock))).toEqual([current])
    expect(cpu.spinDepth).toBe(1)
    lwpUnlock(cpu, lwp)
    expect(cpu.spinDepth).toBe(0)
    expect(mem.load(current)).toBe(MUTEX_BIT_SPIN)
  }
})

test('lwp_trylock does the same, and fails without waiting when the lock is held', () => {
  const { machine, mem, lwp, locks } = movingMachine()
  const cpu = machine.cpu(0)
  mem.moves = [locks[1]!, locks[2]!]
  expect(lwpTrylock(cpu, lwp)).toBe(true)
  mem.watched = 0
  expect(locks.map((lock) => mutexOwned(cpu, lock))).toEqual([false, false, true])
  expect(lwpTrylock(machine.cpu(1), lwp)).toBe(false)
  expect(machine.cpu(1).spinDepth).toBe(0)
  lwpUnlock(cpu, lwp)
})

test('setlock keeps both locks, unlock_to drops the old one, relock enters the new one first', () => {
  const machine = new TestMachine()
  const cpu = machine.cpu(0)
  const lwp = machine.lwp(function* () {})
  const runq = cpu.ci + SPC_MUTEX
  const lwplock = cpu.ci + SPC_LWPLOCK

  lwpLock(cpu, lwp)
  expect(lwpLocked(cpu, lwp, runq)).toBe(true)
  expect(lwpLocked(cpu, lwp, lwplock)).toBe(false)
  mutexSpinEnter(cpu, lwplock)
  lwpSetlock(cpu, lwp, lwplock)
  expect(cpu.spinDepth).toBe(2)
  mutexSpinExit(cpu, runq)
  lwpRelock(cpu, lwp, runq)
  expect(lwpLocked(cpu, lwp, runq)).toBe(true)
  expect(mutexOwned(cpu, lwplock)).toBe(false)
  lwpUnlockTo(cpu, lwp, lwplock)
  expect(lwpLocked(cpu, lwp, 0)).toBe(false)
  expect(cpu.spinDepth).toBe(0)
})

test('setlock of an LWP that is not locked fails an assertion', () => {
  const machine = new TestMachine()
  const lwp = machine.lwp(function* () {})
  expect(() => lwpSetlock(machine.cpu(0), lwp, machine.cpu(0).ci + SPC_LWPLOCK)).toThrow(
    'lwp_locked(l, NULL)',
  )
})
