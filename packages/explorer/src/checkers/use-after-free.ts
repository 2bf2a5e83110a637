import { DRAIN } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { outerSite } from '../engine/places.js'
import type { World } from '../engine/world.js'
import type { Held, LockListener, LockTracker } from './lock-tracker.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'
import type { References } from './references.js'

export interface UseAfterFreeOptions extends Names {
  /** Who knows which locks are held: then locks that outlive their record are reported. */
  readonly locks?: LockTracker
  /** Accesses to freed words that are right: those of the allocator, say. */
  readonly allowed?: (world: World, addr: number) => boolean
  /** Who knows which life of a record a reference dates from: then the use of one in a later life is reported. */
  readonly references?: References
  /** Calls {@link UseAfterFree.freed} for what is free in the image, at the start of each execution. */
  readonly initially?: (checker: UseAfterFree, world: World) => void
}

/** A range that was freed, by whom and where. Who that was is said as it was then: an actor runs another thread by now. */
interface Freed {
  readonly what: string
  readonly site: number
  readonly step: number
  readonly by: string
  /** Such ranges are freed nowhere else, and memory tells which are free. */
  readonly alone: boolean
}

/** A range that was taken into use again: what was told when it was freed, and by whom and where it was taken. */
interface Recycled {
  readonly freed: Freed | undefined
  readonly site: number
  readonly by: string
}

/**
 * Use after free.
 *
 * Freed words are poisoned in a shadow, word by word, not in memory: what a stale read returns stays what it would be. Each word has a
 * generation, which is that of its record: 0 in the image, one more each time it is taken into use again.
 *
 * Verifies   that nobody touches words between {@link freed} and {@link recycled}; that a lock taken in one generation of a record is not
 *            released in a later one; given {@link References}, that nobody touches a record by a reference to an earlier generation.
 * Does not   know what is freed unless it is told, at the moment it happens; judge references other than as references.ts says.
 */
export class UseAfterFree implements Observer, LockListener {
  readonly name = 'use after free'
  private readonly options: UseAfterFreeOptions
  /** Number of the record that freed a word, from 1; 0: in use. */
  private freedBy = new Int32Array(0)
  private generation = new Int32Array(0)
  private touched: number[] = []
  private records: Freed[] = []
  /** Number of the reuse of a word, from 1; 0: in its first life. */
  private reusedBy = new Int32Array(0)
  private reuses: Recycled[] = []
  private readonly reported = new Set<string>()
  private any = false

  constructor(options: UseAfterFreeOptions = {}) {
    this.options = options
    options.locks?.listen(this)
  }

  /**
   * The words are free from here on. `site` is where; `what` names the record. `alone`: memory tells that they are free, and such records are freed
   * nowhere else; then an access to them depends on the state alone (Report.ofState).
   */
  freed(
    world: World,
    addr: number,
    words: number,
    site: number,
    what = wordName(world, addr),
    alone = false,
  ): void {
    this.sized(world)
    const by = actorName(this.options, world, world.evActor)
    const record = this.records.push({ what, site, step: Math.max(0, world.steps - 1), by, alone })
    this.any = true
    for (let at = addr; at < addr + words; at++) {
      this.touched.push(at)
      this.freedBy[at] = record
    }
  }

  /** The words are in use again, in their next life: whoever acts has taken them. */
  recycled(world: World, addr: number, words: number): void {
    this.sized(world)
    const freed = this.records[(this.freedBy[addr] as number) - 1]
    const by = actorName(this.options, world, world.evActor)
    const reuse = this.reuses.push({ freed, site: outerSite(world), by })
    for (let at = addr; at < addr + words; at++) {
      this.touched.push(at)
      this.freedBy[at] = 0
      this.reusedBy[at] = reuse
      this.generation[at] = (this.generation[at] as number) + 1
    }
    this.options.references?.reborn(world, addr)
  }

  reset(world: World): void {
    this.sized(world)
    for (const addr of this.touched) {
      this.freedBy[addr] = 0
      this.generation[addr] = 0
      this.reusedBy[addr] = 0
    }
    this.touched.length = 0
    this.records.length = 0
    this.reuses.length = 0
    this.options.references?.reset(world)
    this.any = false
    if (this.reported.size > 0) this.reported.clear()
    this.options.initially?.(this, world)
  }

