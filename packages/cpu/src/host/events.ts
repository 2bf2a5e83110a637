import { MACHINE_COUNTS } from '../machine-cpu.js'
import type { CpuEvents } from '../machine-cpu.js'

/**
 * What each CPU did last, and how often: a buffer beside the model's memory, one section a CPU.
 *
 *     +---------------------+-------------------------+------+---------------------------+------------+
 *     | machine's counts    | kernel's counters (OPC) | head | ring of RING_EVENTS events| spin depth |
 *     | 8 doubles           | KERNEL_COUNTERS doubles | 1 dbl| EVENT_WORDS words each    | 1 of 2 w.  |
 *     +---------------------+-------------------------+------+---------------------------+------------+
 *
 * One writer, its CPU; the main thread reads at any time, also after the CPU died or hangs. It is no part of
 * the protocol, so plain accesses do: a reader may see a count that is a moment old, and drops an event
 * that is being overwritten.
 */
const KERNEL_COUNTERS = 128
const DOUBLES = MACHINE_COUNTS + KERNEL_COUNTERS + 1
const HEAD = DOUBLES - 1
const RING_EVENTS = 256
const EVENT_WORDS = 5
const MESSAGES = 200
const RING_BYTES = roundUp(RING_EVENTS * EVENT_WORDS * 4, 8)
const DEPTH_BYTES = 8
const SECTION_BYTES = DOUBLES * 8 + RING_BYTES + DEPTH_BYTES

/** One event of a CPU, newest last. */
export interface MachineEvent {
  /** How many events the CPU had recorded before. */
  readonly seq: number
  /** Simulated time in ticks, as the CPU's last clock interrupt knew it. */
  readonly tick: number
  /** EV_*, with what it is about. */
  readonly kind: number
  readonly a: number
  readonly b: number
}

/** The counts of one CPU, or of all together. */
export interface MachineCounts {
  /** COUNT_*. */
  readonly machine: readonly number[]
  /** OPC_*. */
  readonly kernel: readonly number[]
}

/** A buffer for the events of `ncpu` CPUs. */
export function allocEvents(ncpu: number): SharedArrayBuffer {
  return new SharedArrayBuffer(ncpu * SECTION_BYTES)
}

/** The register `spinDepth`, for all CPUs of a thread: accessors of an object's own would make it, and every other CPU, slow in all properties. */
const shown = {
  get spinDepth(): number {
    return (this as unknown as { shownDepth: Int32Array }).shownDepth[0] as number
  },
  set spinDepth(value: number) {
    ;(this as unknown as { shownDepth: Int32Array }).shownDepth[0] = value
  },
}

/**
 * `cpu`, as another object, with its register `spinDepth` in the buffer, where {@link spinDepthOf} sees it while the CPU runs. The CPU alone writes
 * it.
 */
export function withShownDepth<C extends { spinDepth: number }>(
  cpu: C,
  buffer: SharedArrayBuffer,
  id: number,
): C {
  const { spinDepth, ...others } = cpu
  const shownDepth = depthOf(buffer, id)
  shownDepth[0] = spinDepth
  return { __proto__: shown, ...others, shownDepth } as unknown as C
}

/** Spin locks and interrupt handlers that CPU `id` was in a moment ago: at 0, interrupts reach it. */
export function spinDepthOf(buffer: SharedArrayBuffer, id: number): number {
  return depthOf(buffer, id)[0] as number
}

/** The CPU's own end: records and counts. */
export class EventRing implements CpuEvents {
  private readonly doubles: Float64Array
  private readonly ring: Int32Array
  private head = 0
  private tick = 0
  private lines: string[] = []

  constructor(buffer: SharedArrayBuffer, cpu: number) {
    this.doubles = doublesOf(buffer, cpu)
    this.ring = ringOf(buffer, cpu)
  }

  record(kind: number, a: number, b: number): void {
    const { ring } = this
    const at = (this.head % RING_EVENTS) * EVENT_WORDS
    this.head++
    ring[at] = this.head
    ring[at + 1] = this.tick
    ring[at + 2] = kind
    ring[at + 3] = a
    ring[at + 4] = b
    this.doubles[HEAD] = this.head
  }

  count(counter: number, n: number): void {
    const at = MACHINE_COUNTS + counter
    this.doubles[at] = (this.doubles[at] as number) + n
  }

  bump(count: number): void {
    this.doubles[count] = (this.doubles[count] as number) + 1
  }

  setTick(tick: number): void {
    this.tick = tick
  }

  print(line: string): void {
    if (this.lines.length === MESSAGES * 2) this.lines = this.lines.slice(MESSAGES)
    this.lines.push(`[${this.tick}] ${line}`)
  }

  /** The last lines printed, oldest first, each with its tick. They die with the worker. */
  messages(): readonly string[] {
    return this.lines.slice(-MESSAGES)
  }
}

/** The last events of a CPU, at most `limit`, oldest first. */
export function lastEvents(buffer: SharedArrayBuffer, cpu: number, limit = RING_EVENTS): MachineEvent[] {
  const ring = ringOf(buffer, cpu)
  const head = doublesOf(buffer, cpu)[HEAD] as number
  const events: MachineEvent[] = []
  for (let seq = Math.max(0, head - Math.min(limit, RING_EVENTS)); seq < head; seq++) {
    const at = (seq % RING_EVENTS) * EVENT_WORDS
    const [mark = 0, tick = 0, kind = 0, a = 0, b = 0] = ring.slice(at, at + EVENT_WORDS)
    if (mark === seq + 1 && ring[at] === mark) events.push({ seq, tick, kind, a, b })
  }
  return events
}

/** The counts of a CPU. */
export function countsOf(buffer: SharedArrayBuffer, cpu: number): MachineCounts {
  const doubles = doublesOf(buffer, cpu)
  return {
    machine: Array.from(doubles.subarray(0, MACHINE_COUNTS)),
    kernel: Array.from(doubles.subarray(MACHINE_COUNTS, MACHINE_COUNTS + KERNEL_COUNTERS)),
  }
}

/** The counts of CPUs 0 to `ncpu` - 1 together. */
export function totalCounts(buffer: SharedArrayBuffer, ncpu: number): MachineCounts {
  const machine = Array.from({ length: MACHINE_COUNTS }, () => 0)
  const kernel = Array.from({ length: KERNEL_COUNTERS }, () => 0)
  for (let cpu = 0; cpu < ncpu; cpu++) {
    const doubles = doublesOf(buffer, cpu)
    for (let n = 0; n < MACHINE_COUNTS; n++) machine[n] = (machine[n] as number) + (doubles[n] as number)
    for (let n = 0; n < KERNEL_COUNTERS; n++) {
      kernel[n] = (kernel[n] as number) + (doubles[MACHINE_COUNTS + n] as number)
    }
  }
  return { machine, kernel }
}

function doublesOf(buffer: SharedArrayBuffer, cpu: number): Float64Array {
  return new Float64Array(buffer, cpu * SECTION_BYTES, DOUBLES)
}

function ringOf(buffer: SharedArrayBuffer, cpu: number): Int32Array {
  return new Int32Array(buffer, cpu * SECTION_BYTES + DOUBLES * 8, RING_EVENTS * EVENT_WORDS)
}

function depthOf(buffer: SharedArrayBuffer, cpu: number): Int32Array {
  return new Int32Array(buffer, cpu * SECTION_BYTES + DOUBLES * 8 + RING_BYTES, 1)
}

function roundUp(n: number, to: number): number {
  return Math.ceil(n / to) * to
}
