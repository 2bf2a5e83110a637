import * as ops from '@holdfast/compiler'
import * as kinds from '../engine/kinds.js'
import * as limits from '../engine/limits.js'
import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { CHOOSE, COPY, CV_BROADCAST, CV_SIGNAL, CV_WAIT, FENCE, FILL, JOIN, NOTIFY } = ops
const { SPAWN, SPIN_WHILE_BOTH, WAIT, YIELD } = ops
const { CV_BLOCKED, ENDED, INTERRUPT, KINDS, PLAIN, WAITING } = kinds
const { MAX_ACTORS, WAY_SHIFT } = limits

/** One event of a log, as a reader of it sees it. */
export class LoggedEvent {
  kind = 0
  actor = 0
  site = 0
  /** The way it went: see `World.choices`. */
  way = 0
  /** First range, written if `wrote`; 0 words: none. */
  addr = 0
  words = 0
  wrote = false
  /** Second range: the source of a copy, the other word of a spin, the mutex or the condition variable. */
  addr2 = 0
  words2 = 0
  old = 0
  new = 0
  /** Of SPAWN: the actor it made, -1 if that did nothing. */
  child = -1
  /** Of a signal or a notification: those it woke. */
  readonly woken = new Uint8Array(MAX_ACTORS)
  wokenCount = 0
}

/** Fields of an event in {@link EventLog.events}. */
const HEAD = 0
const SITE = 1
export const ADDR_AT = 2
const OLD = 3
const NEW = 4
/** Where its extra words begin. */
const EXTRA = 5
export const EVENT = 8

/** In the head, beside the kind: actor, whether it wrote, way. */
export const KIND_MASK = 63
export const ACTOR_AT = 6
export const WROTE = 1 << 13
const WAY = 14

/**
 * The events of one execution, in the order of its steps: what a checker looks at again when it has found something.
 *
 * Beyond what the world shows, it knows whom a signal woke and which actor a spawn made. Checkers share one log if they are given it;
 * it must then stand before them in the list of observers. An event is six stores.
 */
export class EventLog implements Observer {
  readonly name = 'event log'
  length = 0
  /** Events that are plain accesses. */
  plain = 0
  /** Event `i` begins at `i * EVENT`; its head is the kind, above it the actor, whether it wrote, and the way. */
  events: Int32Array<ArrayBuffer> = new Int32Array(1024 * EVENT)
  private extra = new Int32Array(256)
  private extras = 0
  /** Waiters whose wake-up is accounted for; actors that have begun. */
  private readonly told = new Uint8Array(MAX_ACTORS)
  private readonly begun = new Uint8Array(MAX_ACTORS)
  private actors = 0
  private readonly latest = new LoggedEvent()

  reset(world: World): void {
    const { n } = world
    this.length = 0
    this.plain = 0
    if (this.extras === 0 && this.actors === n) return
    const { told, begun } = this
    for (let actor = 0; actor < this.actors; actor++) told[actor] = begun[actor] = 0
    for (let actor = 0; actor < n; actor++) begun[actor] = 1
    this.actors = n
    this.extras = 0
  }

  event(world: World): void {
    const at = this.length++ * EVENT
    if (at === this.events.length) this.events = longer(this.events)
    const { events } = this
    const kind = world.evKind
    const way = (world.schedule[world.steps - 1] as number) >> WAY_SHIFT
    events[at + HEAD] = kind | (world.evActor << ACTOR_AT) | (world.evWrote ? WROTE : 0) | (way << WAY)
    events[at + SITE] = world.evSite
    events[at + ADDR_AT] = world.evAddr
    events[at + OLD] = world.evOld
    events[at + NEW] = world.evNew
    events[at + EXTRA] = this.extras
    this.plain += PLAIN[kind] as number
    if (MORE[kind] === 1) this.more(world, kind)
  }

  repeated(): void {}

  finish(): void {}

  /** The event logged last, until the next. */
  last(): LoggedEvent {
    return this.read(this.length - 1, this.latest)
  }