  event(world: World): void {
    if (world.evKind === DRAIN) return
    if (this.any) this.poison(world)
    const { references } = this.options
    if (references === undefined) return
    if (this.reuses.length > 0 && world.evWords > 0) this.outlived(world, references)
    references.event(world)
  }

  /** Whether the event touches what is free. */
  private poison(world: World): void {
    const { freedBy } = this
    const { evAddr, evWords, evAddr2, evWords2 } = world
    for (let at = evAddr; at < evAddr + evWords; at++)
      if (freedBy[at] !== 0) this.access(world, at, world.evWrote)
    for (let at = evAddr2; at < evAddr2 + evWords2; at++) if (freedBy[at] !== 0) this.access(world, at, false)
  }

  /** Whether the event touches a record by a reference to what it was before. */
  private outlived(world: World, references: References): void {
    const { evAddr: addr, evActor } = world
    const { options } = this
    const reuse = this.reuses[(this.reusedBy[addr] as number) - 1]
    if (reuse === undefined || this.freedBy[addr] !== 0 || options.allowed?.(world, addr) === true) return
    const obtained = references.outlived(world, addr)
    if (obtained === undefined) return
    const { freed } = reuse
    const sites = [...(freed === undefined ? [] : [freed.site]), outerSite(world)]
    this.tell(world, sites, freed?.step ?? -1, addr, () => {
      const use = `${actorName(options, world, evActor)} ${world.evWrote ? 'writes' : 'reads'} ${wordName(world, addr)}`
      const got = `by a reference to generation ${obtained.life}, got at ${siteName(options, obtained.site)}`
      const gone =
        freed === undefined ? '' : `${freed.by} freed ${freed.what} at ${siteName(options, freed.site)}, and `
      const taken = `${reuse.by} took it into use again at ${siteName(options, reuse.site)}`
      const now = `it is generation ${this.generation[addr]} now, ${wordName(world, addr, world.words)}`
      return `${use} at ${siteName(options, outerSite(world))} ${got}; ${gone}${taken}: ${now}`
    })
  }

  finish(): void {}

  /** Remembers in which generation of its record the lock was taken. */
  acquired(_world: World, held: Held): void {
    held.generation = this.generation[held.lock] ?? 0
  }

  released(world: World, held: Held): void {
    if ((this.generation[held.lock] ?? 0) === held.generation) return
    const { options } = this
    const site = held.near < 0 ? held.site : held.near
    const taken = `taken by ${actorName(options, world, held.actor)} at ${siteName(options, site)}`
    this.tell(world, [site, outerSite(world)], held.step, held.lock, () => {
      return `${held.info.name}, ${taken}, is released at ${siteName(options, outerSite(world))}, when its record has been freed and is in use again (generation ${this.generation[held.lock]}, not ${held.generation})`
    })
  }

  private access(world: World, addr: number, write: boolean): void {
    const { options } = this
    const record = this.records[(this.freedBy[addr] ?? 0) - 1]
    if (record === undefined || options.allowed?.(world, addr) === true) return
    const text = (): string => {
      const who = actorName(options, world, world.evActor)
      const use = `${who} ${write ? 'writes' : 'reads'} ${wordName(world, addr)} at ${siteName(options, outerSite(world))}`
      return `${use}, after ${record.by} freed ${record.what} (generation ${this.generation[addr]}) at ${siteName(options, record.site)}`
    }
    this.tell(world, [record.site, outerSite(world)], record.step, addr, text, record.alone)
  }

  private tell(
    world: World,
    sites: readonly number[],
    step: number,
    addr: number,
    text: () => string,
    ofState = false,
  ): void {
    const key = sites.join()
    if (this.reported.has(key)) return
    this.reported.add(key)
    world.report({
      verdict: 'useAfterFree',
      message: text(),
      sites,
      steps: step < 0 ? [world.steps - 1] : [step, world.steps - 1],
      words: [addr],
      ...(ofState ? { ofState } : {}),
    })
  }

  private sized(world: World): void {
    if (this.freedBy.length === world.words.length) return
    this.reusedBy = new Int32Array(world.words.length)
    this.freedBy = new Int32Array(world.words.length)
    this.generation = new Int32Array(world.words.length)
  }
}
