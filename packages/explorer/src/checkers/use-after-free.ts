import { DRAIN } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { outerSite } from '../engine/places.js'
import type { World } from '../engine/world.js'
import type { Held, LockListener, LockTracker } from './lock-tracker.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'

export interface UseAfterFreeOptions extends Names {
  /** Who knows which locks are held: then locks that outlive their record are reported. */
  readonly locks?: LockTracker
  /** Accesses to freed words that are right: those of the allocator, say. */
  readonly allowed?: (world: World, addr: number) => boolean
  /** Calls {@link UseAfterFree.freed} for what is free in the image, at the start of each execution. */
  readonly initially?: (checker: UseAfterFree, world: World) => void
}

/** A range that was freed, by whom and where. */
interface Freed {
  readonly what: string
  readonly site: number
  readonly step: number
  readonly actor: number
}

/**
 * Use after free.
 *
 * Verifies   that nobody touches words between {@link freed} and {@link recycled}, and that a lock taken in one life of a record is
 *            not released in a later one.
 * Does not   know what is freed unless it is told, at the moment it happens; notice that a reference to an earlier life is used to touch
 *            the words of a later one, other than by its locks.
 */
export class UseAfterFree implements Observer, LockListener {
  readonly name = 'use after free'
  private readonly options: UseAfterFreeOptions
  /** Number of the record that freed a word, from 1; 0: in use. */
  private freedBy = new Int32Array(0)
  private generation = new Int32Array(0)
  private touched: number[] = []
  private records: Freed[] = []
  private readonly reported = new Set<string>()
  private any = false

  constructor(options: UseAfterFreeOptions = {}) {
    this.options = options
    options.locks?.listen(this)
  }

  /** The words are free from here on. `site` is where; `what` names the record. */
  freed(world: World, addr: number, words: number, site: number, what = wordName(world, addr)): void {
    this.sized(world)
    const record = this.records.push({ what, site, step: Math.max(0, world.steps - 1), actor: world.evActor })
    this.any = true
    for (let at = addr; at < addr + words; at++) {
      this.touched.push(at)
      this.freedBy[at] = record
    }
  }

  /** The words are in use again, in their next life. */
  recycled(world: World, addr: number, words: number): void {
    this.sized(world)
    for (let at = addr; at < addr + words; at++) {
      this.touched.push(at)
      this.freedBy[at] = 0
      this.generation[at] = (this.generation[at] as number) + 1
    }
  }

  reset(world: World): void {
    this.sized(world)
    for (const addr of this.touched) {
      this.freedBy[addr] = 0
      this.generation[addr] = 0
    }
    this.touched.length = 0
    this.records.length = 0
    this.any = false
    if (this.reported.size > 0) this.reported.clear()
    this.options.initially?.(this, world)
  }

  event(world: World): void {
    if (!this.any || world.evKind === DRAIN) return
    const { freedBy } = this
    const { evAddr, evWords, evAddr2, evWords2 } = world
    for (let at = evAddr; at < evAddr + evWords; at++)
      if (freedBy[at] !== 0) this.access(world, at, world.evWrote)
    for (let at = evAddr2; at < evAddr2 + evWords2; at++) if (freedBy[at] !== 0) this.access(world, at, false)
  }

  finish(): void {}

  acquired(_world: World, held: Held): void {
    held.generation = this.generation[held.lock] ?? 0
  }

  released(world: World, held: Held): void {
    if ((this.generation[held.lock] ?? 0) === held.generation) return
    const { options } = this
    const site = held.near < 0 ? held.site : held.near
    const taken = `taken by ${actorName(options, world, held.actor)} at ${siteName(options, site)}`
    this.tell(world, [site, outerSite(world)], held.step, held.lock, () => {
      return `${held.info.name}, ${taken}, is released at ${siteName(options, outerSite(world))}, when its record has been freed and is in use again`
    })
  }

  private access(world: World, addr: number, write: boolean): void {
    const { options } = this
    const record = this.records[(this.freedBy[addr] ?? 0) - 1]
    if (record === undefined || options.allowed?.(world, addr) === true) return
    this.tell(world, [record.site, outerSite(world)], record.step, addr, () => {
      const who = actorName(options, world, world.evActor)
      const use = `${who} ${write ? 'writes' : 'reads'} ${wordName(world, addr)} at ${siteName(options, outerSite(world))}`
      return `${use}, after ${actorName(options, world, record.actor)} freed ${record.what} at ${siteName(options, record.site)}`
    })
  }

  private tell(world: World, sites: readonly number[], step: number, addr: number, text: () => string): void {
    const key = sites.join()
    if (this.reported.has(key)) return
    this.reported.add(key)
    world.report({
      verdict: 'useAfterFree',
      message: text(),
      sites,
      steps: [step, world.steps - 1],
      words: [addr],
    })
  }

  private sized(world: World): void {
    if (this.freedBy.length === world.words.length) return
    this.freedBy = new Int32Array(world.words.length)
    this.generation = new Int32Array(world.words.length)
  }
}
