import { Mem, operations } from '@holdfast/atomics-sync'
import {
  CI_IDLING,
  CI_IPENDING,
  CI_WANT_RESCHED,
  HARDCLOCK_TICKS,
  SOFTCLOCK_PENDING,
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
  LSONPROC,
  LSSLEEP,
  L_STAT,
  L_WCHAN,
  PROC_LOCK,
  SOFTCLOCK_CV,
} from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { diskStarted } from './clock-intr.js'
import { hostClock, stoppedClock } from './host/clock.js'
import { makeCpu } from './cpu.js'
import { EventRing } from './host/events.js'
import { curlwpOf } from './host/host-mem.js'
import {
  DISK_DUE,
  MACHINE_FAILED,
  MACHINE_STATE,
  MACHINE_ROUND,
  MC_ROUND,
  MC_RUNNING,
  MC_STATE,
} from './globals.js'
import { poll, takeInterrupts } from './intr.js'
import type { ClockOps, MachineCpu } from './machine-cpu.js'
import { post } from './mailbox.js'
import { Stopped } from './stopped.js'
import { fakeImage, fakeTables, fakeWords } from './testing/fake-kernel.js'

interface Heard {
  tlb: number[]
  disk: number[]
  clock: number[]
}

/** CPU `id` of a fake machine on this thread, whose kernel notes at which spin depth its handlers run. */
function bench(
  id = 0,
  clock: ClockOps = stoppedClock,
): { cpu: MachineCpu; heard: Heard; clocks: () => number } {
  const heard: Heard = { tlb: [], disk: [], clock: [] }
  const image = fakeImage('idle', { ncpu: 2, tickNs: 1e6 })
  const kernel = operations({
    ...fakeTables.kernel,
    tlbInterrupt: (cpu: Cpu) => void heard.tlb.push(cpu.spinDepth),
    diskIntr: (cpu: Cpu) => void heard.disk.push(cpu.spinDepth),
    hardclock: (cpu: Cpu) => {
      heard.clock.push(cpu.spinDepth)
      fakeTables.kernel.hardclock(cpu)
    },
  })
  const mem = new Mem(image.buffer)
  const cpu = makeCpu(mem, id, curlwpOf(mem, image, id), {
    config: image.config,
    machine: image.machine,
    tables: { ...fakeTables, kernel },
    clock,
    events: new EventRing(image.events, id),
    lockstat: null,
  })
  return { cpu, heard, clocks: () => fakeWords(image, id).clocks }
}

afterEach(() => vi.useRealTimers())

test('with a spin lock held, only the TLB interrupt is taken: the rest waits for depth 0 (any set of interrupts)', () => {
  fc.assert(
    fc.property(fc.subarray([IPI_RESCHED, IPI_TLB, IPI_CLOCK, IPI_DISK, IPI_KPREEMPT]), (set) => {
      const { cpu, heard } = bench()
      const bits = set.reduce((all, bit) => all | bit, 0)
      post(cpu.mem, cpu.ci, bits)
      cpu.spinDepth = 2
      poll(cpu)
      expect(heard).toEqual({ tlb: set.includes(IPI_TLB) ? [2] : [], disk: [], clock: [] })
      expect(cpu.mem.load(cpu.ci + CI_IPENDING)).toBe(bits & ~IPI_TLB)
      cpu.spinDepth = 0
      poll(cpu)
      expect(cpu.mem.load(cpu.ci + CI_IPENDING)).toBe(0)
      expect(heard.disk).toEqual(set.includes(IPI_DISK) ? [1] : [])
      expect(heard.clock).toEqual(set.includes(IPI_CLOCK) ? [1] : [])
      expect(cpu.mem.load(cpu.ci + CI_WANT_RESCHED)).toBe(set.includes(IPI_RESCHED) ? 1 : 0)
      expect(cpu.preemptWanted).toBe(set.includes(IPI_KPREEMPT))
      expect(cpu.spinDepth).toBe(0)
    }),
    { numRuns: 64 },
  )
})

test('in the middle of a load or store no interrupt is taken (any set of interrupts, at any depth)', () => {
  fc.assert(
    fc.property(
      fc.subarray([IPI_RESCHED, IPI_TLB, IPI_CLOCK, IPI_DISK, IPI_KPREEMPT, IPI_HALT]),
      fc.nat(2),
      (set, depth) => {
        const { cpu, heard } = bench()
        const bits = set.reduce((all, bit) => all | bit, 0)
        post(cpu.mem, cpu.ci, bits)
        cpu.spinDepth = depth
        cpu.mmuBusy = true
        takeInterrupts(cpu)
        expect(heard).toEqual({ tlb: [], disk: [], clock: [] })
        expect(cpu.mem.load(cpu.ci + CI_IPENDING)).toBe(bits)
      },
    ),
    { numRuns: 64 },
  )
})

