import * as ops from '@holdfast/compiler'
import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import * as logs from './event-log.js'
import { EventLog, LoggedEvent } from './event-log.js'
import { followCommon, followRare, isCommon } from './happens-before.js'
import type { Names } from './names.js'
import { RacePairs } from './race-pairs.js'
import * as epochs from './vector-clocks.js'
import { MOST, VectorClocks, restrided } from './vector-clocks.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { ADDR_AT, ACTOR_AT, EVENT, KIND_MASK, WROTE } = logs
const { ACTOR_BITS, ACTOR_MASK } = epochs
const { LOCK, READ, UNLOCK, WRITE } = ops

/** What the race checker is to know. */
export interface RaceOptions extends Names {
  /** Shared with other checkers; it then stands before them among the observers. Default: one of its own. */
  readonly log?: EventLog
  /** Whether a plain access against an atomic one is a race too (as in C11 and the LKMM). Default true. */
  readonly mixed?: boolean
  /** Words that are not looked at. A function of the address alone. */
  readonly ignore?: (addr: number) => boolean
  /** Words that a plain store releases, as locks are on x86; they are not looked at. A function of the address alone. Default: none. */
  readonly releases?: (addr: number) => boolean
  /** Why accesses to a word are unlocked by design; their races carry it. A function of the address alone. */
  readonly unlockedReason?: (addr: number) => string | undefined
  /** Whether races by design are reported at all; if not, those words cost nothing. Default true. */
  readonly all?: boolean
}

/** The state of a word: the last accesses of each class, as an epoch or as minus a vector of clocks, and what is known of it for good. */
const WRITE_AT = 0
const READ_AT = 1
const ATOMIC_WRITE_AT = 2
const ATOMIC_READ_AT = 3
const FLAGS = 4
const SLOT = 8

/** Flags of a word: it has been accessed plainly; atomically. */
const PLAIN = 1
const ATOMIC = 2
/** It is not looked at. */
const SKIPPED = 4
/** It has a race in this execution: nothing is to be found out about it any more. */
const RACY = 8

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
 * (race-pairs.ts). Clocks go on from execution to execution, so that the state of words need not be wiped: what it holds is past.
 *
 * Words that are only ever accessed atomically, as most locks, have no state. Should a plain access come after all, what was not noted is
 * made up for by the second look, this once.
 */
export class Races implements Observer {
  readonly name = 'races'
  readonly event?: (world: World) => void
  private readonly options: RaceOptions
  private readonly log: EventLog
  private readonly ownLog: boolean
  private readonly mixed: boolean
  private readonly clocks = new VectorClocks()
  private readonly pairs: RacePairs
  private readonly logged = new LoggedEvent()
  private state = new Int32Array(0)
  private vectors = new Int32Array(64)
  private vectorCount = 1
  private vectorStride = 4
  /** Marks that are vectors, by where they are. */
  private readonly spread: number[] = []
  /** Words with a race in this execution. */
  private readonly racy: number[] = []

  constructor(options: RaceOptions = {}) {
    this.options = options
    this.clocks.releases = options.releases ?? null
    this.log = options.log ?? new EventLog()
    this.ownLog = options.log === undefined
    if (this.ownLog) this.event = (world) => this.log.event(world)
    this.mixed = options.mixed ?? true
    this.pairs = new RacePairs(options, this.mixed)
  }

  reset(world: World): void {
    if (world.options.stepLimit > MOST)
      throw new RangeError(`stepLimit is ${world.options.stepLimit}; at most ${MOST} with race checking`)
    if (this.ownLog) this.log.reset(world)
  }

  repeated(): void {}

  /** All the checking is done here, over the log: a loop over an array is several times as fast as a call from event to event. */
  finish(world: World): void {
    if (this.log.plain === 0) return
    const { clocks } = this
    const { words } = world
    if (this.state.length !== words.length * SLOT) this.state = new Int32Array(words.length * SLOT)
    if (clocks.reset(words.length, world.n)) this.forget()
    this.scan()
    if (this.spread.length > 0) this.gather()
    if (this.racy.length > 0) this.report(world)
  }

