import { beforeEach, expect, test, vi } from 'vitest'
import { CI_WANT_RESCHED } from './cpu.js'
import { AVERUNNABLE, HARDCLOCK_TICKS } from './globals.js'
import { hardclock, softclockThread } from './kern-clock.js'
import { tsleep } from './kern-synch.js'
import { L_CLASS, L_PRIORITY, L_SLPTIME, L_STAT, L_SWTIME } from './lwp.js'
import { LSSTOP, LW_IDLE, LW_SYSTEM, NZERO, SCHED_FIFO } from './param.js'
import { schedNice } from './sched-4bsd.js'
import { P_LOCK } from './proc.js'
import { TestMachine, pause } from './testing/test-machine.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

const kick = vi.mocked(uvmKickScheduler)
beforeEach(() => void kick.mockReset())

/** A machine with its softclock thread, and `seconds` to let pass on it. */
function clockMachine() {
  const machine = new TestMachine()
  machine.start((cpu) => softclockThread(cpu), { priority: 192, class: SCHED_FIFO, flag: LW_SYSTEM })
  machine.run()
  const pass = (seconds: number) => {
    for (let tick = 0; tick < seconds * 100; tick++) {
      hardclock(machine.cpu(0))
      if (tick % 100 === 99) machine.run()
    }
  }
  return { machine, pass }
}

test('each second adds 1 to l_swtime of all but the idle LWP, and to l_slptime of sleepers and the stopped', () => {
  const { machine, pass } = clockMachine()
  const { mem, scratch } = machine
  const asleep = machine.start((cpu) => tsleep(cpu, scratch, 'wait', 0, false) as never)
  const stopped = machine.lwp(function* () {})
  mem.write(stopped + L_STAT, LSSTOP)
  machine.run()
  pass(7)
  expect(mem.read(HARDCLOCK_TICKS)).toBe(700)
  for (const lwp of [asleep, stopped]) {
    expect(mem.read(lwp + L_SWTIME)).toBe(7)
    expect(mem.read(lwp + L_SLPTIME)).toBe(7)
  }
  expect(mem.read(machine.cpu(0).self + L_SWTIME)).toBe(0)
})

test('the swapper is kicked each second from the one after it has slept maxslp / 2, and not before', () => {
  const { machine, pass } = clockMachine()
  const { mem, config } = machine
  // lwp0 is the idle LWP of this machine; only its l_slptime counts.
  mem.write(config.lwp0 + L_SLPTIME, 10)
  pass(3)
  expect(kick).toHaveBeenCalledTimes(0)
  mem.write(config.lwp0 + L_SLPTIME, 11)
  pass(3)
  expect(kick).toHaveBeenCalledTimes(3)
})

test('the load average follows the LWPs that run every 5 seconds', () => {
  const { machine, pass } = clockMachine()
  const { mem } = machine
  machine.lwp(function* () {}) // LSIDL counts
  pass(4)
  expect(mem.read(AVERUNNABLE)).toBe(0)
  pass(1)
  expect(mem.read(AVERUNNABLE)).toBeGreaterThan(0)
  expect(mem.read(AVERUNNABLE)).toBeLessThan(2048)
})

test('a SCHED_OTHER LWP loses priority while it runs and has it back after sleeping; FIFO keeps its own', () => {
  const machine = new TestMachine()
  const { mem } = machine
  const cpu = machine.cpu(0)
  const other = machine.start(function* () {
    yield* pause()
  })
  machine.step(0)
  expect(cpu.self).toBe(other)
  for (let tick = 0; tick < 40; tick++) hardclock(cpu)
  expect(mem.read(other + L_PRIORITY)).toBe(63 - 10 - NZERO)
  expect(mem.read(cpu.ci + CI_WANT_RESCHED)).toBe(1)

  mem.write(other + L_CLASS, SCHED_FIFO)
  mem.write(cpu.ci + CI_WANT_RESCHED, 0)
  for (let tick = 0; tick < 40; tick++) hardclock(cpu)
  expect(mem.read(other + L_PRIORITY)).toBe(63 - 10 - NZERO)
  expect(mem.read(cpu.ci + CI_WANT_RESCHED)).toBe(0)
})

test('nice lowers the priority of every LWP of the process, to 1 at least', () => {
  const machine = new TestMachine()
  const { mem, config } = machine
  const cpu = machine.cpu(0)
  const proc = machine.proc()
  const lwps = [1, 2, 3].map(() => machine.start(function* () {}, { proc }))
  mem.write(proc + P_LOCK, cpu.self)
  schedNice(cpu, proc, 39)
  expect(lwps.map((lwp) => mem.read(lwp + L_PRIORITY))).toEqual([24, 24, 24])
  expect(config.nlwps).toBeGreaterThan(3)
})

test('the idle LWP is charged nothing', () => {
  const machine = new TestMachine()
  const { mem } = machine
  for (let tick = 0; tick < 20; tick++) hardclock(machine.cpu(0))
  expect(mem.read(machine.cpu(0).self + L_PRIORITY)).toBe(0)
  expect(LW_IDLE).toBe(1)
})
