import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { EventLog } from './event-log.js'
import { followCommon, followRare, isCommon } from './happens-before.js'
import type { Names } from './names.js'
import { RacePairs } from './race-pairs.js'
import { MOST, VectorClocks, restrided } from './vector-clocks.js'

/** What the race checker is to know. */
export interface RaceOptions extends Names {
  /** Shared with other checkers; it then stands before them among the observers. Default: one of its own. */
  readonly log?: EventLog
  /** Whether a plain access against an atomic one is a race too (as in C11 and the LKMM). Default true. */
  readonly mixed?: boolean
  /** Words that are not looked at. A function of the address alone. */
  readonly ignore?: (addr: number) => boolean
  /** Why accesses to a word are unlocked by design; their races carry it. A function of the address alone. */
  readonly unlockedReason?: (addr: number) => string | undefined
  /** Whether races by design are reported at all; if not, those words cost nothing. Default true. */
  readonly all?: boolean
}

/** The state of a word: its address, and the last accesses of each class: an epoch, 0 for none, or minus a vector of clocks. */
const ADDR = 0
const WRITE_AT = 1
const READ_AT = 2
const ATOMIC_WRITE_AT = 3
const ATOMIC_READ_AT = 4
const FLAGS = 5
const SLOT = 8
/** In FLAGS: nothing is to be found out about this word any more. */
const SETTLED = 1
const RACY = 2

/** What is known of a word for good. */
const CLASSIFIED = 1
const SKIPPED = 2
const PLAIN_SEEN = 4
const ATOMIC_SEEN = 8

/**
 * Data races: two accesses to one word, one of them a write and one of them plain, that nothing orders (happens-before.ts).
 *
 * Verifies   that this execution has none. What is reported is a race in every execution with the same order of synchronisation, whether
 *            or not the two accesses met: each pair of places once an execution, with the steps of its first occurrence.
 * Does not   see races that need another order of synchronisation (that is what exploring is for); order an interrupt handler, or two
 *            threads of one simulated CPU, against each other: an actor is one flow of control; see races of atomic accesses with each
 *            other, which are none.
 *
 * FastTrack (Flanagan and Freund, PLDI 2009): the last accesses to a word are epochs, and become a vector only where several
 * actors access it unordered. It finds which words have a race; only then the log of the execution is read again, to name every pair
 * (race-pairs.ts). The state of words is a sparse set, in the order in which they are touched, so that a fresh execution costs nothing.
 *
 * Words that are only ever accessed atomically, as most locks, have no state. Should a plain access come after all, what was not noted is
 * made up for by the second look, this once.
 */
export class Races implements Observer {
  readonly name = 'races'
  private readonly options: RaceOptions
  private readonly log: EventLog
  private readonly ownLog: boolean
  private readonly mixed: boolean
  private readonly clocks = new VectorClocks()
  private readonly pairs: RacePairs
  private index = new Int32Array(0)
  private classes = new Uint8Array(0)
  private state = new Int32Array(256 * SLOT)
  private used = 0
  private vectors = new Int32Array(64)
  private vectorCount = 1
  private vectorStride = 4
  /** Words with a race in this execution. */
  private readonly racy: number[] = []

  constructor(options: RaceOptions = {}) {
    this.options = options
    this.log = options.log ?? new EventLog()
    this.ownLog = options.log === undefined
    this.mixed = options.mixed ?? true
    this.pairs = new RacePairs(options, this.mixed)
  }

  reset(world: World): void {
    if (world.options.stepLimit > MOST)
      throw new RangeError(
        `stepLimit is ${world.options.stepLimit}; at most ${MOST} with race checking`,
      )
    if (this.ownLog) this.log.reset(world)
    if (this.index.length !== world.words.length) {
      this.index = new Int32Array(world.words.length)
      this.classes = new Uint8Array(world.words.length)
    }
    this.clocks.reset(world.words.length, world.n)
    this.used = 0
    this.vectorCount = 1
    if (this.racy.length > 0) this.racy.length = 0
  }

  event(world: World): void {
    if (this.ownLog) this.log.event(world)
    const { evKind: kind } = world
    if (isCommon(kind)) followCommon(this.clocks, kind, world.evActor, world.evAddr, world.evWrote, this)
    else followRare(this.clocks, this.log.last(), this)
  }

  finish(world: World): void {
    if (this.racy.length > 0) this.pairs.report(world, this.log, this.racy)
  }

  plainRead(actor: number, addr: number): void {
    const { state, clocks } = this
    const at = this.slotOf(addr)
    const epoch = clocks.now[actor] as number
    if (state[at + READ_AT] === epoch || state[at + FLAGS] !== 0) return
    if (this.later(actor, state[at + WRITE_AT] as number)) this.found(at)
    else if (this.mixed && this.later(actor, state[at + ATOMIC_WRITE_AT] as number)) this.found(at)
    else this.mark(at + READ_AT, actor, epoch)
  }

