import {
  ADD,
  CAS,
  COPY,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  EXCHANGE,
  FILL,
  LOCK,
  NOTIFY,
  TRY_LOCK,
  UNLOCK,
} from '@holdfast/compiler'
import { CV_BLOCKED, DRAIN } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { outerSite } from '../engine/places.js'
import type { World } from '../engine/world.js'
import { isSpin, mutexOwnerOf, spinHeld } from './lock-words.js'
import type { LockInfo } from './lock-words.js'
import { wordName } from './names.js'
import { RwTracker } from './rw-tracker.js'

/** How a lock was come by: waiting for it if need be; by a try; handed over by whoever released it. */
export type How = 'blocking' | 'try' | 'handed'
/** How a lock is held: by one alone, or by several who read. */
export type Mode = 'write' | 'read'

/** A lock that is held. Reused: do not keep it beyond its release. */
export class Held {
  lock = 0
  info: LockInfo = { kind: 'model', class: '', name: '' }
  /** Whose it is: see {@link LockTrackerOptions.holderOf}. */
  holder = 0
  /** The actor that took it; a spin lock is the actor's, whoever runs on it. */
  actor = 0
  spin = false
  site = 0
  /** First place after the acquisition that is not within the lock's own code; -1: not there yet. */
  near = -1
  step = 0
  how: How = 'blocking'
  mode: Mode = 'write'
  /** Generation of the record the lock lies in: use-after-free.ts keeps it here. */
  generation = 0
}

/** Who wants to know of acquisitions and releases. */
export interface LockListener {
  /** `held` is among the held now; its `near` need not be known yet. */
  acquired?(world: World, held: Held): void
  /** `held` is still among the held. */
  released?(world: World, held: Held): void
  /** `held.near` is known. */
  placed?(world: World, held: Held): void
}

/** What the tracker is told of locks and of who takes them. */
export interface LockTrackerOptions {
  /** Which lock lies at an address. A function of the address alone. Locks of the engine's own operations need not be known. */
  readonly lockAt?: (addr: number) => LockInfo | undefined
  /**
   * Who acts when `actor` does: a thread that moves between CPUs, say. Where rwlocks are used it must be the number that stands in their word as
   * the owner. Default: the actor.
   */
  readonly holderOf?: (world: World, actor: number) => number
  /** Whether the operation at a place is that of a try, which does not wait. */
  readonly isTry?: (site: number) => boolean
  /** Whether a place is within the code of a lock: then the acquisition is also named by what comes after it. */
  readonly isInner?: (site: number) => boolean
}

const UNKNOWN = 0
const NO_LOCK = 1
const A_MUTEX = 2
const A_SPIN = 3
const AN_RW = 4
const A_MODEL = 5

/**
 * Who holds which lock, read off the words of the locks.
 *
 * Verifies   nothing by itself: lock-order.ts, guarded-by.ts, deadlock.ts and use-after-free.ts ask it, and must stand after it in the
 *            list of observers.
 * Does not   know locks it is not told of; take a plain store for an acquisition (poison, initialisation); tell which readers an
 *            rwlock was handed to where writers wait among them: it then takes any of its waiters for a holder ({@link holds}).
 */
export class LockTracker implements Observer {
  readonly name = 'lock tracker'
  /** The locks held now: the first {@link count} of them. */
  readonly held: Held[] = []
  count = 0
  private readonly options: LockTrackerOptions
  private readonly listeners: LockListener[] = []
  private kinds = new Uint8Array(0)
  private readonly infos = new Map<number, LockInfo>()
  private readonly rw: RwTracker
  /** Acquisitions whose `near` is not known yet. */
  private unplaced = 0

  constructor(options: LockTrackerOptions = {}) {
    this.options = options
    this.rw = new RwTracker(this)
  }

  /** From now on tells `listener` too, after those before it. */
  listen(listener: LockListener): void {
    this.listeners.push(listener)
  }

  reset(world: World): void {
    if (this.kinds.length !== world.words.length) {
      this.kinds = new Uint8Array(world.words.length)
      this.infos.clear()
    }
    this.count = 0
    this.unplaced = 0
    this.rw.reset()
  }

  event(world: World): void {
    if (this.unplaced > 0) this.place(world)
    const { evKind: kind } = world
    switch (kind) {
      case LOCK:
        this.acquire(world, world.evAddr, 'blocking', 'write', false)
        return
      case TRY_LOCK:
        if (world.evWrote) this.acquire(world, world.evAddr, 'try', 'write', false)
        return
      case UNLOCK:
        this.releaseAll(world, world.evAddr)
        return
      case CV_WAIT:
        this.releaseAll(world, world.evAddr2)
        return
      case CV_BLOCKED:
        this.acquire(world, world.evAddr, 'blocking', 'write', false)
        return
      case FILL:
      case COPY:
        this.overwritten(world)
        return
      case NOTIFY:
      case CV_SIGNAL:
      case CV_BROADCAST:
      case DRAIN: // who stored a word has let go of it, for all he does from then on
        return
      default:
        if (world.evWrote) this.wrote(world, kind >= ADD && kind <= CAS)
    }
  }

  repeated(): void {}

  finish(): void {}

  /** Whoever acts when `actor` does. */
  holder(world: World, actor: number): number {
    return this.options.holderOf?.(world, actor) ?? actor
  }

  /** Whether whoever acts when `actor` does holds `lock`; for writing, if `write`. */
  holds(world: World, actor: number, lock: number, write: boolean): boolean {
    const holder = this.holder(world, actor)
    for (let i = 0; i < this.count; i++) {
      const held = this.held[i] as Held
      if (held.lock !== lock || (held.spin ? held.actor !== actor : held.holder !== holder)) continue
      if (!write || held.mode === 'write') return true
    }
    return !write && this.rw.mayHold(lock, holder)
  }

