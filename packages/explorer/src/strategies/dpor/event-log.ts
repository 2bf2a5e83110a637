import { CV_BROADCAST, CV_SIGNAL, JOIN, NOTIFY, SPAWN } from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, WAITING } from '../../engine/kinds.js'
import { MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import {
  ACTOR,
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
} from '../dependence.js'
import { longer } from './longer.js'

const NONE = -1

/**
 * The execution at hand, event by event: what each touched, and what happened before it.
 *
 * Happens-before is kept as vector clocks: `e` happens before `k` if the clock of `k` has more than `e` for the actor
 * of `e`. Each word has the chain of its accesses, the latest first, each with the word's value before it. Events are
 * added at the end and taken off again, so that an execution that shares a prefix with the last one computes its suffix
 * only.
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
  /** Latest access of each word; the last one stands for the store of spurious wake-ups. */
  readonly head: Int32Array
  /** The last event of each actor. */
  readonly last = new Int32Array(MAX_ACTORS).fill(NONE)

  private accesses = 0
  private firstAccess = new Int32Array(64)
  /** The event that spawned each actor. */
  private readonly spawner = new Int32Array(MAX_ACTORS).fill(NONE)
  private readonly initial: number
  /** Events that woke waiters, and whom. */
  private readonly wakes: number[] = []
  /** Events that happened because nothing else could: all later ones come after them. */
  private readonly resorts: number[] = []

  constructor(world: World) {
    this.head = new Int32Array(world.words.length + 1).fill(NONE)
    this.initial = world.n
  }

  actorOf(event: number): number {
    return (this.records[event * RECORD + CHOICE] as number) & ACTOR
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
    const actor = choice & ACTOR
    if (at + 2 > this.prev.length) this.grow()
    if (world.n > this.width) this.widen(world.n)
    const { width, clocks } = this
    footprint(world, actor, choice >> WAY_SHIFT, this.records, at * RECORD)
    const own = this.last[actor] as number
    this.prev[at] = own
    const from = own === NONE ? (this.spawner[actor] as number) : own
    const row = at * width
    const source = from * width
    for (let i = 0; i < width; i++) clocks[row + i] = from === NONE ? 0 : (clocks[source + i] as number)
    if (this.resorts.length > 0) this.join(at, this.resorts[this.resorts.length - 1] as number)
    const kind = kindOf(this.records, at * RECORD)
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
    const actor = (records[record + CHOICE] as number) & ACTOR
    this.firstAccess[at] = this.accesses
    this.clocks[at * this.width + actor] = at + 1
    this.last[actor] = at
    const words = records[record + WORDS] as number
    if (words > 0) this.touch(world, at, records[record + ADDR] as number, words, flags & WRITES)
    const words2 = records[record + WORDS2] as number
    if (words2 > 0) this.touch(world, at, records[record + ADDR2] as number, words2, flags & WRITES2)
    if ((flags & SPURIOUS) !== 0) this.access(at, this.head.length - 1, world.spuriousLeft, 1)
    if ((flags & LAST_RESORT) !== 0) this.resorts.push(at)
  }

  /** The last event has been executed: notes whom it started or woke. */
  settled(world: World): void {
    const at = this.length - 1
    if (at < 0) return
    const kind = kindOf(this.records, at * RECORD)
    if (kind === SPAWN) {
      for (let actor = this.initial; actor < world.n; actor++)
        if (world.kind[actor] !== ENDED && this.last[actor] === NONE && this.spawner[actor] === NONE)
          this.spawner[actor] = at
    } else if (kind === NOTIFY || kind === CV_SIGNAL || kind === CV_BROADCAST) {
      for (let actor = 0; actor < world.n; actor++) {
        const pending = world.kind[actor]
        if (pending !== WAITING && pending !== CV_BLOCKED) continue
        if (world.notified[actor] === 1 && this.wakerOf(actor) === NONE) this.wakes.push(at, actor)
      }
    }
  }

  /**
   * The event that an actor's step in slot `at` follows: its previous one, or the one that spawned it; -1 if there is
   * none.
   */
  pastOf(actor: number, at: number): number {
    const own = this.ownBefore(actor, at)
    return own === NONE ? (this.spawner[actor] as number) : own
  }

  /** The last event of `actor` before slot `at`: that may be of another, if the step was only pending then. */
  private ownBefore(actor: number, at: number): number {
    let own = this.last[actor] as number
    while (own >= at) own = this.prev[own] as number
    return own
  }

  /** The event that woke `actor`, which is pending in a wait; -1 if none has. */
  wakerOf(actor: number): number {
    const { wakes } = this
    for (let i = wakes.length - 2; i >= 0; i -= 2) {
      if ((wakes[i] as number) < (this.last[actor] as number)) return NONE
      if (wakes[i + 1] === actor) return wakes[i] as number
    }
    return NONE
  }

  /** The value of a word if these events (-1: none), and what happens after them, had not been. */
  valueWithout(world: World, word: number, e: number, other: number, third: number): number {
    let value = word === this.head.length - 1 ? world.spuriousLeft : (world.words[word] as number)
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
    for (let event = this.length - 1; event >= length; event--)
      this.last[this.actorOf(event)] = this.prev[event] as number
    for (let actor = this.initial; actor < MAX_ACTORS; actor++)
      if ((this.spawner[actor] as number) >= length) this.spawner[actor] = NONE
    const { wakes, resorts } = this
    while (wakes.length > 0 && (wakes[wakes.length - 2] as number) >= length) wakes.length -= 2
    while (resorts.length > 0 && (resorts[resorts.length - 1] as number) >= length) resorts.length--
    this.length = length
  }

  private joinLast(at: number, actor: number): void {
    const own = this.last[actor] as number
    const from = own === NONE ? (this.spawner[actor] as number) : own
    if (from !== NONE) this.join(at, from)
  }

  private touch(world: World, event: number, addr: number, words: number, wrote: number): void {
    for (let word = addr; word < addr + words; word++)
      this.access(event, word, world.words[word] as number, wrote === 0 ? 0 : 1)
  }

  private access(event: number, word: number, old: number, wrote: number): void {
    const access = this.accesses++
    if (access === this.accessEvent.length) this.growAccesses()
    this.accessEvent[access] = event
    this.accessPrev[access] = this.head[word] as number
    this.accessWord[access] = word
    this.accessOld[access] = old
    this.accessWrote[access] = wrote
    this.head[word] = access
  }

  private grow(): void {
    this.records = longer(this.records)
    this.prev = longer(this.prev)
    this.firstAccess = longer(this.firstAccess)
    this.clocks = longer(this.clocks)
  }

  private growAccesses(): void {
    this.accessEvent = longer(this.accessEvent)
    this.accessPrev = longer(this.accessPrev)
    this.accessWord = longer(this.accessWord)
    this.accessOld = longer(this.accessOld)
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
