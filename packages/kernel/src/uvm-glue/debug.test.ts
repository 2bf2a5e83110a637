/** The DEBUG knobs, on a machine with one CPU: what `enableswap` stops, and what each bit of `swapdebug` prints. */
import { runToEnd, cvSignal, mutexSpinEnter, mutexExit } from '@holdfast/atomics-sync'
import { UVMEXP_FREE, UVMEXP_SWAPINS, UVMEXP_SWAPOUTS } from '@holdfast/mm'
import { expect, test } from 'vitest'
import {
  ALLLWP,
  ENABLESWAP,
  PROC_LOCK,
  SWAPDEBUG,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
  UVM_SCHEDULER_MUTEX,
} from '../globals.js'
import { LWP_WORDS, L_FLAG, L_STAT, L_WCHAN, L_WMESG } from '../lwp.js'
import { LSRUN, LSSLEEP, LW_INMEM } from '../param.js'
import { OP_JUMP, OP_SLEEP, OP_TOUCH, RANDOM } from '../program.js'
import { OneCpu } from '../testing/run-one-cpu.js'
import { wmesgText } from '../wmesg.js'
import { SDB_FOLLOW, SDB_SWAPIN, SDB_SWAPOUT } from './debug.js'
import { uvmSwapoutThreads } from './swapout.js'

const OFTEN = /^uvm_scheduler: running, procp \d+ pri -?\d+$/
const NO_ROOM = /^uvm_scheduler: no room for pid \d+, free \d+$/
const ROOM = /^uvm_scheduler: room again, free \d+$/
const SWAPIN = /^swapin: pid \d+@\d+, pri -?\d+ free \d+$/
const SWAPOUT = /^uvm_swapout: lid \d+\.\d+@\d+, stat \d+ pri \d+ free \d+$/
const NO_DUDS = /^uvm_swapout_threads: no duds, try procp \d+$/

interface Knobs {
  readonly debug?: boolean
  readonly enableswap?: number
  readonly swapdebug?: number
}

/** Twelve LWPs that touch more memory than there is, and sleep longer than maxslp (1 s) between. */
function machineOf({ debug = true, enableswap = 1, swapdebug = 0 }: Knobs): OneCpu {
  const lwp = { class: 0, priority: 30, program: 0 }
  const machine = new OneCpu({
    ncpu: 1,
    physmem: 130,
    swapPages: 2000,
    diskTicks: 2,
    maxslp: 1,
    kpreempt: false, // so that what a test calls itself is not preempted
    debug,
    workload: {
      seed: 7,
      programs: [
        [OP_TOUCH, RANDOM, 1, 0, OP_TOUCH, RANDOM, 1, 0, OP_SLEEP, RANDOM, 350, 0, OP_JUMP, 0, 0, 0],
        [OP_TOUCH, RANDOM, 1, 0, OP_JUMP, 0, 0, 0],
      ],
      processes: [
        ...Array.from({ length: 4 }, () => ({ nice: 20, pages: 30, lwps: [lwp, lwp, lwp] })),
        { nice: 20, pages: 60, lwps: [{ ...lwp, program: 1 }] },
      ],
    },
  })
  machine.mem.write(ENABLESWAP, enableswap)
  machine.mem.write(SWAPDEBUG, swapdebug)
  return machine
}

function runFor(machine: OneCpu, ticks: number): void {
  const end = machine.now + ticks
  machine.run((m) => m.now >= end, ticks + 1000)
}

/** Notes the words that are read and written while `when` holds. */
function touched({ mem }: OneCpu, when: () => boolean): Set<number> {
  const addresses = new Set<number>()
  for (const op of ['read', 'load', 'write', 'store', 'cas', 'exchange', 'add', 'or'] as const) {
    const plain = (mem[op] as (...args: number[]) => number).bind(mem)
    Object.assign(mem, {
      [op]: (addr: number, ...rest: number[]) => {
        if (when()) addresses.add(addr)
        return plain(addr, ...rest)
      },
    })
  }
  return addresses
}