  /**
   * Goes through the log. What is most frequent is decided at once: locks, and accesses to words that are only accessed plainly, where all
   * that is marked is past. Everything else is left to the methods below, which say the same in general.
   */
  private scan(): void {
    const { clocks, state, log, logged } = this
    const { now } = clocks
    const { events } = log
    const end = log.length * EVENT
    for (let at = 0; at < end; at += EVENT) {
      const head = events[at] as number
      const kind = head & KIND_MASK
      const actor = (head >> ACTOR_AT) & ACTOR_MASK
      const addr = events[at + ADDR_AT] as number
      if (kind <= WRITE && state[addr * SLOT + FLAGS] === PLAIN) {
        const slot = addr * SLOT
        const { c } = clocks
        const row = actor * clocks.stride
        const write = state[slot + WRITE_AT] as number
        const read = state[slot + READ_AT] as number
        const past = read >= 0 && read >> ACTOR_BITS <= (c[row + (read & ACTOR_MASK)] as number)
        if (past && write >> ACTOR_BITS <= (c[row + (write & ACTOR_MASK)] as number)) {
          state[slot + READ_AT] = kind === READ ? (now[actor] as number) : 0
          if (kind !== READ) state[slot + WRITE_AT] = now[actor] as number
          continue
        }
      }
      if (kind === LOCK) clocks.acquire(actor, addr)
      else if (kind === UNLOCK) clocks.release(actor, addr)
      else if (isCommon(kind)) followCommon(clocks, kind, actor, addr, (head & WROTE) !== 0, this)
      else followRare(clocks, log.read(at / EVENT, logged), this)
    }
  }

  private report(world: World): void {
    const { state, racy } = this
    this.pairs.report(world, this.log, racy)
    for (const addr of racy) state[addr * SLOT + FLAGS] = (state[addr * SLOT + FLAGS] as number) & ~RACY
    racy.length = 0
  }

  /** What is marked by a vector is past in the next execution. */
  private gather(): void {
    for (const at of this.spread) if ((this.state[at] as number) < 0) this.state[at] = 0
    this.spread.length = 0
    this.vectorCount = 1
  }

  /** No mark means anything any more. */
  private forget(): void {
    const { state } = this
    for (let at = 0; at < state.length; at += SLOT) state.fill(0, at, at + FLAGS)
  }

  /** Checks a plain load of the word `addr` by `actor`, in the present step, and remembers it. */
  plainRead(actor: number, addr: number): void {
    const { state } = this
    const at = addr * SLOT
    const epoch = this.clocks.now[actor] as number
    if (state[at + READ_AT] === epoch || !this.looksAt(addr)) return
    if (this.later(actor, state[at + WRITE_AT] as number)) this.found(addr)
    else if (this.mixed && this.later(actor, state[at + ATOMIC_WRITE_AT] as number)) this.found(addr)
    else this.mark(at + READ_AT, actor, epoch)
  }

  /** The same for a plain store. */
  plainWrite(actor: number, addr: number): void {
    if (!this.looksAt(addr)) return
    const { state } = this
    const at = addr * SLOT
    if (this.later(actor, state[at + WRITE_AT] as number) || this.later(actor, state[at + READ_AT] as number))
      return this.found(addr)
    if (((state[at + ATOMIC_WRITE_AT] as number) | (state[at + ATOMIC_READ_AT] as number)) !== 0) {
      if (this.later(actor, state[at + ATOMIC_WRITE_AT] as number)) return this.found(addr)
      if (this.later(actor, state[at + ATOMIC_READ_AT] as number)) return this.found(addr)
      state[at + ATOMIC_WRITE_AT] = 0
      state[at + ATOMIC_READ_AT] = 0
    }
    // All that came before is past for this write, and therefore for whoever it is past for.
    state[at + WRITE_AT] = this.clocks.now[actor] as number
    state[at + READ_AT] = 0
  }

