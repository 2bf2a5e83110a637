import { RW_THREAD, RW_WRITE_LOCKED, RW_WRITE_WANTED } from '@holdfast/atomics-sync'
import { outerSite } from '../engine/places.js'
import type { World } from '../engine/world.js'
import type { How, LockTracker, Mode } from './lock-tracker.js'
import { rwReadersOf, rwWriterOf } from './lock-words.js'

/** Somebody queued on an rwlock. */
interface Waiter {
  readonly lock: number
  readonly holder: number
  readonly actor: number
  readonly site: number
  /** It set the bit that only writers set. A writer that found the bit set is not told from a reader. */
  readonly writer: boolean
}

/**
 * The reader/writer locks of atomics-sync, for the lock tracker.
 *
 *   cas   sets an owner, or adds a reader        taken by whoever did it
 *   cas   takes that away                        released by whoever did it
 *   cas   sets waiter bits only                  it queues: the owner will hand it the lock
 *   exchange                                     the releaser hands it over: to the writer the word names, or to so many readers
 */
export class RwTracker {
  private readonly tracker: LockTracker
  private waiters: Waiter[] = []
  /** Readers that were handed a lock, of whom it is not known who they are. */
  private readonly unknown = new Map<number, number>()

  constructor(tracker: LockTracker) {
    this.tracker = tracker
  }

  reset(): void {
    if (this.waiters.length > 0) this.waiters = []
    if (this.unknown.size > 0) this.unknown.clear()
  }

  /** Whether `holder` may be one of the readers that were handed `lock`. */
  mayHold(lock: number, holder: number): boolean {
    return (this.unknown.get(lock) ?? 0) > 0 && this.find(lock, holder) !== undefined
  }

  /** The word of an rwlock was written. */
  wrote(world: World, exchange: boolean, readModifyWrite: boolean): void {
    const { tracker } = this
    const { evAddr: lock, evOld: old, evNew: now, evActor: actor } = world
    const holder = tracker.holder(world, actor)
    const held = RW_THREAD | RW_WRITE_LOCKED
    if ((old & held) === (now & held)) {
      if (readModifyWrite && !exchange) this.queues(lock, holder, actor, world)
      return
    }
    const writerBefore = rwWriterOf(old)
    const readersBefore = rwReadersOf(old)
    if (!readModifyWrite) {
      tracker.releaseAll(world, lock) // initialised, or destroyed
      return
    }
    if (writerBefore !== 0) tracker.release(world, lock, holder, 'write')
    else if (exchange || rwReadersOf(now) < readersBefore) this.readerLeaves(world, lock, holder)
    const writer = rwWriterOf(now)
    const readers = rwReadersOf(now)
    if (exchange) this.handed(world, lock, writer, readers)
    else if (writer !== 0) this.took(world, lock, holder, 'write', tracker.howAt(world.evSite))
    else if (readers > readersBefore || writerBefore !== 0) {
      if (readers === 0) return
      // A writer that becomes a reader waits for nobody.
      const how = writerBefore === 0 ? tracker.howAt(world.evSite) : 'try'
      this.took(world, lock, holder, 'read', how)
      const others = readers - (writerBefore === 0 ? readersBefore : 0) - 1
      if (others > 0) this.handed(world, lock, 0, others)
    }
  }

  private queues(lock: number, holder: number, actor: number, world: World): void {
    this.forget(lock, holder)
    const writer = (world.evOld & RW_WRITE_WANTED) === 0 && (world.evNew & RW_WRITE_WANTED) !== 0
    this.waiters.push({ lock, holder, actor, site: outerSite(world), writer })
  }

  private took(world: World, lock: number, holder: number, mode: Mode, how: How): void {
    this.forget(lock, holder)
    this.tracker.acquire(world, lock, how, mode, false)
  }

  private readerLeaves(world: World, lock: number, holder: number): void {
    if (this.tracker.release(world, lock, holder, 'read')) return
    const unknown = this.unknown.get(lock) ?? 0
    if (unknown > 0) this.unknown.set(lock, unknown - 1)
    this.forget(lock, holder)
  }

  /** The lock goes to a writer by name, or to `readers` of those that wait. */
  private handed(world: World, lock: number, writer: number, readers: number): void {
    if (writer !== 0) {
      this.give(world, lock, this.find(lock, writer), writer, 'write')
      return
    }
    if (readers === 0) return
    const candidates = this.waiters.filter((waiter) => waiter.lock === lock && !waiter.writer)
    if (candidates.length <= readers)
      for (const waiter of candidates) this.give(world, lock, waiter, waiter.holder, 'read')
    const rest = candidates.length <= readers ? readers - candidates.length : readers
    if (rest > 0) this.unknown.set(lock, (this.unknown.get(lock) ?? 0) + rest)
  }

  private give(world: World, lock: number, waiter: Waiter | undefined, holder: number, mode: Mode): void {
    const { tracker } = this
    tracker.add(
      world,
      lock,
      holder,
      waiter?.actor ?? world.evActor,
      'handed',
      mode,
      false,
      waiter?.site ?? outerSite(world),
    )
    this.forget(lock, holder)
  }

  private find(lock: number, holder: number): Waiter | undefined {
    return this.waiters.find((waiter) => waiter.lock === lock && waiter.holder === holder)
  }

  private forget(lock: number, holder: number): void {
    const at = this.waiters.findIndex((waiter) => waiter.lock === lock && waiter.holder === holder)
    if (at >= 0) this.waiters.splice(at, 1)
  }
}
