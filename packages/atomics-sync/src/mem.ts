/**
 * The seam: every access to shared state is one of the operations below.
 *
 * This is the only file that names `Atomics`. Words are 32-bit and signed; an address is the index of a
 * word, and 0 is NULL (the first words of the space are never handed out).
 *
 *   read  write                       plain, as a C load or store: no order is promised
 *   load  store  add  sub  or  and    atomic, sequentially consistent; the read-modify-writes return the
 *   exchange  cas                     OLD value
 *   fill  copy                        plain, of a range of words, as memset and memcpy: one operation for
 *                                     whoever chooses interleavings, so only where C makes such a call
 *   fence                             orders what stands before it with what stands after it
 *   spinWhile  spinWhileBoth          busy waiting, the only kind there is
 *   wait  notify                      blocks the host thread, always with a deadline
 *
 * Call them as `mem.op(...)`, in a named function of a module, never inside a closure: the explorer's
 * compiler rewrites exactly that form.
 */

/** Index of a 32-bit word; 0 is NULL. */
export type Addr = number
/** No word: the null pointer. */
export const NULL: Addr = 0

/** Busy waiting that found no end: a lock never freed, a CPU that never answered. */
export class SpinDeadline extends Error {
  override readonly name = 'SpinDeadline'
  readonly addr: Addr

  constructor(addr: Addr, value: number, waitedMs: number) {
    super(`word ${addr} kept the value ${value} for ${waitedMs} ms of busy waiting`)
    this.addr = addr
  }
}

/** How spinning behaves. */
export interface MemOptions {
  /** Called while spinning, so that a spinning CPU still answers what may not wait (TLB shootdowns). */
  readonly poll?: () => void
  /** How long busy waiting may last before it throws {@link SpinDeadline}, in ms. Default 60,000. */
  readonly spinDeadlineMs?: number
}

const SPINS_BEFORE_NAP = 1_000
const SPINS_BETWEEN_NAPS = 50
const NAP_MS = 0.05
const NO_POLL = (): void => {}

/** The word space as one actor reaches it; the operations are listed at the head of this file. */
export class Mem {
  readonly words: Int32Array
  private readonly poll: () => void
  private readonly spinDeadlineMs: number

  constructor(buffer: SharedArrayBuffer, options: MemOptions = {}) {
    this.words = new Int32Array(buffer)
    this.poll = options.poll ?? NO_POLL
    this.spinDeadlineMs = options.spinDeadlineMs ?? 60_000
  }

  /** Plain load. */
  read(addr: Addr): number {
    return this.words[addr] as number
  }

  /** Plain store. */
  write(addr: Addr, value: number): void {
    this.words[addr] = value
  }

  /** Plain stores of `value` to `words` words from `addr` on. */
  fill(addr: Addr, words: number, value: number): void {
    this.words.fill(value, addr, addr + words)
  }

  /** Plain loads and stores: `words` words from `from` on, to `to` on. The two ranges may overlap. */
  copy(to: Addr, from: Addr, words: number): void {
    this.words.copyWithin(to, from, from + words)
  }
  /** Atomic load. */
  load(addr: Addr): number {
    return Atomics.load(this.words, addr)
  }
  /** Atomic store. */
  store(addr: Addr, value: number): void {
    Atomics.store(this.words, addr, value)
  }
  /** Atomic: adds `value` (wrapping); returns what the word held. */
  add(addr: Addr, value: number): number {
    return Atomics.add(this.words, addr, value)
  }
  /** Atomic: subtracts `value` (wrapping); returns what the word held. */
  sub(addr: Addr, value: number): number {
    return Atomics.sub(this.words, addr, value)
  }
  /** Atomic: sets the bits of `value`; returns what the word held. */
  or(addr: Addr, value: number): number {
    return Atomics.or(this.words, addr, value)
  }
  /** Atomic: keeps the bits of `value` only; returns what the word held. */
  and(addr: Addr, value: number): number {
    return Atomics.and(this.words, addr, value)
  }
  /** Atomic: stores `value`; returns what the word held. */
  exchange(addr: Addr, value: number): number {
    return Atomics.exchange(this.words, addr, value)
  }

  /** Stores `value` if the word holds `expected`; returns what it held. */
  cas(addr: Addr, expected: number, value: number): number {
    return Atomics.compareExchange(this.words, addr, expected, value)
  }

  /** A full barrier: an atomic read-modify-write of a word that nothing else uses. */
  fence(): void {
    Atomics.or(this.words, NULL, 0)
  }

  /**
   * Spins while the word holds `value`: an await, whose end is the word's change. Whoever executes it lets the actor's
   * interrupts in meanwhile (`poll`). Throws {@link SpinDeadline}.
   */
  spinWhile(addr: Addr, value: number): void {
    if (Atomics.load(this.words, addr) === value) this.spin(addr, value, addr, value)
  }

  /** Spins while both words keep their values: ends when either changes. Throws {@link SpinDeadline}. */
  spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void {
    this.spin(addr, value, other, otherValue)
  }

  /**
   * Blocks the host thread while the word holds `value`, for at most `timeoutMs` (ms, finite).
   * Returns as `Atomics.wait` does.
   */
  wait(addr: Addr, value: number, timeoutMs: number): 'ok' | 'not-equal' | 'timed-out' {
    if (!Number.isFinite(timeoutMs))
      throw new RangeError(`timeoutMs is ${timeoutMs}; a wait needs a finite deadline`)
    return Atomics.wait(this.words, addr, value, timeoutMs)
  }

  /** Wakes at most `count` host threads that wait on the word; returns how many it woke. */
  notify(addr: Addr, count = Number.POSITIVE_INFINITY): number {
    return Atomics.notify(this.words, addr, count)
  }

  /**
   * Spins, and after a while mostly naps on the word instead: with more CPUs than cores, whoever must change it needs the
   * core we would burn. A nap is short, since a napping CPU answers no interrupt.
   */
  private spin(addr: Addr, value: number, other: Addr, otherValue: number): void {
    const { words, poll } = this
    let started = 0
    let left = SPINS_BEFORE_NAP
    for (;;) {
      if (Atomics.load(words, addr) !== value || Atomics.load(words, other) !== otherValue) return
      poll()
      if (--left > 0) continue
      const now = performance.now()
      if (started === 0) started = now
      if (now - started > this.spinDeadlineMs) throw new SpinDeadline(addr, value, Math.round(now - started))
      Atomics.wait(words, addr, value, NAP_MS)
      left = SPINS_BETWEEN_NAPS
    }
  }
}

/** The operations alone: what code asks for that is to run on a {@link Mem}, and under the explorer too. */
export type MemOps = Omit<Mem, 'words'>