  /** The same for an atomic load; it races with plain stores only. */
  atomicRead(actor: number, addr: number): void {
    if (!this.mixed || this.onlyAtomic(addr)) return
    const { state } = this
    const at = addr * SLOT
    const epoch = this.clocks.now[actor] as number
    if (state[at + ATOMIC_READ_AT] === epoch) return
    if (this.later(actor, state[at + WRITE_AT] as number)) this.found(addr)
    else this.mark(at + ATOMIC_READ_AT, actor, epoch)
  }

  /** The same for an atomic store or read-modify-write; it races with plain accesses only. */
  atomicWrite(actor: number, addr: number): void {
    if (!this.mixed || this.onlyAtomic(addr)) return
    const { state } = this
    const at = addr * SLOT
    if (this.later(actor, state[at + WRITE_AT] as number) || this.later(actor, state[at + READ_AT] as number))
      this.found(addr)
    else this.mark(at + ATOMIC_WRITE_AT, actor, this.clocks.now[actor] as number)
  }

  /** Whether some of the accesses in `marks` are not past for `actor`. */
  private later(actor: number, marks: number): boolean {
    if (marks >= 0) return !this.clocks.knows(actor, marks)
    const { vectors: many, clocks, vectorStride } = this
    const from = -marks * vectorStride
    const mine = actor * clocks.stride
    for (let i = 0; i < vectorStride; i++)
      if ((many[from + i] as number) > (clocks.c[mine + i] as number)) return true
    return false
  }

  /** Adds an access to the marks at `at`: in place of those that are past, beside those that are not. */
  private mark(at: number, actor: number, epoch: number): void {
    const { state } = this
    const marks = state[at] as number
    if (marks >= 0) {
      if (this.clocks.knows(actor, marks)) {
        state[at] = epoch
        return
      }
      const vector = this.freshVector()
      this.vectors[vector * this.vectorStride + (marks & ACTOR_MASK)] = marks >> ACTOR_BITS
      state[at] = -vector
      this.spread.push(at)
    }
    const row = -(state[at] as number)
    if (actor >= this.vectorStride) this.restride()
    this.vectors[row * this.vectorStride + actor] = epoch >> ACTOR_BITS
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

  private found(addr: number): void {
    const flags = addr * SLOT + FLAGS
    this.state[flags] = (this.state[flags] as number) | RACY
    this.racy.push(addr)
  }

  /** Whether there is anything to be found out about a word that is accessed plainly. */
  private looksAt(addr: number): boolean {
    const flags = this.state[addr * SLOT + FLAGS] as number
    return flags === PLAIN || flags === (PLAIN | ATOMIC) || this.firstPlain(addr, flags)
  }

  private firstPlain(addr: number, flags: number): boolean {
    if ((flags & (PLAIN | SKIPPED)) !== 0) return false
    const { ignore, releases, unlockedReason, all } = this.options
    const designed = all === false && unlockedReason?.(addr) !== undefined
    const skipped = ignore?.(addr) === true || releases?.(addr) === true || designed
    this.state[addr * SLOT + FLAGS] = flags | (skipped ? SKIPPED : PLAIN)
    if (skipped) return false
    if ((flags & ATOMIC) !== 0) this.found(addr)
    return (flags & ATOMIC) === 0
  }

  /** Whether nothing is to be noted of an atomic access: to a word that is accessed only so, or that is not looked at. */
  private onlyAtomic(addr: number): boolean {
    const flags = this.state[addr * SLOT + FLAGS] as number
    if (flags === (PLAIN | ATOMIC)) return false
    this.state[addr * SLOT + FLAGS] = flags | ATOMIC
    return flags !== PLAIN
  }
}
