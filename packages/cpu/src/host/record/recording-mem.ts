import { Mem } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { Stopped } from '../../stopped.js'
import { CHECK_EVERY, foldHash } from './fold-hash.js'
import { LogWriter } from './log.js'
import { Stripes, stripeOf, stripesOf, union } from './stripes.js'

/** What the CPUs of a recording share beside the machine's memory. Structured-clonable. */
export interface Recording {
  readonly stripes: SharedArrayBuffer
  /** First word of the contents of pages. */
  readonly pages: Addr
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

const NONE = -1
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
  /** The stripe of the last access, which is kept until another is touched, or NONE; and number of the last event on it. */
  private held = NONE
  private heldEvent = 0
  /** Past the recording. */
  private readonly memory: Mem
  private readonly control: Mem
  private readonly stripes: Stripes
  private readonly log: LogWriter
  private readonly local: Uint8Array
  private readonly me: number
  private readonly pages: Addr
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
    this.pages = recording.pages
    this.known = new Int32Array(recording.logs.length + 1)
    this.attention = NO_ATTENTION
  }

  override read(addr: Addr): number {
    if (this.local[addr] !== 1) this.begin(addr)
    return this.end(addr, this.memory.read(addr))
  }

  override write(addr: Addr, value: number): void {
    if (this.local[addr] !== 1) this.begin(addr)
    this.memory.write(addr, value)
    this.end(addr, value)
  }

  override load(addr: Addr): number {
    this.begin(addr)
    return this.end(addr, this.memory.read(addr))
  }

  override store(addr: Addr, value: number): void {
    this.begin(addr)
    this.memory.write(addr, value)
    this.end(addr, value)
  }

  override add(addr: Addr, value: number): number {
    this.begin(addr)
    const old = this.memory.read(addr)
    return this.modify(addr, old, old + value)
  }

  override sub(addr: Addr, value: number): number {
    this.begin(addr)
    const old = this.memory.read(addr)
    return this.modify(addr, old, old - value)
  }

  override or(addr: Addr, value: number): number {
    this.begin(addr)
    const old = this.memory.read(addr)
    return this.modify(addr, old, old | value)
  }

  override and(addr: Addr, value: number): number {
    this.begin(addr)
    const old = this.memory.read(addr)
    return this.modify(addr, old, old & value)
  }

  override exchange(addr: Addr, value: number): number {
    this.begin(addr)
    return this.modify(addr, this.memory.read(addr), value)
  }

  override cas(addr: Addr, expected: number, value: number): number {
    this.begin(addr)
    const old = this.memory.read(addr)
    return this.modify(addr, old, old === expected ? value : old)
  }

  override fence(): void {
    this.before()
    this.end(0, 0)
  }

  override fill(addr: Addr, words: number, value: number): void {
    this.before()
    const stripes = stripesOf(addr, words, this.pages)
    this.takeAll(stripes)
    this.memory.fill(addr, words, value)
    this.releaseAll(stripes)
    this.end(addr, words)
  }

  override copy(to: Addr, from: Addr, words: number): void {
    this.before()
    const stripes = union(stripesOf(to, words, this.pages), stripesOf(from, words, this.pages))
    this.takeAll(stripes)
    this.memory.copy(to, from, words)
    this.releaseAll(stripes)
    this.end(to, words)
  }

  override spinWhile(addr: Addr, value: number): void {
    this.spinWhileBoth(addr, value, addr, value)
  }

  override spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void {
    const { memory } = this
    for (let spins = 0; ; spins++) {
      this.before()
      if (memory.load(addr) === value && memory.load(other) === otherValue) {
        this.letGo()
        this.attention.waiting(addr, value, spins)
      } else if (this.isOver(addr, value, other, otherValue)) return
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
    const stripes = [...new Set(addrs.map((addr) => stripeOf(addr, this.pages)))].sort(
      (one, other) => one - other,
    )
    this.takeAll(stripes)
    if (!this.log.interrupt(this.event, source)) this.full()
    this.releaseAll(stripes)
    this.end(source, 0)
  }

  /** The CPU executes nothing more. */
  ended(): void {
    this.letGo()
    this.log.end(this.event, this.hash)
  }

  /** Releases the stripe at hand: others may wait for it. */
  letGo(): void {
    if (this.held < 0) return
    this.stripes.done(this.held, this.heldEvent)
    this.held = NONE
  }

  checkStop(): void {
    const state = this.control.read(RECORD_STOP)
    if (state !== RUNNING) throw new Stopped(state !== ENOUGH)
  }

  /** Before an event that has an order: interrupts come here. */
  private before(): void {
    const { attention } = this
    if (--attention.patience <= 0 || this.memory.read(attention.mailbox) !== 0) this.attend()
  }

  private attend(): void {
    this.letGo()
    this.checkStop()
    this.attention.look()
  }

  /** Before an event on one word: its stripe is at hand. */
  private begin(addr: Addr): void {
    this.before()
    const stripe = stripeOf(addr, this.pages)
    if (stripe !== this.held) this.hold(stripe)
    this.heldEvent = this.event
  }

  private hold(stripe: number): void {
    this.letGo()
    const owner = this.stripes.take(stripe)
    // If the log is full, the stripe stays locked: released, it would say that an event which never was is the last on it.
    if (owner !== this.me) this.follow(stripe, owner)
    this.held = stripe
  }

  /** The second half of a read-modify-write: atomic, since the stripe is held. Returns the old value. */
  private modify(addr: Addr, old: number, value: number): number {
    this.memory.write(addr, value)
    return this.end(addr, old)
  }

  /** An event has been executed: `value` was read, or written. */
  private end(addr: Addr, value: number): number {
    this.hash = foldHash(this.hash, addr, value)
    this.event++
    if ((this.event & CHECK_MASK) === 0 && !this.log.check(this.event, this.hash)) this.full()
    return value
  }

  /** The event at hand is after the last one on a stripe that is held. */
  private follow(stripe: number, owner: number): void {
    if (owner === this.me || owner === 0) return
    const before = this.stripes.last(stripe)
    if ((this.known[owner] as number) > before) return
    this.known[owner] = before + 1
    if (!this.log.after(this.event, owner - 1, before)) this.full()
  }

  /** Whether a busy wait is over: then that is an event. */
  private isOver(addr: Addr, value: number, other: Addr, otherValue: number): boolean {
    const { memory, stripes } = this
    this.letGo()
    const taken = union([stripeOf(addr, this.pages)], [stripeOf(other, this.pages)])
    const owners = taken.map((stripe) => stripes.take(stripe))
    const seen = memory.read(addr)
    const isOver = seen !== value || memory.read(other) !== otherValue
    for (const [i, stripe] of taken.entries()) {
      const owner = owners[i] as number
      if (isOver) this.follow(stripe, owner)
      else stripes.untouched(stripe, owner)
    }
    if (!isOver) return false
    this.releaseAll(taken)
    this.end(addr, seen)
    return true
  }

  private takeAll(taken: readonly number[]): void {
    this.letGo()
    for (const stripe of taken) this.follow(stripe, this.stripes.take(stripe))
  }

  private releaseAll(taken: readonly number[]): void {
    for (const stripe of taken) this.stripes.done(stripe, this.event)
  }

  private full(): never {
    this.control.cas(RECORD_STOP, RUNNING, LOG_FULL)
    throw new Stopped(true)
  }
}

const NO_ATTENTION: Attention = { mailbox: 0, patience: 1 << 30, look() {}, waiting() {} }
