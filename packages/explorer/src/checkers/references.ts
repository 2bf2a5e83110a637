import { STORE, WRITE } from '@holdfast/compiler'
import { MAX_ACTORS } from '../engine/limits.js'
import type { World } from '../engine/world.js'

/** Records of one kind, which lie one after the other. */
export interface Records {
  readonly base: number
  readonly end: number
  /** Words of a record. */
  readonly words: number
}

/** Which records there are. */
export interface ReferencesOptions {
  readonly tables: readonly Records[]
  /** Who acts when `actor` does: an address within a record (a thread, which moves between actors), or 0: the actor itself. */
  readonly holderOf?: (actor: number) => number
}

/** Where somebody came by a reference, and to which life of the record. */
export interface Obtained {
  readonly life: number
  readonly site: number
}

/** Lives of a record that one execution may have: with this, nothing need be cleared between executions until the stamps run out. */
const LIVES = 4096
const LAST_STAMP = 0x7fff_ffff - LIVES

/**
 * Which life of a record a reference to it dates from: a value that is an address within the record.
 *
 * A record begins in life 0, and a new one each time it is taken into use again. A word that is written remembers the life its writer
 * knew; who reads a word knows, from then on, that life, or a later one that it knew already. So whoever touches a record that is in a
 * later life than any it knows uses a reference that has outlived what it referred to.
 *
 * A thread that comes to an actor knows the one that left it: it is told in passing.
 *
 * Does not   follow references that are computed (a table and an index): whoever never read one is not judged. References copied
 *            with several words at once count as new. Whoever has met the new life too is not judged either, whichever reference it uses.
 */
export class References {
  private readonly tables: readonly Records[]
  private readonly holderOf: (actor: number) => number
  private readonly records: number
  /** By word: 1 + number of its record, 0: none. */
  private recordAt = new Int32Array(0)
  /** By record: stamp of its life. */
  private lives: Int32Array
  /** By word: stamp of the life that the reference in it dates from; below {@link first}: it stood in the image. */
  private stored = new Int32Array(0)
  /** By holder and record: stamp of the latest life that the holder has a reference to, and where it came by it; below `first`: it has none. */
  private known: Int32Array
  private sites: Int32Array
  /** By actor: 1 + who acted last, 0: nobody yet. */
  private readonly actedLast = new Int32Array(MAX_ACTORS)
  /** Stamp of life 0 in this execution. */
  private first = LIVES

  constructor({ tables, holderOf = () => 0 }: ReferencesOptions) {
    this.tables = tables
    this.holderOf = holderOf
    this.records = tables.reduce((sum, { base, end, words }) => sum + Math.floor((end - base) / words), 0)
    this.lives = new Int32Array(this.records)
    this.known = new Int32Array((this.records + MAX_ACTORS) * this.records)
    this.sites = new Int32Array(this.known.length)
  }

  /** Called when an execution begins: every record is in life 0. */
  reset({ words }: World): void {
    if (this.recordAt.length !== words.length) this.lay(words.length)
    this.actedLast.fill(0)
    this.first += LIVES
    if (this.first > LAST_STAMP) {
      this.first = LIVES
      for (const stamps of [this.lives, this.stored, this.known]) stamps.fill(0)
    }
  }

  /** The record begins its next life, in the hands of whoever acts. As a holder it knows nothing yet. */
  reborn(world: World, addr: number): void {
    const record = this.recordOf(addr)
    if (record < 0) return
    this.lives[record] = this.lifeStamp(record) + 1
    this.known.fill(0, record * this.records, (record + 1) * this.records)
    this.learn(this.holder(world), record, this.lifeStamp(record), world.evSite)
  }

  /** What whoever acts knows of the record at `addr`, if that is of an earlier life than the present. To be asked before {@link event}. */
  outlived(world: World, addr: number): Obtained | undefined {
    const record = this.recordOf(addr)
    if (record < 0 || (this.lives[record] as number) <= this.first) return undefined
    const holder = this.acting(world)
    const at = holder * this.records + record
    const known = this.known[at] as number
    if (holder === record || known < this.first || known >= (this.lives[record] as number)) return undefined
    return { life: known - this.first, site: this.sites[at] as number }
  }

  /** Follows the references that the event at hand reads and writes. */
  event(world: World): void {
    const { evKind, evAddr, evOld, evNew } = world
    const holder = this.acting(world)
    if (world.evWords !== 1) {
      if (world.evWrote) this.stored.fill(this.first + LIVES - 1, evAddr, evAddr + world.evWords)
      return
    }
    if (evKind !== WRITE && evKind !== STORE) {
      const record = this.recordOf(evOld)
      if (record >= 0) {
        const stamp = Math.max(this.stored[evAddr] as number, this.first)
        this.learn(holder, record, Math.min(stamp, this.lifeStamp(record)), world.evSite)
      }
    }
    if (!world.evWrote) return
    const record = this.recordOf(evNew)
    if (record < 0) return
    const known = this.known[holder * this.records + record] as number
    this.stored[evAddr] = known >= this.first ? known : this.lifeStamp(record)
  }

  private learn(holder: number, record: number, stamp: number, site: number): void {
    const at = holder * this.records + record
    if ((this.known[at] as number) >= stamp) return
    this.known[at] = stamp
    this.sites[at] = site
  }

  private lifeStamp(record: number): number {
    return Math.max(this.lives[record] as number, this.first)
  }

  /** The holder that acts. If it has just come to its actor, it knows whom it has come after. */
  private acting(world: World): number {
    const holder = this.holder(world)
    const last = (this.actedLast[world.evActor] as number) - 1
    this.actedLast[world.evActor] = holder + 1
    if (last !== holder && last >= 0 && last < this.records)
      this.learn(holder, last, this.lifeStamp(last), world.evSite)
    return holder
  }

  private holder({ evActor }: World): number {
    const record = this.recordOf(this.holderOf(evActor))
    return record >= 0 ? record : this.records + evActor
  }

  /** Number of the record that a value refers to, or -1. Most values are no addresses: looking beyond a table is slow. */
  private recordOf(value: number): number {
    return value > 0 && value < this.recordAt.length ? (this.recordAt[value] as number) - 1 : -1
  }

  private lay(size: number): void {
    this.recordAt = new Int32Array(size)
    this.stored = new Int32Array(size)
    let record = 0
    for (const { base, end, words } of this.tables)
      for (let at = base; at + words <= end; at += words) this.recordAt.fill(++record, at, at + words)
  }
}
