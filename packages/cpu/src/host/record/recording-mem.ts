import { Mem } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { Stopped } from '../../stopped.js'
import { CHECK_EVERY, foldHash } from './fold-hash.js'
import { LogWriter } from './log.js'
import { Stripes, stripeOf } from './stripes.js'

/** What the CPUs of a recording share beside the machine's memory. Structured-clonable. */
export interface Recording {
  readonly stripes: SharedArrayBuffer
  /** One a CPU. */
  readonly logs: readonly SharedArrayBuffer[]
  /** RECORD_*. */
  readonly control: SharedArrayBuffer
  /** Marks words that one CPU alone touches, or nobody changes: plain accesses to them are events without order. */
  readonly local: Uint8Array
}

/** Words of `Recording.control`. */
export const RECORD_STOP = 1
/** CPUs that are ready to begin. */
export const RECORD_READY = 2
const CONTROL_WORDS = 16

/** Values of RECORD_STOP: why nobody goes on. */
export const RUNNING = 0
export const ENOUGH = 1
export const LOG_FULL = 2
export const FAILED = 3

export function allocControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_WORDS * 4)
}

/** How a CPU's interrupts reach it: before an event that has an order. */
export interface Attention {
  /** Word that is not 0 when somebody has posted one. */
  readonly mailbox: Addr
  /** Accesses until `look` is called whatever the mailbox says. */
  patience: number
  /** Takes what is due and allowed. */
  look(): void
  /** Waits in vain for `spins` turns, on a word that holds `value`: looks, and may nap. */
  waiting(addr: Addr, value: number, spins: number): void
}

/** Accesses after which `look` is called in any case. */
export const MOST_PATIENCE = 1 << 30

const CHECK_MASK = CHECK_EVERY - 1

/**
 * The seam of a CPU that is recorded: each operation is one event of it, as it is for the explorer, and its order among the
 * others' events on the same stripes is written down.
 *
 * `spinWhile` and `spinWhileBoth` are events when they end; what they saw before is none. A busy wait polls unrecorded.
 */
export class RecordingMem extends Mem {
  /** Events so far: the number of the next one. */
  event = 0
  attention: Attention
  private hash = 0
  /** Past the recording. */
  private readonly memory: Mem
  private readonly control: Mem
  private readonly stripes: Stripes
  private readonly log: LogWriter
  private readonly local: Uint8Array
  private readonly me: number
  /** By CPU, 1 + the number of its last event that this one is known to be after. */
  private readonly known: Int32Array

  constructor(buffer: SharedArrayBuffer, recording: Recording, cpu: number) {
    super(buffer)
    this.memory = new Mem(buffer)
    this.control = new Mem(recording.control)
    this.stripes = new Stripes(recording.stripes, cpu, () => this.checkStop())
    this.log = new LogWriter(recording.logs[cpu] as SharedArrayBuffer)
    this.local = recording.local
    this.me = cpu + 1
    this.known = new Int32Array(recording.logs.length + 1)
    this.attention = NO_ATTENTION
  }

  override read(addr: Addr): number {
    if (this.local[addr] === 1) {
      const value = this.memory.read(addr)
      this.count(addr, value)
      return value
    }
    const stripe = this.begin(addr)
    const value = this.memory.read(addr)
    this.end(stripe, addr, value)
    return value
  }

  override write(addr: Addr, value: number): void {
    if (this.local[addr] === 1) {
      this.memory.write(addr, value)
      this.count(addr, value)
      return
    }
    const stripe = this.begin(addr)
    this.memory.write(addr, value)
    this.end(stripe, addr, value)
  }

  override load(addr: Addr): number {
    const stripe = this.begin(addr)
    const value = this.memory.read(addr)
    this.end(stripe, addr, value)
    return value
  }

  override store(addr: Addr, value: number): void {
    const stripe = this.begin(addr)
    this.memory.write(addr, value)
    this.end(stripe, addr, value)
  }

  override add(addr: Addr, value: number): number {
    return this.modify(addr, this.memory.add(this.begun(addr), value))
  }

  override sub(addr: Addr, value: number): number {
    return this.modify(addr, this.memory.sub(this.begun(addr), value))
  }

  override or(addr: Addr, value: number): number {
    return this.modify(addr, this.memory.or(this.begun(addr), value))
  }

  override and(addr: Addr, value: number): number {
    return this.modify(addr, this.memory.and(this.begun(addr), value))
  }

  override exchange(addr: Addr, value: number): number {
    return this.modify(addr, this.memory.exchange(this.begun(addr), value))
  }

  override cas(addr: Addr, expected: number, value: number): number {
    return this.modify(addr, this.memory.cas(this.begun(addr), expected, value))
  }

  override fence(): void {
    this.before()
    this.count(0, 0)
  }

  override fill(addr: Addr, words: number, value: number): void {
    this.before()
    this.takeRanges(addr, words, 0, 0)
    this.memory.fill(addr, words, value)
    this.releaseRanges(addr, words, 0, 0)
  }

  override copy(to: Addr, from: Addr, words: number): void {
    this.before()
    this.takeRanges(to, words, from, words)
    this.memory.copy(to, from, words)
    this.releaseRanges(to, words, from, words)
  }

  override spinWhile(addr: Addr, value: number): void {
    this.spinWhileBoth(addr, value, addr, value)
  }

