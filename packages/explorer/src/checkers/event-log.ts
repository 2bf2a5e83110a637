import {
  CHOOSE,
  COPY,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  FENCE,
  FILL,
  JOIN,
  NOTIFY,
  SPAWN,
  SPIN_WHILE_BOTH,
  WAIT,
  YIELD,
} from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, INTERRUPT, WAITING } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

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

const ACTOR = 5
const WROTE = 1 << 12
const WAY = 13

/**
 * The events of one execution, in the order of its steps: what a checker looks at again when it has found something.
 *
 * Beyond what the world shows, it knows whom a signal woke and which actor a spawn made. Checkers share one log if they are given it;
 * it must then stand before them in the list of observers. An event is five stores into typed arrays.
 */
export class EventLog implements Observer {
  readonly name = 'event log'
  length = 0
  private head = new Int32Array(1024)
  private site = new Int32Array(1024)
  private addr = new Int32Array(1024)
  private old = new Int32Array(1024)
  private new_ = new Int32Array(1024)
  /** Where the extra words of an event begin. */
  private extraAt = new Int32Array(1024)
  private extra = new Int32Array(256)
  private extras = 0
  /** Waiters whose wake-up is accounted for; actors that have begun. */
  private readonly told = new Uint8Array(MAX_ACTORS)
  private readonly begun = new Uint8Array(MAX_ACTORS)
  private actors = 0
  private readonly latest = new LoggedEvent()

  reset(world: World): void {
    const { told, begun } = this
    this.length = 0
    this.extras = 0
    for (let actor = 0; actor < this.actors; actor++) told[actor] = begun[actor] = 0
    for (let actor = 0; actor < world.n; actor++) begun[actor] = 1
    this.actors = world.n
  }

  event(world: World): void {
    const i = this.length
    if (i === this.head.length) this.grow()
    this.length = i + 1
    const kind = world.evKind
    this.head[i] =
      kind |
      (world.evActor << ACTOR) |
      (world.evWrote ? WROTE : 0) |
      (((world.schedule[world.steps - 1] as number) >> WAY_SHIFT) << WAY)
    this.site[i] = world.evSite
    this.addr[i] = world.evAddr
    this.old[i] = world.evOld
    this.new_[i] = world.evNew
    this.extraAt[i] = this.extras
    if (MORE[kind] === 1) this.more(world, kind)
  }

  finish(): void {}

  /** The event logged last, until the next. */
  last(): LoggedEvent {
    return this.read(this.length - 1, this.latest)
  }

  /** Reads event `i` into `to`. */
  read(i: number, to: LoggedEvent): LoggedEvent {
    const head = this.head[i] as number
    const { extra } = this
    let at = this.extraAt[i] as number
    to.kind = head & 31
    to.actor = (head >> ACTOR) & (MAX_ACTORS - 1)
    to.wrote = (head & WROTE) !== 0
    to.way = head >> WAY
    to.site = this.site[i] as number
    to.addr = this.addr[i] as number
    to.old = this.old[i] as number
    to.new = this.new_[i] as number
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
    let hash = Math.imul((this.head[i] as number) ^ 0x9e3779b9, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15) ^ (this.site[i] as number), 0xc2b2ae35)
    hash = Math.imul(hash ^ (hash >>> 13) ^ (this.addr[i] as number), 0x27d4eb2f)
    hash = Math.imul(hash ^ (hash >>> 16) ^ (this.old[i] as number), 0x165667b1)
    return Math.imul(hash ^ (hash >>> 15) ^ (this.new_[i] as number), 0x9e3779b1) | 0
  }

  siteAt(i: number): number {
    return this.site[i] as number
  }

  actorAt(i: number): number {
    return ((this.head[i] as number) >> ACTOR) & (MAX_ACTORS - 1)
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
      case INTERRUPT: // it has no values, the world shows those of the event before
        this.old[this.length - 1] = 0
        this.new_[this.length - 1] = 0
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

  private grow(): void {
    this.head = longer(this.head)
    this.site = longer(this.site)
    this.addr = longer(this.addr)
    this.old = longer(this.old)
    this.new_ = longer(this.new_)
    this.extraAt = longer(this.extraAt)
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
  INTERRUPT,
])
/** Kinds that access no word. */
const WORDLESS = flags([JOIN, FENCE, YIELD, SPAWN, CHOOSE, INTERRUPT])

function flags(kinds: readonly number[]): Uint8Array {
  const table = new Uint8Array(32)
  for (const kind of kinds) table[kind] = 1
  return table
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(array.length * 2)
  result.set(array)
  return result
}