test('enableswap 0: uvm_swapout_threads looks at the knob and at nothing else; 1, or no DEBUG: it takes proc_lock', () => {
  const swapoutThreads = (knobs: Knobs): Set<number> => {
    const machine = machineOf(knobs)
    const words = touched(machine, () => true)
    runToEnd(uvmSwapoutThreads(machine.cpu))
    return words
  }
  expect([...swapoutThreads({ enableswap: 0 })]).toEqual([ENABLESWAP])
  expect(swapoutThreads({ enableswap: 1 })).toContain(PROC_LOCK)
  const plain = swapoutThreads({ debug: false, enableswap: 0 })
  expect(plain).toContain(PROC_LOCK)
  expect(plain).not.toContain(ENABLESWAP)
})

test('enableswap 0: uvm_scheduler sleeps on scheduler_cv before it looks for LWPs, until it is 1 and the cv signalled', () => {
  const machine = machineOf({ enableswap: 0 })
  const { mem, config, cpu } = machine
  const swapper = config.lwp0
  const words = touched(machine, () => cpu.self === swapper)
  const asleep = (): boolean => mem.read(swapper + L_STAT) === LSSLEEP
  machine.run(asleep, 1000)
  expect(mem.read(swapper + L_WCHAN)).toBe(UVM_SCHEDULER_CV)
  expect(wmesgText(mem.read(swapper + L_WMESG))).toBe('schedwait')
  expect(words).toContain(UVM_SCHEDULER_MUTEX)
  expect(words).not.toContain(PROC_LOCK)
  expect(words).not.toContain(ALLLWP)

  mem.write(UVM_SCHEDULER_KICKED, 0)
  // A kick alone changes nothing: it looks at the knob again.
  signal(machine)
  runFor(machine, 20)
  expect(wmesgText(mem.read(swapper + L_WMESG))).toBe('schedwait')
  expect(words).not.toContain(ALLLWP)

  mem.write(ENABLESWAP, 1)
  signal(machine)
  machine.run(() => asleep() && wmesgText(mem.read(swapper + L_WMESG)) === 'uvm_sched', 1000)
  expect(words).toContain(ALLLWP)
})

function signal({ cpu }: OneCpu): void {
  mutexSpinEnter(cpu, UVM_SCHEDULER_MUTEX)
  cvSignal(cpu, UVM_SCHEDULER_CV)
  mutexExit(cpu, UVM_SCHEDULER_MUTEX)
}

test('enableswap 0: none is swapped out in 15 s of shortage, nor is one that is out brought back; with 1 both are', () => {
  const off = machineOf({ enableswap: 0 })
  runFor(off, 1500)
  expect([UVMEXP_SWAPOUTS, UVMEXP_SWAPINS].map((addr) => off.mem.read(addr))).toEqual([0, 0])

  const on = machineOf({})
  runFor(on, 1500)
  const swaps = [UVMEXP_SWAPOUTS, UVMEXP_SWAPINS].map((addr) => on.mem.read(addr))
  expect(Math.min(...swaps)).toBeGreaterThan(5)

  // Turned off while LWPs are out: those that are woken stay out.
  const { mem, config } = on
  mem.write(ENABLESWAP, 0)
  const then = mem.read(UVMEXP_SWAPINS)
  runFor(on, 1500)
  const out = Array.from({ length: config.nlwps }, (_, n) => config.lwps + n * LWP_WORDS).filter(
    (l) => mem.read(l + L_STAT) === LSRUN && (mem.read(l + L_FLAG) & LW_INMEM) === 0,
  )
  // One swap-in may have been under way.
  expect(mem.read(UVMEXP_SWAPINS)).toBeLessThanOrEqual(then + 1)
  expect(out.length).toBeGreaterThan(0)
})