test('a machine that failed ends a CPU at its next poll, even with a spin lock held', () => {
  const { cpu } = bench()
  cpu.mem.store(MACHINE_STATE, MACHINE_FAILED)
  post(cpu.mem, cpu.ci, IPI_HALT)
  cpu.spinDepth = 3
  expect(() => poll(cpu)).toThrow(Stopped)
})

test('the disk interrupt comes at every tick until the last transfer is due, and no longer', () => {
  const { cpu, heard } = bench()
  diskStarted(cpu, 3)
  diskStarted(cpu, 2)
  for (let tick = 1; tick <= 5; tick++) {
    post(cpu.mem, cpu.ci, IPI_CLOCK)
    poll(cpu)
  }
  expect(heard.disk).toEqual([1, 1, 1])
  expect(cpu.mem.load(DISK_DUE)).toBe(0)
})

/** Polls until the timer is looked at for sure. */
function pollLong(cpu: MachineCpu): void {
  for (let n = 0; n < 40; n++) poll(cpu)
}

test('the primary CPU makes up for the ticks it missed, 8 at most; the others tick once', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  for (const [id, afterOne, afterFive, afterMany] of [
    [0, 1, 6, 14],
    [1, 1, 2, 3],
  ] as const) {
    const { cpu, clocks } = bench(id, hostClock)
    cpu.timerNext = performance.now() + 1
    pollLong(cpu)
    expect(clocks()).toBe(0)
    vi.advanceTimersByTime(1)
    pollLong(cpu)
    expect(clocks()).toBe(afterOne)
    vi.advanceTimersByTime(5)
    pollLong(cpu)
    expect(clocks()).toBe(afterFive)
    vi.advanceTimersByTime(10_000)
    pollLong(cpu)
    expect(clocks()).toBe(afterMany)
  }
})

test('no second passes before every CPU that runs was at a safe point, and the last second is dealt with', () => {
  const { cpu } = bench()
  const { mem, config, machine } = cpu
  const other = machine.machineCpus + machine.machineCpuWords
  mem.store(other + MC_STATE, MC_RUNNING)
  mem.store(other + MC_ROUND, -1) // in the middle of something
  const tick = (): number => {
    post(mem, cpu.ci, IPI_CLOCK)
    poll(cpu)
    return mem.read(HARDCLOCK_TICKS)
  }
  const tickLong = (): number => {
    for (let n = 0; n < 3 * config.hz; n++) tick()
    return mem.read(HARDCLOCK_TICKS)
  }
  expect(tickLong()).toBe(config.hz - 1)
  mem.store(other + MC_ROUND, mem.load(MACHINE_ROUND)) // it comes to a safe point
  expect(tick()).toBe(config.hz)
  mem.store(other + MC_ROUND, mem.load(MACHINE_ROUND)) // one before the next round counts for nothing
  expect(tickLong()).toBe(2 * config.hz - 1)
  mem.store(config.cpuInfos + config.cpuInfoWords + CI_IDLING, 1) // idle CPUs hold nothing up
  mem.store(SOFTCLOCK_PENDING, 1) // but the kernel's work of the last second does
  expect(tickLong()).toBe(2 * config.hz - 1)
  mem.store(SOFTCLOCK_PENDING, 0)
  expect(tickLong()).toBe(5 * config.hz - 1)
})

test('time passes while the work of the last second sleeps for a lock, whose owner may need time to pass', () => {
  const { cpu } = bench()
  const { mem, config } = cpu
  mem.store(SOFTCLOCK_PENDING, 1)
  const tickLong = (): number => {
    for (let n = 0; n < 3 * config.hz; n++) {
      post(mem, cpu.ci, IPI_CLOCK)
      poll(cpu)
    }
    return mem.read(HARDCLOCK_TICKS)
  }
  mem.store(config.softclockLwp + L_STAT, LSONPROC)
  expect(tickLong()).toBe(config.hz - 1)
  mem.store(config.softclockLwp + L_STAT, LSSLEEP)
  mem.store(config.softclockLwp + L_WCHAN, SOFTCLOCK_CV) // woken already, as far as the second goes
  expect(tickLong()).toBe(config.hz - 1)
  mem.store(config.softclockLwp + L_WCHAN, PROC_LOCK)
  expect(tickLong()).toBe(4 * config.hz - 1)
})
