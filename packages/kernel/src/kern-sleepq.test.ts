import {
  cvInit,
  cvSignal,
  cvTimedwait,
  cvWait,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
  mutexSpinEnter,
  mutexSpinExit,
} from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { SPC_COUNT, SPC_LWPLOCK, SPC_MUTEX } from './cpu.js'
import type { Cpu } from './cpu.js'
import { calloutHardclock } from './kern-timeout.js'
import { HARDCLOCK_TICKS } from './globals.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { lwpUnsleep } from './kern-lwp-pri.js'
import { ST_MUTEX, sleeptabLookup } from './kern-sleepq.js'
import { kpause, setrunnable, tsleep, wakeup } from './kern-synch.js'
import { L_FLAG, L_MUTEX, L_PFLAG, L_SLEEPQ, L_SLPTIME, L_STAT, L_SYNCOBJ, L_WCHAN } from './lwp.js'
import { miSwitch } from './mi-switch.js'
import {
  EINTR,
  EWOULDBLOCK,
  LP_BOUND,
  LP_RUNNING,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LW_INMEM,
  LW_SINTR,
  LW_WEXIT,
} from './param.js'
import { P_LOCK, P_NRLWPS } from './proc.js'
import { SCHED_SYNCOBJ, SLEEP_SYNCOBJ } from './syncobj.js'
import { TestMachine, pause } from './testing/test-machine.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

const kick = vi.mocked(uvmKickScheduler)
beforeEach(() => void kick.mockReset())

/** An LWP that sleeps on `wchan`, and the results of its sleep. */
function sleeper(machine: TestMachine, wchan: number, ticks = 0, catchSignals = false, priority = 40) {
  const results: number[] = []
  const lwp = machine.start(
    function* (cpu) {
      results.push(yield* tsleep(cpu, wchan, 'wait', ticks, catchSignals))
    },
    { priority },
  )
  return { lwp, results }
}

test('a sleeper is LSSLEEP under the lock of its bucket, off its CPU, and wakeup makes it run on', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  const { lwp, results } = sleeper(machine, scratch)
  machine.run()
  expect(mem.read(lwp + L_STAT)).toBe(LSSLEEP)
  expect(mem.read(lwp + L_SYNCOBJ)).toBe(SLEEP_SYNCOBJ)
  expect(mem.read(lwp + L_WCHAN)).toBe(scratch)
  expect(mem.read(lwp + L_MUTEX)).toBe(sleeptabLookup(cpu, scratch) + ST_MUTEX)
  expect(mem.read(lwp + L_PFLAG) & LP_RUNNING).toBe(0)

  wakeup(cpu, scratch)
  expect(mem.read(lwp + L_STAT)).toBe(LSRUN)
  expect(mem.read(lwp + L_SYNCOBJ)).toBe(SCHED_SYNCOBJ)
  expect([mem.read(lwp + L_WCHAN), mem.read(lwp + L_SLEEPQ)]).toEqual([0, 0])
  expect(mem.read(lwp + L_MUTEX)).toBe(cpu.ci + SPC_MUTEX)
  machine.run()
  expect(results).toEqual([0])
  expect(kick).not.toHaveBeenCalled()
})

test('one channel is woken and another of the same bucket is not', () => {
  const machine = new TestMachine()
  const { scratch } = machine
  const cpu = machine.cpu(0)
  let other = scratch + 2
  while (sleeptabLookup(cpu, other) !== sleeptabLookup(cpu, scratch)) other += 2
  const one = sleeper(machine, scratch)
  const two = sleeper(machine, other)
  machine.run()
  wakeup(cpu, scratch)
  machine.run()
  expect(one.results).toEqual([0])
  expect(two.results).toEqual([])
})

test('sleepers are woken in the order of priority, then of arrival (200 sets of up to 12)', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 63 }), { maxLength: 12 }), (priorities) => {
      const machine = new TestMachine()
      const { mem, scratch } = machine
      const cpu = machine.cpu(0)
      const mutex = scratch
      const cv = scratch + 4
      mutexInit(mem, mutex)
      cvInit(mem, cv)
      const woken: number[] = []
      for (const [index, priority] of priorities.entries()) {
        machine.start(
          function* (self) {
            yield* mutexEnter(self, mutex)
            yield* cvWait(self, cv, mutex)
            woken.push(index)
            mutexExit(self, mutex)
          },
          { priority },
        )
        machine.run()
      }
      // One at a time, so that the run queue does not order them.
      for (const _ of priorities) {
        cvSignal(cpu, cv)
        machine.run()
      }
      const boosted = (index: number) => priorities[index]! >> 1
      const expected = [...priorities.keys()].sort((a, b) => boosted(b) - boosted(a) || a - b)
      expect(woken).toEqual(expected)
    }),
    { numRuns: 200 },
  )
}, 30_000)

