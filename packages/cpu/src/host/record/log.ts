/**
 * What a recorded CPU writes down: one log a CPU, one writer, in shared memory, so that it outlives its worker. It is read
 * when its writer has ended or is gone.
 *
 *     +--------+--------+-------+------+-------------------------------+
 *     | LENGTH | EVENTS | HASH  | STATE| entries of two words each     |
 *     +--------+--------+-------+------+-------------------------------+
 *
 *     entry     word 0: events since the last entry << 8 | what     word 1
 *     0 .. 127  another CPU                                         number of its event that comes before this one's
 *     SOURCE +  an interrupt is taken, as event of its own          -
 *     CHECK     the CPU's event number is a multiple of CHECK_EVERY  hash of what it has read and written so far
 *     SKIP      none of these: so many events have gone by          -
 *
 * Events are numbered by CPU, from 0. A CPU that ends notes EVENTS and HASH; one that dies leaves them 0, and its entries.
 */

const LENGTH = 0
const EVENTS = 1
const HASH = 2
const STATE = 3
const HEADER = 4

const SOURCE = 128
const MOST_SOURCES = 8
const CHECK = 254
const SKIP = 255
const LARGEST_STEP = (1 << 23) - 1
const ENTRY_WORDS = 2

/** Most CPUs of a recording. */
export const MOST_CPUS = SOURCE

/** A log that holds `bytes` bytes of entries. */
export function allocLog(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER * 4 + Math.ceil(bytes / (4 * ENTRY_WORDS)) * 4 * ENTRY_WORDS)
}

/** Empties a log. Nobody writes it. */
export function clearLog(log: SharedArrayBuffer): void {
  new Int32Array(log, 0, HEADER).fill(0)
}

/** The CPU's own end. */
export class LogWriter {
  private readonly words: Int32Array
  private at = HEADER
  private last = 0

  constructor(log: SharedArrayBuffer) {
    this.words = new Int32Array(log)
  }

  /** The event that comes next is after event number `before` of CPU `cpu`. False: the log is full. */
  after(event: number, cpu: number, before: number): boolean {
    return this.append(event, cpu, before)
  }

  /** The event that comes next is an interrupt. */
  interrupt(event: number, source: number): boolean {
    return this.append(event, SOURCE + source, 0)
  }

  /** `event` events have been executed, with this hash. */
  check(event: number, hash: number): boolean {
    return this.append(event, CHECK, hash)
  }

  /** The CPU has ended after `events` events. */
  end(events: number, hash: number): void {
    const { words } = this
    words[EVENTS] = events
    words[HASH] = hash
    words[STATE] = 1
  }

  private append(event: number, what: number, value: number): boolean {
    const { words } = this
    let step = event - this.last
    while (step > LARGEST_STEP) {
      if (!this.entry((LARGEST_STEP << 8) | SKIP, 0)) return false
      step -= LARGEST_STEP
    }
    this.last = event
    if (!this.entry((step << 8) | what, value)) return false
    words[LENGTH] = this.at - HEADER
    return true
  }

  private entry(first: number, second: number): boolean {
    const { words, at } = this
    if (at + ENTRY_WORDS > words.length) return false
    words[at] = first
    words[at + 1] = second
    this.at = at + ENTRY_WORDS
    return true
  }
}

/** The log of one CPU, as it is read. Each list is in the order of events. */
export interface CpuLog {
  /** Events executed; where the CPU did not end, those that are known of. */
  readonly events: number
  /** The CPU has ended; otherwise its worker was lost, and what it did last may not be here. */
  readonly ended: boolean
  /** Of all its events, where it ended. */
  readonly hash: number | undefined
  /** Event `event` comes after event `before` of CPU `cpu`. */
  readonly after: readonly { readonly event: number; readonly cpu: number; readonly before: number }[]
  /** Event `event` is an interrupt. */
  readonly interrupts: readonly { readonly event: number; readonly source: number }[]
  /** After `event` events the hash was this. */
  readonly checks: readonly { readonly event: number; readonly hash: number }[]
  /** Bytes of entries. */
  readonly bytes: number
}

/** Reads the log of a CPU that has ended, or whose worker is gone. */
export function readLog(log: SharedArrayBuffer): CpuLog {
  const words = new Int32Array(log)
  const length = words[LENGTH] as number
  const ended = words[STATE] === 1
  const after: { event: number; cpu: number; before: number }[] = []
  const interrupts: { event: number; source: number }[] = []
  const checks: { event: number; hash: number }[] = []
  let event = 0
  for (let at = HEADER; at < HEADER + length; at += ENTRY_WORDS) {
    const first = words[at] as number
    const value = words[at + 1] as number
    const what = first & 0xff
    event += first >>> 8
    if (what < SOURCE) after.push({ event, cpu: what, before: value })
    else if (what < SOURCE + MOST_SOURCES) interrupts.push({ event, source: what - SOURCE })
    else if (what === CHECK) checks.push({ event, hash: value })
  }
  return {
    events: ended ? (words[EVENTS] as number) : event,
    ended,
    hash: ended ? words[HASH] : undefined,
    after,
    interrupts,
    checks,
    bytes: length * 4,
  }
}
