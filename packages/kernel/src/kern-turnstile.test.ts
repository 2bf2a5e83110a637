import {
  RW_READER,
  RW_WRITER,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwner,
  mutexSpinEnter,
  rwEnter,
  rwExit,
  rwInit,
} from '@holdfast/atomics-sync'
import { expect, test, vi } from 'vitest'
import { SPC_MUTEX } from './cpu.js'
import type { Cpu } from './cpu.js'
import { lwpEprio, lwpUnsleep } from './kern-lwp-pri.js'
import { lwpLock } from './kern-lwp-lock.js'
import { TC_CHAIN, TC_MUTEX, turnstileChain } from './kern-turnstile.js'
import { tsleep, wakeup } from './kern-synch.js'
import { L_FLAG, L_INHERITEDPRIO, L_KPRIBASE, L_MUTEX, L_PI_LENDERS, L_STAT, L_SYNCOBJ, L_TS } from './lwp.js'
import { LSRUN, LSSLEEP, LW_INMEM, PRI_KERNEL, SCHED_FIFO } from './param.js'
import { TestMachine } from './testing/test-machine.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

/** Every LWP has a turnstile, and no two the same. */
function checkTurnstiles(machine: TestMachine, lwps: readonly number[]): void {
  const turnstiles = lwps.map((lwp) => machine.mem.read(lwp + L_TS))
  expect(turnstiles).not.toContain(0)
  expect(new Set(turnstiles).size).toBe(lwps.length)
}

test('waiters block under the chain lock, run by priority when it is free, and each has a turnstile of its own again', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  mutexInit(mem, scratch)
  const ran: string[] = []
  const owner = machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
    yield* tsleep(self, scratch + 8, 'wait', 0, false)
    mutexExit(self, scratch)
    ran.push('owner')
  })
  machine.run()
  const waiters = [150, 180, 160].map((priority) =>
    machine.start(
      function* (self) {
        yield* mutexEnter(self, scratch)
        ran.push(`${priority}`)
        mutexExit(self, scratch)
      },
      { priority, class: SCHED_FIFO },
    ),
  )
  machine.run()
  const chain = turnstileChain(cpu, scratch)
  for (const lwp of waiters) {
    expect(mem.read(lwp + L_STAT)).toBe(LSSLEEP)
    expect(mem.read(lwp + L_MUTEX)).toBe(chain + TC_MUTEX)
    expect(mem.read(lwp + L_TS)).toBe(mem.read(chain + TC_CHAIN))
  }
  expect(lwpEprio(cpu, owner)).toBe(180)
  wakeup(cpu, scratch + 8)
  machine.run()
  expect(ran).toEqual(['180', '160', '150', 'owner'].sort(byEnd(ran)))
  expect(ran.filter((name) => name !== 'owner')).toEqual(['180', '160', '150'])
  expect(mem.read(chain + TC_CHAIN)).toBe(0)
  expect(mem.read(owner + L_INHERITEDPRIO)).toBe(-1)
  checkTurnstiles(machine, [owner, ...waiters])
  for (const lwp of waiters) expect(mem.read(lwp + L_KPRIBASE)).toBe(PRI_KERNEL)
})

function byEnd(ran: readonly string[]) {
  return (a: string, b: string) => ran.indexOf(a) - ran.indexOf(b)
}

test('a priority is lent through a chain of 3 locks, and taken back link by link as they are released', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  const locks = [scratch, scratch + 100, scratch + 200]
  for (const lock of locks) mutexInit(mem, lock)
  const gate = scratch + 300
  /** Takes lock `i`, then waits for lock `i + 1`, or for the gate if it is the last. */
  function* link(self: Cpu, i: number) {
    yield* mutexEnter(self, locks[i]!)
    if (i + 1 < locks.length) yield* mutexEnter(self, locks[i + 1]!)
    else yield* tsleep(self, gate, 'wait', 0, false)
    const next = locks[i + 1]
    if (next !== undefined) mutexExit(self, next)
    mutexExit(self, locks[i]!)
    yield* tsleep(self, gate, 'wait', 0, false)
  }
  const lwps = [2, 1, 0].map((i) => {
    const lwp = machine.start((self) => link(self, i), { priority: 10 + i })
    machine.run()
    return lwp
  })
  const urgent = machine.start(
    function* (self) {
      yield* mutexEnter(self, locks[0]!)
      mutexExit(self, locks[0]!)
    },
    { priority: 190, class: SCHED_FIFO },
  )
  machine.run()
  expect(lwps.map((lwp) => lwpEprio(cpu, lwp))).toEqual([190, 190, 190])
  expect(lwps.map((lwp) => mem.read(lwp + L_INHERITEDPRIO))).toEqual([190, 190, 190])
  wakeup(cpu, gate)
  machine.run()
  expect(lwps.map((lwp) => mem.read(lwp + L_INHERITEDPRIO))).toEqual([-1, -1, -1])
  expect(lwps.map((lwp) => mem.read(lwp + L_PI_LENDERS))).toEqual([0, 0, 0])
  expect(locks.map((lock) => mutexOwner(mem, lock))).toEqual([0, 0, 0])
  checkTurnstiles(machine, [...lwps, urgent])
})