test('woken while swapped out: LSRUN, on no queue, under spc_mutex, and the swapper kicked after the lock was dropped', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  const { lwp, results } = sleeper(machine, scratch)
  machine.run()
  mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
  const depths: number[] = []
  kick.mockImplementation((kicker: Cpu) => {
    depths.push(kicker.spinDepth)
    expect(mutexOwned(kicker, sleeptabLookup(kicker, scratch) + ST_MUTEX)).toBe(false)
  })
  wakeup(cpu, scratch)
  expect(depths).toEqual([0])
  expect(mem.read(lwp + L_STAT)).toBe(LSRUN)
  expect(mem.read(lwp + L_MUTEX)).toBe(cpu.ci + SPC_MUTEX)
  expect(mem.read(cpu.ci + SPC_COUNT)).toBe(0)
  machine.run()
  expect(results).toEqual([])
})

test('one kick for many swapped-out sleepers', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const lwps = [1, 2, 3].map(() => sleeper(machine, scratch).lwp)
  machine.run()
  for (const lwp of lwps) mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
  wakeup(machine.cpu(0), scratch)
  expect(kick).toHaveBeenCalledTimes(1)
})

test('lwp_unsleep with cleanup kicks, without it leaves the lock and the kick to the caller', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  for (const cleanup of [true, false]) {
    const { lwp } = sleeper(machine, scratch)
    machine.run()
    mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
    lwpLock(cpu, lwp)
    const mutex = mem.read(lwp + L_MUTEX)
    expect(lwpUnsleep(cpu, lwp, cleanup)).toBe(1)
    if (!cleanup) mutexSpinExit(cpu, mutex)
    expect(cpu.spinDepth).toBe(0)
  }
  expect(kick).toHaveBeenCalledTimes(1)
})

test('set running before it switched, a stopping LWP stays on its CPU as LSONPROC and only yields', () => {
  const machine = new TestMachine({ ncpu: 2 })
  const { mem } = machine
  const p = machine.config.proc0
  const switched: boolean[] = []
  const lwp = machine.start(function* (cpu) {
    lwpLock(cpu, cpu.self)
    mem.write(cpu.self + L_STAT, LSSTOP)
    lwpUnlock(cpu, cpu.self)
    yield* pause() // here the other CPU sets it running
    lwpLock(cpu, cpu.self)
    switched.push(yield* miSwitch(cpu, cpu.self))
  })
  machine.start(
    function* (cpu) {
      yield* mutexEnter(cpu, p + P_LOCK)
      expect(mem.read(lwp + L_PFLAG) & LP_RUNNING).not.toBe(0)
      lwpLock(cpu, lwp)
      setrunnable(cpu, lwp)
      expect(mem.read(lwp + L_STAT)).toBe(LSONPROC)
      mutexExit(cpu, p + P_LOCK)
    },
    { cpu: 1, pflag: LP_BOUND },
  )
  machine.run()
  expect(switched).toEqual([false])
})

test('an LWP that is to exit does not begin an interruptible sleep: EINTR, and it stays runnable', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const errors: number[] = []
  machine.start(function* (cpu) {
    mem.write(cpu.self + L_FLAG, mem.read(cpu.self + L_FLAG) | LW_WEXIT)
    errors.push(yield* tsleep(cpu, scratch, 'wait', 0, true))
  })
  machine.run()
  expect(errors).toEqual([EINTR])
})

test('setrunnable ends an interruptible sleep, and a stopped sleeper sleeps on under its queue', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  const p = machine.config.proc0
  const { lwp, results } = sleeper(machine, scratch, 0, true)
  machine.run()
  expect(mem.read(lwp + L_FLAG) & LW_SINTR).not.toBe(0)
  cpu.self = lwp // somebody must own p_lock
  mem.write(p + P_LOCK, lwp)
  lwpLock(cpu, lwp)
  mem.write(lwp + L_STAT, LSSTOP)
  expect(mem.read(lwp + L_MUTEX)).toBe(sleeptabLookup(cpu, scratch) + ST_MUTEX)
  mem.write(p + P_NRLWPS, 0)
  setrunnable(cpu, lwp)
  expect(mem.read(p + P_NRLWPS)).toBe(1)
  expect(mem.read(lwp + L_STAT)).toBe(LSRUN)
  cpu.self = machine.config.lwps // its idle LWP
  mem.write(p + P_LOCK, 0)
  machine.run()
  expect(results).toEqual([0])
})