/** How many lines match each pattern, and that there are no others. */
function printed(knobs: Knobs): { lines: string[]; swapouts: number; swapins: number } {
  const machine = machineOf(knobs)
  runFor(machine, 1500)
  const { mem, lines } = machine
  return { lines, swapouts: mem.read(UVMEXP_SWAPOUTS), swapins: mem.read(UVMEXP_SWAPINS) }
}

function count(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length
}

test('swapdebug prints what its bits ask for and no other line (3 bits and all of them, 15 s of shortage each)', () => {
  const follow = printed({ swapdebug: SDB_FOLLOW })
  expect(count(follow.lines, OFTEN)).toBeGreaterThan(follow.swapins)
  expect(count(follow.lines, OFTEN) + count(follow.lines, NO_ROOM) + count(follow.lines, ROOM)).toBe(
    follow.lines.length,
  )

  const swapin = printed({ swapdebug: SDB_SWAPIN })
  // One line before each swap-in of the swapper: holds bring in others, of which there are none here.
  expect(count(swapin.lines, SWAPIN)).toBe(swapin.lines.length)
  expect(swapin.lines.length - swapin.swapins).toBeOneOf([0, 1])

  const swapout = printed({ swapdebug: SDB_SWAPOUT })
  expect(count(swapout.lines, SWAPOUT)).toBeGreaterThanOrEqual(swapout.swapouts)
  expect(count(swapout.lines, SWAPOUT) + count(swapout.lines, NO_DUDS)).toBe(swapout.lines.length)

  const all = printed({ swapdebug: SDB_FOLLOW | SDB_SWAPIN | SDB_SWAPOUT })
  for (const pattern of [OFTEN, SWAPIN, SWAPOUT]) expect(count(all.lines, pattern)).toBeGreaterThan(0)
})

test('without bits, or without DEBUG whatever the bits, no line is printed', () => {
  const silent = printed({ swapdebug: 0 })
  const plain = printed({ debug: false, swapdebug: -1 })
  expect(silent.lines).toEqual([])
  expect(plain.lines).toEqual([])
  expect(Math.min(silent.swapins, plain.swapins)).toBeGreaterThan(5)
})

test('no duds: with no memory free and none to swap out, uvm_swapout_threads says so if SDB_SWAPOUT is set', () => {
  const linesWith = (swapdebug: number, free: number): string[] => {
    const { cpu, mem, lines } = machineOf({ swapdebug })
    mem.write(UVMEXP_FREE, free)
    runToEnd(uvmSwapoutThreads(cpu))
    return lines
  }
  const upages = 2
  expect(linesWith(SDB_SWAPOUT, upages)).toEqual(['uvm_swapout_threads: no duds, try procp 0'])
  expect(linesWith(SDB_SWAPOUT, upages + 1)).toEqual([])
  expect(linesWith(SDB_FOLLOW | SDB_SWAPIN, upages)).toEqual([])
})

test('no room: a swapper that finds too little memory says so, and when there is room again, if SDB_FOLLOW is set', () => {
  const linesWith = (swapdebug: number): string[] => {
    const machine = machineOf({ swapdebug })
    const { cpu, mem, config, lines } = machine
    const read = mem.read.bind(mem)
    // The first time the swapper asks, for its decision and for the line, nothing is free.
    let lies = swapdebug === 0 ? 1 : 2
    mem.read = (addr) => (addr === UVMEXP_FREE && cpu.self === config.lwp0 && lies-- > 0 ? 0 : read(addr))
    machine.run(() => read(UVMEXP_SWAPINS) > 0, 3000)
    return lines.filter((line) => !OFTEN.test(line))
  }
  const [noRoom, ...more] = linesWith(SDB_FOLLOW)
  expect(noRoom).toMatch(NO_ROOM)
  expect(noRoom).toMatch(/free 0$/)
  expect(more.length).toBe(1)
  expect(more[0]).toMatch(ROOM)
  expect(linesWith(0)).toEqual([])
})