  override spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void {
    const { memory, stripes } = this
    const low = stripeOf(Math.min(addr, other))
    const high = stripeOf(Math.max(addr, other))
    for (let spins = 0; ; spins++) {
      this.before()
      if (memory.load(addr) === value && memory.load(other) === otherValue) {
        this.attention.waiting(addr, value, spins)
        continue
      }
      const owner = stripes.take(low)
      const second = high === low ? owner : stripes.take(high)
      const seen = memory.read(addr)
      if (seen !== value || memory.read(other) !== otherValue) {
        this.follow(low, owner)
        if (high !== low) {
          this.follow(high, second)
          stripes.done(high, this.event)
        }
        return this.end(low, addr, seen)
      }
      if (high !== low) stripes.untouched(high, second)
      stripes.untouched(low, owner)
    }
  }

  /** Nothing recorded blocks its thread. */
  override wait(): never {
    throw new Error('wait is no operation of a recorded CPU')
  }

  override notify(): never {
    throw new Error('notify is no operation of a recorded CPU')
  }

  /** The word as it is now: no event, and nothing that the CPU does may depend on it but when it takes an interrupt. */
  peek(addr: Addr): number {
    return this.memory.load(addr)
  }

  /** As {@link peek}, until it is not `value`, for `ms` at most. */
  nap(addr: Addr, value: number, ms: number): void {
    this.memory.wait(addr, value, ms)
  }

  /** An interrupt is taken: an event that is after what was done to the words `addrs`, which are why it is taken. */
  interrupted(source: number, addrs: readonly Addr[]): void {
    const stripes = [...new Set(addrs.map(stripeOf))].sort((one, other) => one - other)
    for (const stripe of stripes) this.follow(stripe, this.stripes.take(stripe))
    if (!this.log.interrupt(this.event, source)) this.full()
    for (const stripe of stripes) this.stripes.done(stripe, this.event)
    this.count(source, 0)
  }

  /** The CPU executes nothing more. */
  ended(): void {
    this.log.end(this.event, this.hash)
  }

  checkStop(): void {
    const state = this.control.read(RECORD_STOP)
    if (state !== RUNNING) throw new Stopped(state !== ENOUGH)
  }

  /** Before an event that has an order: interrupts come here. */
  private before(): void {
    const { attention } = this
    if (--attention.patience <= 0 || this.memory.read(attention.mailbox) !== 0) attention.look()
    if (this.control.read(RECORD_STOP) !== RUNNING) this.checkStop()
  }

  private begin(addr: Addr): number {
    this.before()
    const stripe = stripeOf(addr)
    const owner = this.stripes.take(stripe)
    if (owner !== this.me) this.follow(stripe, owner)
    return stripe
  }

  private begun(addr: Addr): Addr {
    this.begin(addr)
    return addr
  }

  private modify(addr: Addr, old: number): number {
    this.end(stripeOf(addr), addr, old)
    return old
  }

  private end(stripe: number, addr: Addr, value: number): void {
    this.stripes.done(stripe, this.event)
    this.count(addr, value)
  }

  private count(addr: Addr, value: number): void {
    this.hash = foldHash(this.hash, addr, value)
    this.event++
    if ((this.event & CHECK_MASK) === 0 && !this.log.check(this.event, this.hash)) this.full()
  }

  /** The event at hand is after the last one on a stripe that is held. */
  private follow(stripe: number, owner: number): void {
    if (owner === this.me || owner === 0) return
    const before = this.stripes.last(stripe)
    if ((this.known[owner] as number) > before) return
    this.known[owner] = before + 1
    if (!this.log.after(this.event, owner - 1, before)) this.full()
  }

  private takeRanges(addr: Addr, words: number, other: Addr, otherWords: number): void {
    this.eachStripe(addr, words, other, otherWords, (stripe) => this.follow(stripe, this.stripes.take(stripe)))
  }

  private releaseRanges(addr: Addr, words: number, other: Addr, otherWords: number): void {
    this.eachStripe(addr, words, other, otherWords, (stripe) => this.stripes.done(stripe, this.event))
    this.count(addr, words)
  }

  /** The stripes of two ranges, each once, ascending. */
  private eachStripe(
    addr: Addr,
    words: number,
    other: Addr,
    otherWords: number,
    body: (stripe: number) => void,
  ): void {
    const next = stripeOf(8) // what two neighbours are apart
    let low = words > 0 ? stripeOf(addr) : Infinity
    let high = otherWords > 0 ? stripeOf(other) : Infinity
    const lowEnd = words > 0 ? stripeOf(addr + words - 1) : -1
    const highEnd = otherWords > 0 ? stripeOf(other + otherWords - 1) : -1
    while (low <= lowEnd || high <= highEnd) {
      const one = low <= lowEnd ? low : Infinity
      const two = high <= highEnd ? high : Infinity
      const stripe = Math.min(one, two)
      body(stripe)
      if (one === stripe) low += next
      if (two === stripe) high += next
    }
  }

  private full(): never {
    this.control.cas(RECORD_STOP, RUNNING, LOG_FULL)
    throw new Stopped(true)
  }
}

const NO_ATTENTION: Attention = { mailbox: 0, patience: MOST_PATIENCE, look() {}, waiting() {} }