test('setrunnable of a stopped, swapped-out LWP: LSRUN, on no queue, kicked after the lock', () => {
  const machine = new TestMachine()
  const { mem } = machine
  const cpu = machine.cpu(0)
  const p = machine.config.proc0
  const lwp = machine.lwp(function* () {})
  mem.write(lwp + L_STAT, LSSTOP)
  mem.write(lwp + L_MUTEX, cpu.ci + SPC_LWPLOCK)
  mem.write(lwp + L_FLAG, 0)
  mem.write(lwp + L_SLPTIME, 7)
  mem.write(p + P_LOCK, cpu.self)
  kick.mockImplementation((kicker: Cpu) => expect(kicker.spinDepth).toBe(0))
  lwpLock(cpu, lwp)
  setrunnable(cpu, lwp)
  expect(kick).toHaveBeenCalledTimes(1)
  expect(mem.read(lwp + L_STAT)).toBe(LSRUN)
  expect(mem.read(lwp + L_SLPTIME)).toBe(0)
  expect(mem.read(lwp + L_MUTEX)).toBe(cpu.ci + SPC_MUTEX)
  expect(mem.read(cpu.ci + SPC_COUNT)).toBe(0)
})

test('sleeping with a spin mutex held panics', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const spin = machine.cpu(0).ci + SPC_LWPLOCK
  machine.start(function* (cpu) {
    mutexSpinEnter(cpu, mem.read(cpu.self + L_MUTEX) === spin ? scratchSpin(machine) : spin)
    yield* tsleep(cpu, scratch, 'wait', 0, false)
  })
  expect(() => machine.run()).toThrow('sleeping with a spin lock held')
})

function scratchSpin(machine: TestMachine): number {
  machine.mem.write(machine.scratch + 900, 2)
  return machine.scratch + 900
}

test('timeouts fire in the order of their ticks, each exactly once, and never early (50 sets of up to 12)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 12 }), (delays) => {
      const machine = new TestMachine()
      const { mem } = machine
      const cpu = machine.cpu(0)
      mem.write(HARDCLOCK_TICKS, 0x7fff_ff00) // the tick counter wraps on the way
      const fired: [number, number][] = []
      let now = 0
      for (const [index, ticks] of delays.entries()) {
        machine.start(function* (self) {
          expect(yield* kpause(self, 'pause', false, ticks)).toBe(EWOULDBLOCK)
          fired.push([now, index])
        })
        machine.run()
      }
      for (now = 1; now <= 700; now++) {
        calloutHardclock(cpu)
        machine.run()
      }
      const expected = [...delays.entries()]
        .map(([index, ticks]) => [ticks, index])
        .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!)
      expect(fired).toEqual(expected)
    }),
    { numRuns: 50 },
  )
}, 30_000)

test('a sleeper woken in time takes its timeout back, and sleeps again with another', () => {
  const machine = new TestMachine()
  const { scratch } = machine
  const cpu = machine.cpu(0)
  const errors: number[] = []
  machine.start(function* (self) {
    errors.push(yield* tsleep(self, scratch, 'wait', 5, false))
    errors.push(yield* tsleep(self, scratch, 'wait', 5, false))
  })
  machine.run()
  for (let tick = 0; tick < 3; tick++) calloutHardclock(cpu)
  wakeup(cpu, scratch)
  machine.run()
  for (let tick = 0; tick < 4; tick++) calloutHardclock(cpu)
  machine.run()
  expect(errors).toEqual([0])
  calloutHardclock(cpu)
  machine.run()
  expect(errors).toEqual([0, EWOULDBLOCK])
})

test('a timed condition wait returns EWOULDBLOCK with its mutex held', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const cpu = machine.cpu(0)
  mutexInit(mem, scratch)
  cvInit(mem, scratch + 4)
  const results: unknown[] = []
  machine.start(function* (self) {
    yield* mutexEnter(self, scratch)
    results.push(yield* cvTimedwait(self, scratch + 4, scratch, 2), mutexOwned(self, scratch))
    mutexExit(self, scratch)
  })
  machine.run()
  calloutHardclock(cpu)
  calloutHardclock(cpu)
  machine.run()
  expect(results).toEqual([EWOULDBLOCK, true])
})

test('LWPs on two CPUs that signal each other 200 times lose no wakeup', () => {
  const machine = new TestMachine({ ncpu: 2 })
  const { mem, scratch } = machine
  mutexInit(mem, scratch)
  cvInit(mem, scratch + 4)
  let turn = 0
  let turns = 0
  function* player(cpu: Cpu, me: number) {
    for (let i = 0; i < 200; i++) {
      yield* mutexEnter(cpu, scratch)
      while (turn !== me) yield* cvWait(cpu, scratch + 4, scratch)
      turn = 1 - me
      turns++
      cvSignal(cpu, scratch + 4)
      mutexExit(cpu, scratch)
      yield* pause()
    }
  }
  machine.start((cpu) => player(cpu, 0))
  machine.start((cpu) => player(cpu, 1), { cpu: 1 })
  machine.run()
  expect(turns).toBe(400)
})
