import { COPY, CV_WAIT, FILL, JOIN, SPAWN, WAIT, WRITE } from '@holdfast/compiler'
import { CV_BLOCKED, DRAIN, WAITING } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { OWN, OWN2 } from '../engine/store-buffers.js'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { EventLog, type LoggedEvent } from './event-log.js'
import { NumberSet } from './number-set.js'

/** How much it keeps. */
export interface TraceHashOptions {
  /** Shared with other checkers; it then stands before them among the observers. Default: one of its own. */
  readonly log?: EventLog
  /** Most traces that are told apart; from then on {@link TraceHash.saturated}. Default 4,000,000, which takes 64 MB. */
  readonly most?: number
}

/** Of a touched word: address, hash of its last write, sum of the hashes of its reads since; two lanes each. */
const ADDR = 0
const WROTE = 1
const READS = 3
const SLOT = 8

/**
 * How many different executions a campaign has seen: different in the order of dependent events (Mazurkiewicz traces), not in the order of
 * those that commute.
 *
 * Verifies   nothing. The hash of an event mixes that of its actor's event before, those of the last writes to the words it touches and,
 *            if it writes, the sum of those of the reads since. Hence the actors' last events determine the trace.
 * Does not   tell apart traces that collide in 53 bits (one in 18,000 campaigns of a million traces has such a pair); count executions that were
 *            cut off or given up, whose trace has no end; count on beyond {@link TraceHashOptions.most}.
 *
 * Two operations are dependent if they are of one actor, or touch a word that one of them writes. Signals, notifications and queueing
 * write the condition variable, or the word; a failed compare-and-swap or try reads.
 */
export class TraceHash implements Observer {
  readonly name = 'traces'
  /** Executions that came to their end. */
  executions = 0
  /** Whether the last of them was unlike all before. */
  fresh = false
  /** The trace of the last one. */
  trace = 0
  private readonly log: EventLog
  private readonly ownLog: boolean
  private readonly seen: NumberSet
  private index = new Int32Array(0)
  private state = new Int32Array(64 * SLOT)
  private used = 0
  /** Of actors, and behind them of their store buffers. */
  private readonly own0 = new Int32Array(2 * MAX_ACTORS)
  private readonly own1 = new Int32Array(2 * MAX_ACTORS)
  private actors = 0
  /** The hash under way. */
  private h0 = 0
  private h1 = 0

  constructor(options: TraceHashOptions = {}) {
    this.log = options.log ?? new EventLog()
    this.ownLog = options.log === undefined
    this.seen = new NumberSet(options.most ?? 4_000_000)
  }

  /** Different traces so far; at least so many if {@link saturated}. */
  get distinct(): number {
    return this.seen.size
  }

  /** Traces are no longer counted: all that may be told apart have been seen, and there may be more. */
  get saturated(): boolean {
    return this.seen.full
  }

  reset(world: World): void {
    if (this.ownLog) this.log.reset(world)
    const words = wordsOf(world)
    if (this.index.length !== words) this.index = new Int32Array(words)
    this.used = 0
    for (let actor = 0; actor < this.actors; actor++) this.own0[actor] = this.own1[actor] = 0
    if (world.buffers !== null) for (const own of [this.own0, this.own1]) own.fill(0, MAX_ACTORS)
  }

  event(world: World): void {
    if (this.ownLog) this.log.event(world)
    const last = this.log.last()
    if (world.buffers !== null && this.buffered(world, last)) return
    const { actor, kind } = last
    this.h0 = this.own0[actor] as number
    this.h1 = this.own1[actor] as number
    this.mix((kind | (actor << 5) | (last.way << 12)) ^ Math.imul(last.site, 0x9e3779b1))
    if (kind === JOIN) {
      this.mix(this.own0[last.addr] as number)
      this.mix(this.own1[last.addr] as number)
    }
    const writes = last.wrote || (kind === WAIT && world.kind[actor] === WAITING)
    const { words, words2 } = last
    const second = kind === CV_WAIT || kind === CV_BLOCKED
    for (let i = 0; i < words; i++) this.meet(last.addr + i, writes)
    for (let i = 0; i < words2; i++) this.meet(last.addr2 + i, second)
    const { h0, h1 } = this
    for (let i = 0; i < words; i++) this.leave(last.addr + i, writes, h0, h1)
    for (let i = 0; i < words2; i++) {
      const twice = kind === COPY && last.addr2 + i >= last.addr && last.addr2 + i < last.addr + words
      if (!twice) this.leave(last.addr2 + i, second, h0, h1)
    }
    this.own0[actor] = h0
    this.own1[actor] = h1
    if (kind === SPAWN && last.child >= 0) {
      this.own0[last.child] = h0
      this.own1[last.child] = h1
    }
  }