  plainWrite(actor: number, addr: number): void {
    const { state, clocks } = this
    const at = this.slotOf(addr)
    const epoch = clocks.now[actor] as number
    if (state[at + FLAGS] !== 0) return
    if (state[at + WRITE_AT] === epoch && state[at + READ_AT] === 0) {
      if (state[at + ATOMIC_WRITE_AT] === 0 && state[at + ATOMIC_READ_AT] === 0) return
    }
    if (
      this.later(actor, state[at + WRITE_AT] as number) ||
      this.later(actor, state[at + READ_AT] as number)
    ) {
      this.found(at)
      return
    }
    if (
      this.mixed &&
      (this.later(actor, state[at + ATOMIC_WRITE_AT] as number) ||
        this.later(actor, state[at + ATOMIC_READ_AT] as number))
    ) {
      this.found(at)
      return
    }
    // All that came before is past for this write, and therefore for whoever it is past for.
    state[at + WRITE_AT] = epoch
    state[at + READ_AT] = 0
    state[at + ATOMIC_WRITE_AT] = 0
    state[at + ATOMIC_READ_AT] = 0
  }

  atomicRead(actor: number, addr: number): void {
    if (!this.mixed || this.onlyAtomic(addr)) return
    const { state, clocks } = this
    const at = this.slotOf(addr)
    const epoch = clocks.now[actor] as number
    if (state[at + ATOMIC_READ_AT] === epoch || state[at + FLAGS] !== 0) return
    if (this.later(actor, state[at + WRITE_AT] as number)) this.found(at)
    else this.mark(at + ATOMIC_READ_AT, actor, epoch)
  }

  atomicWrite(actor: number, addr: number): void {
    if (!this.mixed || this.onlyAtomic(addr)) return
    const { state, clocks } = this
    const at = this.slotOf(addr)
    const epoch = clocks.now[actor] as number
    if (state[at + FLAGS] !== 0) return
    if (this.later(actor, state[at + WRITE_AT] as number) || this.later(actor, state[at + READ_AT] as number))
      this.found(at)
    else this.mark(at + ATOMIC_WRITE_AT, actor, epoch)
  }

  /** Whether some of the accesses in `marks` are not past for `actor`. */
  private later(actor: number, marks: number): boolean {
    if (marks >= 0) return marks !== 0 && !this.clocks.knows(actor, marks)
    const { vectors, clocks, vectorStride } = this
    const from = -marks * vectorStride
    const mine = actor * clocks.stride
    for (let i = 0; i < vectorStride; i++)
      if ((vectors[from + i] as number) > (clocks.c[mine + i] as number)) return true
    return false
  }

  /** Adds an access to the marks at `at`: in place of those that are past, beside those that are not. */
  private mark(at: number, actor: number, epoch: number): void {
    const { state } = this
    const marks = state[at] as number
    if (marks >= 0) {
      if (marks === 0 || this.clocks.knows(actor, marks)) {
        state[at] = epoch
        return
      }
      const vector = this.freshVector()
      this.vectors[vector * this.vectorStride + (marks & 127)] = marks >>> 7
      state[at] = -vector
    }
    const row = -(state[at] as number)
    if (actor >= this.vectorStride) this.restride()
    this.vectors[row * this.vectorStride + actor] = epoch >>> 7
  }

  private freshVector(): number {
    if (this.vectorStride < this.clocks.stride) this.restride()
    const { vectorStride } = this
    const vector = this.vectorCount++
    if ((vector + 1) * vectorStride > this.vectors.length) {
      const larger = new Int32Array(this.vectors.length * 2)
      larger.set(this.vectors)
      this.vectors = larger
    }
    this.vectors.fill(0, vector * vectorStride, (vector + 1) * vectorStride)
    return vector
  }

  private restride(): void {
    const { stride } = this.clocks
    const rows = this.vectors.length / this.vectorStride
    this.vectors = restrided(this.vectors, this.vectorStride, stride, rows)
    this.vectorStride = stride
  }

  private found(at: number): void {
    this.state[at + FLAGS] = RACY
    this.racy.push(this.state[at + ADDR] as number)
  }

  private onlyAtomic(addr: number): boolean {
    const known = this.classes[addr] as number
    if ((known & PLAIN_SEEN) !== 0) return false
    this.classes[addr] = known | ATOMIC_SEEN
    return true
  }

  private slotOf(addr: number): number {
    const at = this.index[addr] as number
    return at < this.used && this.state[at + ADDR] === addr ? at : this.freshSlot(addr)
  }

  private freshSlot(addr: number): number {
    const at = this.used
    if (at === this.state.length) {
      const larger = new Int32Array(at * 2)
      larger.set(this.state)
      this.state = larger
    }
    this.used = at + SLOT
    const { state } = this
    this.index[addr] = at
    state[at + ADDR] = addr
    state[at + WRITE_AT] = 0
    state[at + READ_AT] = 0
    state[at + ATOMIC_WRITE_AT] = 0
    state[at + ATOMIC_READ_AT] = 0
    const known = this.classOf(addr)
    state[at + FLAGS] = (known & SKIPPED) !== 0 ? SETTLED : 0
    if ((known & (PLAIN_SEEN | SKIPPED)) === 0) {
      this.classes[addr] = known | PLAIN_SEEN
      if ((known & ATOMIC_SEEN) !== 0) this.found(at)
    }
    return at
  }

  private classOf(addr: number): number {
    const before = this.classes[addr] as number
    if ((before & CLASSIFIED) !== 0) return before
    const { ignore, unlockedReason, all } = this.options
    const designed = all === false && unlockedReason?.(addr) !== undefined
    const known = before | CLASSIFIED | (ignore?.(addr) === true || designed ? SKIPPED : 0)
    this.classes[addr] = known
    return known
  }
}
