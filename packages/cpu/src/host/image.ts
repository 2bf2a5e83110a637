import { Arena, Mem, layouts, lockClasses, runToEnd } from '@holdfast/atomics-sync'
import type { LockClasses, Region, Sleeps } from '@holdfast/atomics-sync'
import type { KernelConfig } from '@holdfast/kernel'
import { stoppedClock } from './clock.js'
import { makeCpu } from '../cpu.js'
import { EventRing, allocEvents } from './events.js'
import { MACHINE_CPU_WORDS, MACHINE_RUNNING, MACHINE_STATE } from '../globals.js'
import type { KernelTables, MachineConfig, MachineCpu } from '../machine-cpu.js'

/** First word after the globals of all packages. */
const ARENA_BASE = 640

/** Host nanoseconds in a tick: at 100 Hz one simulated second takes 5 ms. */
export const DEFAULT_TICK_NS = 50_000

/** As many as the memory system's sets of CPUs hold. */
const MAX_CPUS = 256

const DEFAULT_IDLE_MS = 5

/** A booted machine before its first CPU runs: everything its workers need. Structured-clonable; runs once. */
export interface MachineImage {
  /** The model's memory. */
  readonly buffer: SharedArrayBuffer
  /** The CPUs' events and counters. */
  readonly events: SharedArrayBuffer
  readonly config: KernelConfig
  readonly machine: MachineConfig
  /** Map of the memory, for reports. */
  readonly regions: readonly Region[]
  /** Which class of lock lies at each word, for lock statistics. */
  readonly lockClasses: LockClasses
}

/** What of a machine is not the kernel's business. */
export interface MachineSize {
  readonly ncpu: number
  /** Host nanoseconds in a tick of the simulated clock; default 50,000. */
  readonly tickNs?: number
  /** Longest wait of an idle CPU other than the primary, in host ms; default 5. */
  readonly idleMs?: number
}

/** A kernel that can be built into a machine. */
export interface Bootable {
  readonly tables: KernelTables
  /** Reserves its memory. */
  alloc(arena: Arena): KernelConfig
  /** Initialises it, as CPU 0. Cannot sleep: nothing else runs. */
  boot(cpu: MachineCpu): Sleeps<void>
}

/** Sizes the memory, boots the kernel on the calling thread, and leaves the machine ready to run. */
export function buildImage(size: MachineSize, kernel: Bootable): MachineImage {
  checkSize(size)
  const arena = new Arena(ARENA_BASE)
  const machineCpus = arena.array('machine_cpu', 'machine_cpu', MACHINE_CPU_WORDS, size.ncpu)
  const config = kernel.alloc(arena)
  const regions = arena.freeze()
  const buffer = new SharedArrayBuffer(arena.size * 4)
  const machine: MachineConfig = {
    ncpu: size.ncpu,
    machineCpus,
    machineCpuWords: MACHINE_CPU_WORDS,
    tickNs: size.tickNs ?? DEFAULT_TICK_NS,
    idleMs: size.idleMs ?? DEFAULT_IDLE_MS,
  }
  const image: MachineImage = {
    buffer,
    events: allocEvents(size.ncpu),
    config,
    machine,
    regions,
    lockClasses: lockClasses(layouts(), regions, arena.size),
  }
  bootImage(image, kernel)
  return image
}

function checkSize({ ncpu, tickNs, idleMs }: MachineSize): void {
  check('ncpu', ncpu, 1, MAX_CPUS)
  if (tickNs !== undefined) check('tickNs', tickNs, 1_000, 1e15)
  if (idleMs !== undefined) check('idleMs', idleMs, 1, 1e9)
}

function check(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${field} is ${value}; a whole number from ${least} to ${most} is allowed`)
}

function bootImage(image: MachineImage, kernel: Bootable): void {
  const mem = new Mem(image.buffer)
  const cpu = makeCpu(mem, 0, 0, {
    config: image.config,
    machine: image.machine,
    tables: kernel.tables,
    clock: stoppedClock,
    events: new EventRing(image.events, 0),
    lockstat: null,
  })
  runToEnd(kernel.boot(cpu))
  mem.store(MACHINE_STATE, MACHINE_RUNNING)
}