  /**
   * As {@link event}, of what has to do with store buffers. Returns whether it is that. A buffer is an actor of its own; what it has of a word is a word
   * of its own. That a store comes before it reaches memory, and that before what waits for it, is so in all traces.
   */
  private buffered(
    world: World,
    { actor, kind, way, site, addr, addr2, words, words2 }: LoggedEvent,
  ): boolean {
    const own = (word: number): number => world.words.length * (actor + 1) + word
    let touched: number[]
    switch (kind) {
      case DRAIN:
        touched = [addr, own(addr)]
        break
      case WRITE:
      case FILL:
        touched = []
        break
      case COPY:
        touched = Array.from({ length: words2 }, (_, i) => [addr2 + i, own(addr2 + i)]).flat()
        break
      default:
        if (world.evOwn === 0) return false
        touched = [(world.evOwn & OWN) === 0 ? addr : own(addr)]
        if (words2 > 0) touched.push((world.evOwn & OWN2) === 0 ? addr2 : own(addr2))
    }
    const writes = kind === DRAIN
    const id = writes ? actor + MAX_ACTORS : actor
    this.h0 = this.own0[id] as number
    this.h1 = this.own1[id] as number
    this.mix((kind | (actor << 6) | (way << 13)) ^ Math.imul(site, 0x9e3779b1))
    this.mix(words)
    for (const word of touched) this.meet(word, writes)
    const { h0, h1 } = this
    for (const word of touched) this.leave(word, writes, h0, h1)
    this.own0[id] = h0
    this.own1[id] = h1
    return true
  }

  repeated(): void {
    this.executions++
    this.fresh = false
  }

  finish(world: World): void {
    this.fresh = false
    this.actors = world.n
    if (world.outcome === 'stepLimit' || world.outcome === 'abandoned') return
    this.executions++
    this.h0 = 0
    this.h1 = 0
    for (let actor = 0; actor < world.n; actor++) {
      this.mix(this.own0[actor] as number)
      this.mix(this.own1[actor] as number)
      if (world.buffers === null) continue
      this.mix(this.own0[actor + MAX_ACTORS] as number)
      this.mix(this.own1[actor + MAX_ACTORS] as number)
    }
    this.trace = (this.h0 >>> 0) * 0x200000 + (this.h1 >>> 11) + 1
    this.fresh = this.seen.add(this.trace)
  }

  private mix(value: number): void {
    let a = Math.imul(this.h0 ^ value, 0x85ebca6b)
    a = Math.imul(a ^ (a >>> 15), 0xc2b2ae35)
    this.h0 = ((a ^ (a >>> 13)) + 0x9e3779b9) | 0
    let b = Math.imul(this.h1 + value, 0x27d4eb2f)
    b = Math.imul(b ^ (b >>> 16), 0x165667b1)
    this.h1 = ((b ^ (b >>> 14)) + 0x61c88647) | 0
  }

  private meet(addr: number, writes: boolean): void {
    const at = this.slotOf(addr)
    this.mix(addr)
    this.mix(this.state[at + WROTE] as number)
    this.mix(this.state[at + WROTE + 1] as number)
    if (!writes) return
    this.mix(this.state[at + READS] as number)
    this.mix(this.state[at + READS + 1] as number)
  }

  private leave(addr: number, writes: boolean, h0: number, h1: number): void {
    const { state } = this
    const at = this.slotOf(addr)
    if (writes) {
      state[at + WROTE] = h0
      state[at + WROTE + 1] = h1
      state[at + READS] = 0
      state[at + READS + 1] = 0
    } else {
      state[at + READS] = (state[at + READS] as number) + h0
      state[at + READS + 1] = (state[at + READS + 1] as number) + h1
    }
  }

  private slotOf(addr: number): number {
    const at = this.index[addr] as number
    if (at < this.used && this.state[at + ADDR] === addr) return at
    const fresh = this.used
    if (fresh === this.state.length) {
      const larger = new Int32Array(fresh * 2)
      larger.set(this.state)
      this.state = larger
    }
    this.used = fresh + SLOT
    for (let i = fresh; i < fresh + SLOT; i++) this.state[i] = 0
    this.state[fresh + ADDR] = addr
    this.index[addr] = fresh
    return fresh
  }
}

/** Words that events touch, with store buffers those of each actor too. */
function wordsOf({ buffers, n, target, words }: World): number {
  if (buffers === null) return words.length
  return words.length * (1 + (target.pure ? MAX_ACTORS : n))
}