  /** Reads event `i` into `to`. */
  read(i: number, to: LoggedEvent): LoggedEvent {
    const { events, extra } = this
    const event = i * EVENT
    const head = events[event + HEAD] as number
    let at = events[event + EXTRA] as number
    to.kind = head & KIND_MASK
    to.actor = (head >> ACTOR_AT) & (MAX_ACTORS - 1)
    to.wrote = (head & WROTE) !== 0
    to.way = head >> WAY
    to.site = events[event + SITE] as number
    to.addr = events[event + ADDR_AT] as number
    to.old = events[event + OLD] as number
    to.new = events[event + NEW] as number
    to.child = -1
    to.wokenCount = 0
    to.addr2 = 0
    to.words2 = 0
    to.words = 1 - (WORDLESS[to.kind] as number)
    switch (MORE[to.kind] === 1 ? to.kind : -1) {
      case SPAWN:
        to.child = extra[at] as number
        break
      case NOTIFY:
      case CV_SIGNAL:
      case CV_BROADCAST:
        to.wokenCount = extra[at++] as number
        for (let k = 0; k < to.wokenCount; k++) to.woken[k] = extra[at++] as number
        break
      case FILL:
      case COPY:
      case SPIN_WHILE_BOTH:
      case CV_WAIT:
      case CV_BLOCKED:
        to.words = extra[at++] as number
        to.addr2 = extra[at++] as number
        to.words2 = extra[at++] as number
        break
      default:
    }
    return to
  }

  /** Number of event `i` that is the same for events that do the same: actor, way, place, word, values. */
  fingerprint(i: number): number {
    const { events } = this
    const at = i * EVENT
    let hash = Math.imul((events[at + HEAD] as number) ^ 0x9e3779b9, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15) ^ (events[at + SITE] as number), 0xc2b2ae35)
    hash = Math.imul(hash ^ (hash >>> 13) ^ (events[at + ADDR_AT] as number), 0x27d4eb2f)
    hash = Math.imul(hash ^ (hash >>> 16) ^ (events[at + OLD] as number), 0x165667b1)
    return Math.imul(hash ^ (hash >>> 15) ^ (events[at + NEW] as number), 0x9e3779b1) | 0
  }

  /** Site of event `i` of this execution, from 0. */
  siteAt(i: number): number {
    return this.events[i * EVENT + SITE] as number
  }

  /** Who made event `i` of this execution, from 0. */
  actorAt(i: number): number {
    return ((this.events[i * EVENT + HEAD] as number) >> ACTOR_AT) & (MAX_ACTORS - 1)
  }

  private more(world: World, kind: number): void {
    const actor = world.evActor
    switch (kind) {
      case SPAWN:
        this.push(this.childOf(world))
        return
      case NOTIFY:
      case CV_SIGNAL:
      case CV_BROADCAST:
        this.woken(world)
        return
      case WAIT:
        this.told[actor] = 0
        return
      case CV_WAIT:
        this.told[actor] = 0
        break
      default:
    }
    this.push(world.evWords)
    this.push(world.evAddr2)
    this.push(world.evWords2)
  }

  /** Those whom the event has woken: how many, and who. */
  private woken(world: World): void {
    const at = this.extras
    this.push(0)
    for (let waiter = 0; waiter < world.n; waiter++) {
      const waits = world.kind[waiter] === WAITING || world.kind[waiter] === CV_BLOCKED
      if (!waits || world.a[waiter] !== world.evAddr) continue
      if (world.notified[waiter] !== 1 || this.told[waiter] === 1) continue
      this.told[waiter] = 1
      this.push(waiter)
    }
    this.extra[at] = this.extras - at - 1
  }

  /** The actor that exists now and did not before. */
  private childOf(world: World): number {
    this.actors = world.n
    for (let actor = 0; actor < world.n; actor++) {
      if (this.begun[actor] === 1 || world.kind[actor] === ENDED) continue
      this.begun[actor] = 1
      return actor
    }
    return -1
  }

  private push(value: number): void {
    if (this.extras === this.extra.length) this.extra = longer(this.extra)
    this.extra[this.extras++] = value
  }
}

/** Kinds of which more must be known than fits the columns. */
const MORE = flags([
  SPAWN,
  NOTIFY,
  CV_SIGNAL,
  CV_BROADCAST,
  WAIT,
  FILL,
  COPY,
  SPIN_WHILE_BOTH,
  CV_WAIT,
  CV_BLOCKED,
])
/** Kinds that access no word. */
const WORDLESS = flags([JOIN, FENCE, YIELD, SPAWN, CHOOSE, INTERRUPT])

function flags(marked: readonly number[]): Uint8Array {
  const table = new Uint8Array(KINDS)
  for (const kind of marked) table[kind] = 1
  return table
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(array.length * 2)
  result.set(array)
  return result
}