test('with two loans the higher counts, and after its release the lower one remains', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  const [a, b, gate] = [scratch, scratch + 100, scratch + 200]
  mutexInit(mem, a)
  mutexInit(mem, b)
  const owner = machine.start(function* (self) {
    yield* mutexEnter(self, a)
    yield* mutexEnter(self, b)
    yield* tsleep(self, gate, 'wait', 0, false)
    mutexExit(self, a)
    yield* tsleep(self, gate, 'wait', 0, false)
    mutexExit(self, b)
    yield* tsleep(self, gate, 'wait', 0, false)
  })
  machine.run()
  for (const [lock, priority] of [
    [b, 150],
    [a, 180],
  ] as const) {
    // The lower first: a loan that would not raise the owner is not noted, as in C.
    machine.start(
      function* (self) {
        yield* mutexEnter(self, lock)
        mutexExit(self, lock)
      },
      { priority, class: SCHED_FIFO },
    )
    machine.run()
  }
  const inherited: number[] = [mem.read(owner + L_INHERITEDPRIO)]
  for (let i = 0; i < 2; i++) {
    wakeup(cpu, gate)
    machine.run()
    inherited.push(mem.read(owner + L_INHERITEDPRIO))
  }
  expect(inherited).toEqual([180, 150, -1])
})

test('a loan raises an owner that waits on a run queue to its new place there', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  mutexInit(mem, scratch)
  const ran: string[] = []
  const owner = machine.start(
    function* (self) {
      yield* mutexEnter(self, scratch)
      yield* tsleep(self, scratch + 8, 'wait', 0, false)
      ran.push('owner')
      mutexExit(self, scratch)
    },
    { priority: 10 },
  )
  machine.run()
  machine.start(
    function* (self) {
      wakeup(self, scratch + 8) // the owner is queued now, below the bystander
      expect(mem.read(owner + L_STAT)).toBe(LSRUN)
      machine.start(
        function* () {
          ran.push('bystander')
        },
        { priority: 150, class: SCHED_FIFO },
      )
      yield* mutexEnter(self, scratch)
      ran.push('urgent')
      mutexExit(self, scratch)
    },
    { priority: 190, class: SCHED_FIFO },
  )
  machine.run()
  expect(ran).toEqual(['owner', 'urgent', 'bystander'])
  expect(lwpEprio(cpu, owner)).toBeLessThan(150)
})

test('turnstile_remove discards the need for swap-in: a swapped-out waiter is LSRUN, on no queue, and nobody is told', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  mutexInit(mem, scratch)
  machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
    yield* tsleep(self, scratch + 8, 'wait', 0, false)
    mutexExit(self, scratch)
  })
  machine.run()
  const waiter = machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
  })
  machine.run()
  mem.write(waiter + L_FLAG, mem.read(waiter + L_FLAG) & ~LW_INMEM)
  wakeup(cpu, scratch + 8)
  machine.run()
  expect(mem.read(waiter + L_STAT)).toBe(LSRUN)
  expect(mem.read(waiter + L_MUTEX)).toBe(cpu.ci + SPC_MUTEX)
  expect(mutexOwner(mem, scratch)).toBe(0)
  expect(vi.mocked(uvmKickScheduler)).not.toHaveBeenCalled()
})

test('a rwlock is handed from a writer to all 3 waiting readers, and from the last reader to the first writer', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  rwInit(mem, scratch)
  const gate = scratch + 8
  const log: string[] = []
  function* user(self: Cpu, name: string, op: number) {
    yield* rwEnter(self, scratch, op)
    log.push(`+${name}`)
    yield* tsleep(self, gate, 'wait', 0, false)
    log.push(`-${name}`)
    rwExit(self, scratch)
  }
  for (const name of ['w1', 'r1', 'r2', 'r3', 'w2']) {
    machine.start((self) => user(self, name, name.startsWith('w') ? RW_WRITER : RW_READER))
    machine.run()
  }
  expect(log).toEqual(['+w1'])
  wakeup(cpu, gate)
  machine.run()
  expect(log.slice(1)).toEqual(['-w1', '+r1', '+r2', '+r3'])
  wakeup(cpu, gate)
  machine.run()
  expect(log.slice(5)).toEqual(['-r1', '-r2', '-r3', '+w2'])
  wakeup(cpu, gate)
  machine.run()
  expect(log.at(-1)).toBe('-w2')
  expect(mem.read(scratch)).toBe(0)
})

test('to wake an LWP that waits for a lock panics', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  mutexInit(mem, scratch)
  machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
    yield* tsleep(self, scratch + 8, 'wait', 0, false)
  })
  machine.run()
  const waiter = machine.start((self) => mutexEnter(self, scratch))
  machine.run()
  expect(mem.read(waiter + L_SYNCOBJ)).toBe(1)
  lwpLock(cpu, waiter)
  expect(() => lwpUnsleep(cpu, waiter, true)).toThrow('turnstile_unsleep')
})

test('to block on a mutex with a spin mutex held fails', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  mutexInit(mem, scratch)
  mem.write(scratch + 900, 2)
  machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
    yield* tsleep(self, scratch + 8, 'wait', 0, false)
  })
  machine.run()
  machine.start(function* (self) {
    mutexSpinEnter(self, scratch + 900)
    yield* mutexEnter(self, scratch)
  })
  expect(() => machine.run()).toThrow()
})
