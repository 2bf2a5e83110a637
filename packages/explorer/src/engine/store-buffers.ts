import * as ops from '@holdfast/compiler'
import * as kinds from './kinds.js'
import { MAX_ACTORS } from './limits.js'
import { perform } from './perform.js'
import type { World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { AWAIT, CHOOSE, COPY, FILL, LOAD, READ, SPIN_WHILE, SPIN_WHILE_BOTH, WRITE, YIELD } = ops
const { DRAIN, KINDS } = kinds

/** Of `World.evOwn`: the first range was read from, or written to, the buffer of the actor; the second. */
export const OWN = 1
export const OWN2 = 2

/** Numbers of a store in a buffer: address, value, site. */
const STORE = 3
/** Stores for which a buffer has room at first. */
const FIRST_STORES = 8

/** Operations that need not wait until the buffer of their actor is empty. */
const PASSES = new Uint8Array(KINDS)
for (const kind of [READ, WRITE, LOAD, FILL, COPY, CHOOSE, YIELD, SPIN_WHILE, SPIN_WHILE_BOTH, AWAIT])
  PASSES[kind] = 1

/** Memory as the program has it, whatever the hardware: for checkers, to which a store is what it is when it is made. */
export function issuedWords({ buffers, words }: World): Int32Array {
  return buffers?.issued ?? words
}

/** Whether an operation of that kind is enabled only when the buffer of its actor is empty. */
export function needsEmptyBuffer(kind: number): boolean {
  return PASSES[kind] === 0
}

/**
 * The store buffers of x86-TSO (Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO", TPHOLs 2009; Sewell et al., CACM 2010): one
 * for each actor, which is a CPU, first in first out, of any length.
 *
 *     write, fill, copy            into the buffer of the actor; a word at a time
 *     read, load, copy, awaits     the newest store to the word in the own buffer; where there is none, memory
 *     drain                        an event of its own, at any time: the oldest store of a buffer reaches memory
 *     all else                     enabled only when the own buffer is empty: whatever else it drains has been seen by others on the way
 *
 * So `store` is an `xchg`, as Atomics.store must be on x86, and `load` a plain `mov`: sequentially consistent among themselves, while a load may
 * pass the plain stores before it. An interrupt is taken, and what it came upon goes on after it, with an empty buffer (Intel SDM 3A, 8.3 on IRET
 * and 11.10). So it is with `spawn` and `join`, and a thread has not ended for who joins it before its stores are in memory. A switch from thread
 * to thread of a CPU drains nothing by itself: the machine's code has its own fences. `choose` and `yield` are no operations of the machine.
 *
 * Not modelled: other sizes than a word, memory types other than write-back, non-temporal stores, a length of the buffer.
 */
export class StoreBuffers {
  /** Stores in the buffer of each actor. */
  readonly count = new Int32Array(MAX_ACTORS)
  /** Actors (1) that have returned from an interrupt, which is serialising as well: they go on when their buffer is empty. */
  readonly returning = new Uint8Array(MAX_ACTORS)
  /** Memory as the program has it: with all stores that are still in buffers, in the order in which they were made. */
  readonly issued: Int32Array
  private readonly world: World
  private readonly first = new Int32Array(MAX_ACTORS)
  private readonly stores: Int32Array[] = []

  constructor(world: World) {
    this.world = world
    this.issued = new Int32Array(world.target.image.length)
  }

  /** An execution begins: the buffers of actors below `n` are empty. */
  reset(n: number): void {
    for (let actor = 0; actor < n; actor++) this.count[actor] = this.first[actor] = this.returning[actor] = 0
    this.issued.set(this.world.target.image)
  }

  /** Whether what `actor` is about to do has to wait for its buffer. */
  holdsUp(actor: number): boolean {
    if (this.count[actor] === 0) return false
    return this.returning[actor] === 1 || needsEmptyBuffer(this.world.kind[actor] as number)
  }

  /** The handler of an interrupt of `actor` has ended. */
  returnFromInterrupt(actor: number): void {
    if (this.count[actor] !== 0) this.returning[actor] = 1
  }

  /** Whether `actor` would read that word from its own buffer. */
  holds(actor: number, addr: number): boolean {
    return this.count[actor] !== 0 && this.newest(actor, addr) >= 0
  }

  /** Whether two actors both have stores to one word in their buffers. */
  meet(actor: number, other: number): boolean {
    if (this.count[actor] === 0 || this.count[other] === 0) return false
    for (let i = 0; i < (this.count[actor] as number); i++)
      if (this.holds(other, this.addrAt(actor, i))) return true
    return false
  }

  /** The value of a word as `actor` sees it. */
  valueOf(actor: number, addr: number): number {
    const at = this.count[actor] === 0 ? -1 : this.newest(actor, addr)
    return (at < 0 ? this.world.words[addr] : (this.stores[actor] as Int32Array)[at + 1]) as number
  }

  /** Address of a store in the buffer of `actor`, which has more than `i`; the oldest is 0. */
  addrAt(actor: number, i: number): number {
    return (this.stores[actor] as Int32Array)[STORE * ((this.first[actor] as number) + i)] as number
  }

  /** Its value. */
  valueAt(actor: number, i: number): number {
    return (this.stores[actor] as Int32Array)[STORE * ((this.first[actor] as number) + i) + 1] as number
  }

  /**
   * As {@link perform}: executes the pending operation of `actor`, and says in `world.evOwn` what of it went to or came from its buffer. Nothing
   * does if it is on words that no other actor sees (not `shared`): those may as well be in memory at once; but not before what the own buffer has for
   * them, a fill of the record, say.
   */
  perform(actor: number, way: number, shared = true): number {
    this.world.evOwn = 0
    const buffered = shared || this.holds(actor, this.world.a[actor] as number)
    const result = buffered ? this.execute(actor, way) : perform(this.world, actor, way)
    if (this.world.evWrote && this.world.evOwn === 0) this.wroteMemory()
    return result
  }

  private execute(actor: number, way: number): number {
    const { world } = this
    const kind = world.kind[actor] as number
    const a = world.a[actor] as number
    switch (kind) {
      case READ:
      case LOAD:
      case SPIN_WHILE:
      case AWAIT:
        if (!this.holds(actor, a)) return perform(world, actor, way)
        this.describe(actor, kind, a, 1, OWN)
        return this.looked(this.valueOf(actor, a))
      case SPIN_WHILE_BOTH:
        return this.looksAtBoth(actor, way)
      case WRITE:
        this.describe(actor, kind, a, 1, OWN)
        return this.wrote(actor, a, world.b[actor] as number)
      case FILL:
        this.describe(actor, kind, a, world.b[actor] as number, OWN)
        return this.fill(actor, a, world.b[actor] as number, world.c[actor] as number)
      case COPY:
        return this.copy(actor, a, world.b[actor] as number, world.c[actor] as number)
      default:
        return perform(world, actor, way)
    }
  }

  /** The oldest store of `actor`, which has one, reaches memory: an event at the place of the store. */
  drain(actor: number): void {
    const { world } = this
    const stores = this.stores[actor] as Int32Array
    const at = STORE * (this.first[actor] as number)
    const addr = stores[at] as number
    world.evActor = actor
    world.evKind = DRAIN
    world.evSite = stores[at + 2] as number
    world.evAddr = addr
    world.evWords = 1
    world.evWords2 = 0
    world.evOwn = 0
    world.evOld = world.words[addr] as number
    world.evNew = stores[at + 1] as number
    world.evWrote = true
    world.words[addr] = world.evNew
    const left = (this.count[actor] as number) - 1
    this.count[actor] = left
    this.first[actor] = left === 0 ? 0 : (this.first[actor] as number) + 1
    if (left === 0) this.returning[actor] = 0
    if (!this.isPending(addr)) this.issued[addr] = world.evNew
  }

  /** Whether any buffer has a store to that word. */
  private isPending(addr: number): boolean {
    for (let actor = 0; actor < this.world.n; actor++) if (this.holds(actor, addr)) return true
    return false
  }

  /** The event at hand has written memory itself. */
  private wroteMemory(): void {
    const { issued, world } = this
    const { evAddr, evAddr2, evWords, evWords2, words } = world
    for (let word = evAddr; word < evAddr + evWords; word++) issued[word] = words[word] as number
    for (let word = evAddr2; word < evAddr2 + evWords2; word++) issued[word] = words[word] as number
  }

  private describe(actor: number, kind: number, addr: number, words: number, own: number): void {
    const { world } = this
    world.evActor = actor
    world.evKind = kind
    world.evSite = world.site[actor] as number
    world.evAddr = addr
    world.evWords = words
    world.evWords2 = 0
    world.evOwn = own
    world.evOld = this.valueOf(actor, addr)
  }

  private looked(value: number): number {
    this.world.evOld = value
    this.world.evNew = value
    this.world.evWrote = false
    return value
  }

  private wrote(actor: number, addr: number, value: number): number {
    this.push(actor, addr, value)
    this.world.evNew = value | 0
    this.world.evWrote = true
    return 0
  }

  private looksAtBoth(actor: number, way: number): number {
    const { world } = this
    const own = this.holds(actor, world.a[actor] as number) ? OWN : 0
    const own2 = this.holds(actor, world.c[actor] as number) ? OWN2 : 0
    perform(world, actor, way)
    if ((own | own2) === 0) return 0
    world.evOwn = own | own2
    this.looked(this.valueOf(actor, world.evAddr))
    return 0
  }

  private fill(actor: number, addr: number, words: number, value: number): number {
    for (let word = 0; word < words; word++) this.push(actor, addr + word, value)
    this.world.evNew = value | 0
    this.world.evWrote = true
    return 0
  }

  private copy(actor: number, to: number, from: number, words: number): number {
    const { world } = this
    this.describe(actor, COPY, to, words, OWN)
    const values: number[] = []
    for (let word = 0; word < words; word++) values.push(this.valueOf(actor, from + word))
    for (const [word, value] of values.entries()) this.push(actor, to + word, value)
    world.evAddr2 = from
    world.evWords2 = words
    world.evNew = values[0] ?? world.evOld
    world.evWrote = true
    return 0
  }

  private push(actor: number, addr: number, value: number): void {
    const first = this.first[actor] as number
    const count = this.count[actor] as number
    const at = STORE * (first + count)
    this.issued[addr] = value
    while (this.stores.length <= actor) this.stores.push(new Int32Array(FIRST_STORES * STORE))
    let stores = this.stores[actor] as Int32Array
    if (at >= stores.length) {
      const larger = new Int32Array(2 * stores.length)
      larger.set(stores)
      stores = larger
      this.stores[actor] = larger
    }
    stores[at] = addr
    stores[at + 1] = value
    stores[at + 2] = this.world.site[actor] as number
    this.count[actor] = count + 1
  }

  /** Where the newest store of `actor` to that word is, or -1. */
  private newest(actor: number, addr: number): number {
    const stores = this.stores[actor] as Int32Array
    const first = this.first[actor] as number
    for (let i = first + (this.count[actor] as number) - 1; i >= first; i--)
      if (stores[STORE * i] === addr) return STORE * i
    return -1
  }
}
