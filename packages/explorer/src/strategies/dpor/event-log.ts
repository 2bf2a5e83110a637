import { CV_BROADCAST, CV_SIGNAL, JOIN, NOTIFY, SPAWN } from '@holdfast/compiler'
import { CV_BLOCKED, DRAIN, ENDED, WAITING } from '../../engine/kinds.js'
import { needsEmptyBuffer } from '../../engine/store-buffers.js'
import { MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import {
  ADDR,
  ADDR2,
  CHOICE,
  FLAGS,
  LAST_RESORT,
  RECORD,
  SPURIOUS,
  WORDS,
  WORDS2,
  WRITES,
  WRITES2,
  footprint,
  kindOf,
  ownWord,
} from '../dependence.js'
import { BufferedStores } from './buffered-stores.js'
import { longer } from './longer.js'

const NONE = -1

/**
 * The execution at hand, event by event: what each touched, and what happened before it.
 *
 * Happens-before is kept as vector clocks: `e` happens before `k` if the clock of `k` has more than `e` for the actor
 * of `e`. Each word has the chain of its accesses, the latest first, each with the word's value before it. Events are
 * added at the end and taken off again, so that an execution that shares a prefix with the last one computes its suffix
 * only.
 *
 * A store buffer is an actor as well, whose events are its drains: each comes after the event that made the store; and what needs an empty buffer comes
 * after its drains. Numbers of actors are here those of {@link idOf}.
 */
export class EventLog {
  /** Events so far. */
  length = 0
  /** What each event touched: see dependence.ts. One more slot than events, for a step that is only considered. */
  records = new Int32Array(RECORD * 64)
  /** The previous event of the actor. */
  prev = new Int32Array(64)
  /** Clock of event k: `clocks[k * width ..]`, by actor: 1 + its last event that happens before k, or is k. */
  clocks = new Int32Array(64 * 8)
  width = 8
  /** Accesses: the event, the access before it to the word, the value before it, and whether it wrote. */
  accessEvent = new Int32Array(128)
  accessPrev = new Int32Array(128)
  accessWord = new Int32Array(128)
  accessOld = new Int32Array(128)
  accessWrote = new Uint8Array(128)
  /** The latest of each chain, up to that access, that wrote: a read depends on no other, however many reads there were since. */
  accessWriter = new Int32Array(128)
  /** Latest access of each word; then of the store of spurious wake-ups, and of the words of buffers, see ownWord. */
  readonly head: Int32Array
  /** What stands for the store of spurious wake-ups among the words. */
  readonly store: number
  /** The last event of each actor. */
  readonly last = new Int32Array(2 * MAX_ACTORS).fill(NONE)
  /** What there is about store buffers; null: the world has none. */
  readonly stores: BufferedStores | null

  private accesses = 0
  private firstAccess = new Int32Array(64)
  /** The event that spawned each actor. */
  private readonly spawner = new Int32Array(2 * MAX_ACTORS).fill(NONE)
  /** Another event that each comes directly after, by way of its actor's buffer. */
  private also = new Int32Array(64).fill(NONE)
  /** 1 if there are buffers: they have the odd numbers. */
  private readonly shift: number
  private readonly initial: number
  /** Events that woke waiters, and whom. */
  private readonly wakes: number[] = []
  /** Events that happened because nothing else could: all later ones come after them. */
  private readonly resorts: number[] = []

  constructor(world: World) {
    const { length } = world.words
    this.shift = world.buffers === null ? 0 : 1
    this.stores = world.buffers === null ? null : new BufferedStores()
    this.store = length
    this.head = new Int32Array(length * (1 + this.shift * MAX_ACTORS) + 1).fill(NONE)
    this.initial = world.n
  }

  actorOf(event: number): number {
    return this.idOf(this.records[event * RECORD + CHOICE] as number)
  }

  /** Number of the actor of a choice, or of a buffer. */
  idOf(choice: number): number {
    const { shift } = this
    return ((choice & (MAX_ACTORS - 1)) << shift) | ((choice >> 7) & shift)
  }

  /** Whether `e` happens before the later event `k`, or is it. */
  happensBefore(e: number, k: number): boolean {
    return (this.clocks[k * this.width + this.actorOf(e)] as number) > e
  }

  /**
   * The step `choice` of a world about to execute it, in the slot after the last event; its clock so far has what
   * happens before it by the order of its actor, by spawn and by join. It becomes an event by {@link close}.
   */
  open(world: World, choice: number): number {
    const at = this.length
    const actor = choice & (MAX_ACTORS - 1)
    const id = this.idOf(choice)
    if (at + 2 > this.prev.length) this.grow()
    if (world.n << this.shift > this.width) this.widen(world.n << this.shift)
    const { width, clocks } = this
    footprint(world, actor, choice >> WAY_SHIFT, this.records, at * RECORD)
    const own = this.last[id] as number
    this.prev[at] = own
    const from = own === NONE ? (this.spawner[id] as number) : own
    const row = at * width
    const source = from * width
    for (let i = 0; i < width; i++) clocks[row + i] = from === NONE ? 0 : (clocks[source + i] as number)
    if (this.resorts.length > 0) this.join(at, this.resorts[this.resorts.length - 1] as number)
    const kind = kindOf(this.records, at * RECORD)
    if (this.stores !== null) {
      const also = this.alsoOf(choice, kind, at)
      this.also[at] = also
      if (also !== NONE) this.join(at, also)
    }
    if (kind === JOIN) this.joinLast(at, world.a[actor] as number)
    if (((this.records[at * RECORD + FLAGS] as number) & LAST_RESORT) !== 0)
      for (let other = 0; other < world.n; other++) this.joinLast(at, other)
    return at
  }

  /** What happens before `e` happens before `at`, and so does `e`. */
  join(at: number, e: number): void {
    const { clocks, width } = this
    const row = at * width
    const from = e * width
    for (let i = 0; i < width; i++) {
      const theirs = clocks[from + i] as number
      if (theirs > (clocks[row + i] as number)) clocks[row + i] = theirs
    }
  }

  /** The opened step is the next event. */
  close(world: World): void {
    const at = this.length++
    const { records } = this
    const record = at * RECORD
    const flags = records[record + FLAGS] as number
    const choice = records[record + CHOICE] as number
    const id = this.idOf(choice)
    this.firstAccess[at] = this.accesses
    this.clocks[at * this.width + id] = at + 1
    this.last[id] = at
    const words = records[record + WORDS] as number
    if (words > 0) this.touch(world, at, records[record + ADDR] as number, words, flags & WRITES)
    const words2 = records[record + WORDS2] as number
    if (words2 > 0) this.touch(world, at, records[record + ADDR2] as number, words2, flags & WRITES2)
    this.stores?.add(world, choice & (MAX_ACTORS - 1), kindOf(records, record), at)
    if ((flags & SPURIOUS) !== 0) this.access(at, this.store, world.spuriousLeft, 1)
    if ((flags & LAST_RESORT) !== 0) this.resorts.push(at)
  }

  /** The last event has been executed: notes whom it started or woke. */
  settled(world: World): void {
    const at = this.length - 1
    if (at < 0) return
    const kind = kindOf(this.records, at * RECORD)
    if (kind === SPAWN) {
      for (let actor = this.initial; actor < world.n; actor++)
        if (world.kind[actor] !== ENDED && this.isNew(this.idOf(actor))) this.spawner[this.idOf(actor)] = at
    } else if (kind === NOTIFY || kind === CV_SIGNAL || kind === CV_BROADCAST) {
      for (let actor = 0; actor < world.n; actor++) {
        const pending = world.kind[actor]
        if (pending !== WAITING && pending !== CV_BLOCKED) continue
        if (world.notified[actor] === 1 && this.wakerOf(actor) === NONE) this.wakes.push(at, actor)
      }
    }
  }

  private isNew(id: number): boolean {
    return this.last[id] === NONE && this.spawner[id] === NONE
  }

  /**
   * The event that the step `choice` in slot `at` follows: the previous one of its actor, or the one that spawned it; -1 if there is
   * none.
   */
  pastOf(choice: number, at: number): number {
    const id = this.idOf(choice)
    const own = this.ownBefore(id, at)
    return own === NONE ? (this.spawner[id] as number) : own
  }

  /** The other event that it follows, because of a buffer; -1 if there is none. */
  alsoOf(choice: number, kind: number, at: number): number {
    if (this.stores === null) return NONE
    const actor = choice & (MAX_ACTORS - 1)
    if (kind === DRAIN) return at < this.length ? (this.also[at] as number) : this.stores.oldest(actor)
    return needsEmptyBuffer(kind) ? this.ownBefore(this.idOf(actor | MAX_ACTORS), at) : NONE
  }

  /**
   * Whether `actor`, whose own step comes next, would see its own store of a word if the event `e`, and what happens after it, had not been. This and
   * the next are of worlds with store buffers.
   */
  seesOwnWithout(world: World, actor: number, word: number, e: number): boolean {
    if (world.buffers?.holds(actor, word) === true) return true
    const drain = this.lastDrain(world, actor, word)
    return drain !== NONE && this.after(e, this.accessEvent[drain] as number)
  }

  /** The value of the newest store of `actor` to that word; it has made one. */
  ownValue(world: World, actor: number, word: number): number {
    if (world.buffers?.holds(actor, word) === true) return world.buffers.valueOf(actor, word)
    return this.accessOld[this.lastDrain(world, actor, word)] as number
  }

  /** The last access by which a store of `actor` to that word reached memory, or -1. */
  private lastDrain(world: World, actor: number, word: number): number {
    let access = this.head[ownWord(world, actor, word)] as number
    while (access !== NONE && this.accessWrote[access] === 0) access = this.accessPrev[access] as number
    return access
  }

  /** The last event of an actor, or of a buffer, before slot `at`: that may be of another, if the step was only pending then. */
  private ownBefore(id: number, at: number): number {
    let own = this.last[id] as number
    while (own >= at) own = this.prev[own] as number
    return own
  }

  /** The event that woke `actor`, which is pending in a wait; -1 if none has. */
  wakerOf(actor: number): number {
    const { wakes } = this
    for (let i = wakes.length - 2; i >= 0; i -= 2) {
      if ((wakes[i] as number) < (this.last[this.idOf(actor)] as number)) return NONE
      if (wakes[i + 1] === actor) return wakes[i] as number
    }
    return NONE
  }

  /** The value of a word if these events (-1: none), and what happens after them, had not been. */
  valueWithout(world: World, word: number, e: number, other: number, third: number): number {
    let value = word === this.store ? world.spuriousLeft : (world.words[word] as number)
    for (
      let access = this.head[word] as number;
      access !== NONE;
      access = this.accessPrev[access] as number
    ) {
      const event = this.accessEvent[access] as number
      if (this.accessWrote[access] === 0) continue
      if (this.after(e, event) || this.after(other, event) || this.after(third, event))
        value = this.accessOld[access] as number
    }
    return value
  }

  /** Whether `k` is the event `e`, or happens after it. */
  after(e: number, k: number): boolean {
    return e !== NONE && e <= k && this.happensBefore(e, k)
  }

  /** Takes events off until `length` are left. */
  truncate(length: number): void {
    if (length >= this.length) return
    const { accessPrev, accessWord, head } = this
    const accesses = this.firstAccess[length] as number
    for (let access = this.accesses - 1; access >= accesses; access--)
      head[accessWord[access] as number] = accessPrev[access] as number
    this.accesses = accesses
    for (let event = this.length - 1; event >= length; event--) {
      this.last[this.actorOf(event)] = this.prev[event] as number
      const record = event * RECORD
      const actor = (this.records[record + CHOICE] as number) & (MAX_ACTORS - 1)
      this.stores?.remove(actor, kindOf(this.records, record), event)
    }
    for (let id = this.initial << this.shift; id < MAX_ACTORS << this.shift; id++)
      if ((this.spawner[id] as number) >= length) this.spawner[id] = NONE
    const { wakes, resorts } = this
    while (wakes.length > 0 && (wakes[wakes.length - 2] as number) >= length) wakes.length -= 2
    while (resorts.length > 0 && (resorts[resorts.length - 1] as number) >= length) resorts.length--
    this.length = length
  }

  private joinLast(at: number, actor: number): void {
    const id = this.idOf(actor)
    const own = this.last[id] as number
    const from = own === NONE ? (this.spawner[id] as number) : own
    if (from !== NONE) this.join(at, from)
    const drain = this.shift === 0 ? NONE : (this.last[id + 1] as number)
    if (drain !== NONE) this.join(at, drain)
  }

  private touch(world: World, event: number, addr: number, words: number, wrote: number): void {
    for (let word = addr; word < addr + words; word++) {
      // Of a word of a buffer, the value of the store that leaves it.
      const old =
        word < this.store || wrote === 0 ? (world.words[word] as number) : drained(world, this.records, event)
      this.access(event, word, old, wrote === 0 ? 0 : 1)
    }
  }

  private access(event: number, word: number, old: number, wrote: number): void {
    const access = this.accesses++
    if (access === this.accessEvent.length) this.growAccesses()
    this.accessEvent[access] = event
    const before = this.head[word] as number
    this.accessPrev[access] = before
    if (wrote !== 0) this.accessWriter[access] = access
    else this.accessWriter[access] = before === NONE ? NONE : (this.accessWriter[before] as number)
    this.accessWord[access] = word
    this.accessOld[access] = old
    this.accessWrote[access] = wrote
    this.head[word] = access
  }

  private grow(): void {
    this.records = longer(this.records)
    this.prev = longer(this.prev)
    this.also = longer(this.also)
    this.firstAccess = longer(this.firstAccess)
    this.clocks = longer(this.clocks)
  }

  private growAccesses(): void {
    this.accessEvent = longer(this.accessEvent)
    this.accessPrev = longer(this.accessPrev)
    this.accessWord = longer(this.accessWord)
    this.accessOld = longer(this.accessOld)
    this.accessWriter = longer(this.accessWriter)
    const wrote = new Uint8Array(this.accessWrote.length * 2)
    wrote.set(this.accessWrote)
    this.accessWrote = wrote
  }

  private widen(actors: number): void {
    const width = Math.max(actors, this.width * 2)
    const clocks = new Int32Array(this.prev.length * width)
    for (let event = 0; event < this.length; event++)
      clocks.set(this.clocks.subarray(event * this.width, (event + 1) * this.width), event * width)
    this.clocks = clocks
    this.width = width
  }
}

function drained({ buffers }: World, records: Int32Array, event: number): number {
  const actor = (records[event * RECORD + CHOICE] as number) & (MAX_ACTORS - 1)
  return buffers?.valueAt(actor, 0) ?? 0
}