  /** Whether `held` belongs to whoever acts when `actor` does. */
  isOf(world: World, actor: number, held: Held): boolean {
    return held.spin ? held.actor === actor : held.holder === this.holder(world, actor)
  }

  /** The holder of `lock` that came first, or undefined. */
  holderOfLock(lock: number): Held | undefined {
    for (let i = 0; i < this.count; i++) if ((this.held[i] as Held).lock === lock) return this.held[i]
    return undefined
  }

  /** The lock at `addr`, if it is one that is known by now. */
  lockAt(world: World, addr: number): LockInfo | undefined {
    return this.kindOf(addr) === NO_LOCK ? undefined : this.infoOf(world, addr)
  }

  /** For the tracker of rwlocks. */
  howAt(site: number): How {
    return this.options.isTry?.(site) === true ? 'try' : 'blocking'
  }

  /** The actor of this event has got `lock`. */
  acquire(world: World, lock: number, how: How, mode: Mode, spin: boolean): void {
    this.add(world, lock, this.holder(world, world.evActor), world.evActor, how, mode, spin)
  }

  /** `holder` has got `lock`, by what `actor` did at `site`. For the tracker of rwlocks; others: {@link acquire}. */
  add(
    world: World,
    lock: number,
    holder: number,
    actor: number,
    how: How,
    mode: Mode,
    spin: boolean,
    site: number = outerSite(world),
  ): void {
    if (this.count === this.held.length) this.held.push(new Held())
    const held = this.held[this.count++] as Held
    held.lock = lock
    held.info = this.infoOf(world, lock)
    held.holder = holder
    held.actor = actor
    held.spin = spin
    held.site = site
    held.near = this.options.isInner === undefined ? site : -1
    held.step = world.steps - 1
    held.how = how
    held.mode = mode
    held.generation = 0
    if (held.near < 0) this.unplaced++
    for (const listener of this.listeners) listener.acquired?.(world, held)
  }

  /** Releases `lock` as `holder` has it; returns whether it had it. */
  release(world: World, lock: number, holder: number, mode: Mode): boolean {
    for (let i = this.count - 1; i >= 0; i--) {
      const held = this.held[i] as Held
      if (held.lock !== lock || held.holder !== holder || held.mode !== mode) continue
      this.remove(world, i)
      return true
    }
    return false
  }

  /** Nobody holds `lock` any more. */
  releaseAll(world: World, lock: number): void {
    for (let i = this.count - 1; i >= 0; i--) if ((this.held[i] as Held).lock === lock) this.remove(world, i)
  }

  private remove(world: World, i: number): void {
    const held = this.held[i] as Held
    for (const listener of this.listeners) listener.released?.(world, held)
    if (held.near < 0) this.unplaced--
    this.count--
    for (let k = i; k < this.count; k++) this.held[k] = this.held[k + 1] as Held
    this.held[this.count] = held
  }

  private wrote(world: World, readModifyWrite: boolean): void {
    const { evAddr: addr, evOld: old, evNew: now } = world
    switch (this.kindOf(addr)) {
      case A_MUTEX: {
        const before = mutexOwnerOf(old)
        const after = mutexOwnerOf(now)
        if (before === after) return
        if (before !== 0) this.releaseAll(world, addr)
        if (after !== 0 && readModifyWrite)
          this.acquire(world, addr, this.howAt(world.evSite), 'write', isSpin(now))
        return
      }
      case A_SPIN: {
        const before = spinHeld(old)
        const after = spinHeld(now)
        if (before && !after) this.releaseAll(world, addr)
        if (!before && after && readModifyWrite)
          this.acquire(world, addr, this.howAt(world.evSite), 'write', true)
        return
      }
      case AN_RW:
        this.rw.wrote(world, world.evKind === EXCHANGE, readModifyWrite)
        return
      default:
    }
  }

  /** A range was overwritten: the locks in it are no more. */
  private overwritten(world: World): void {
    const { evAddr: from, evWords: words } = world
    for (let i = this.count - 1; i >= 0; i--) {
      const { lock } = this.held[i] as Held
      if (lock >= from && lock < from + words) this.remove(world, i)
    }
  }

  /** The actor of this event has left the code of the locks it took. */
  private place(world: World): void {
    const { evActor: actor, evSite: site } = world
    if (this.options.isInner?.(site) === true) return
    const holder = this.holder(world, actor)
    for (let i = 0; i < this.count; i++) {
      const held = this.held[i] as Held
      if (held.near >= 0 || held.actor !== actor || (!held.spin && held.holder !== holder)) continue
      held.near = site
      this.unplaced--
      for (const listener of this.listeners) listener.placed?.(world, held)
    }
  }

  private kindOf(addr: number): number {
    const known = this.kinds[addr]
    if (known !== UNKNOWN) return known ?? NO_LOCK
    const info = this.options.lockAt?.(addr)
    const kind = info === undefined ? NO_LOCK : KINDS[info.kind]
    this.kinds[addr] = kind
    if (info !== undefined) this.infos.set(addr, info)
    return kind
  }

  private infoOf(world: World, addr: number): LockInfo {
    const known = this.infos.get(addr)
    if (known !== undefined) return known
    const name = wordName(world, addr)
    const info = this.options.lockAt?.(addr) ?? { kind: 'model' as const, class: name, name }
    this.infos.set(addr, info)
    this.kinds[addr] = KINDS[info.kind]
    return info
  }
}

const KINDS = { model: A_MODEL, mutex: A_MUTEX, spin: A_SPIN, rw: AN_RW } as const
