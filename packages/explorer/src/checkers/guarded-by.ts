import { COPY, FILL, READ, WRITE } from '@holdfast/compiler'
import { DRAIN } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import { outerSite } from '../engine/places.js'
import type { World } from '../engine/world.js'
import type { LockTracker } from './lock-tracker.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'

/** What covers a word. */
export interface Guard {
  /**
   * `lock`: plain accesses need the lock, writes need it for writing. `atomic`: no plain writes. `stable`: no writes once published.
   * `private`: one thread's, or one actor's.
   */
  readonly kind: 'lock' | 'atomic' | 'stable' | 'private'
  /** Address of the covering lock, where there is one. */
  readonly lock: number | null
  /** Name of the covering lock. */
  readonly name: string
  /** Why it is also accessed without, by design. */
  readonly byDesign?: string
  /** Of `private`: the holder to whom it belongs, where that is known. Otherwise it belongs to whoever touches it first. */
  readonly owner?: number
}

export interface GuardedByOptions extends Names {
  /** Who knows which locks are held. It must stand before this checker. */
  readonly locks: LockTracker
  /**
   * What covers the word at `addr`. May depend on memory, which is as after the event: where the access has just changed what the answer
   * depends on (`world.evAddr`), `world.evOld` is what it was.
   */
  readonly guardOf: (addr: number, world: World) => Guard | undefined
  /** Whether the record of a word is known to others yet: before, its maker needs no lock. Default: always. */
  readonly isPublished?: (addr: number, world: World) => boolean
  /** Whether the word may have a guard at all: asked once for each word, so a function of the address alone. */
  readonly covered?: (addr: number) => boolean
  /** Whether accesses that are unlocked by design are reported. Default true. */
  readonly all?: boolean
}

const UNKNOWN = 0
const COVERED = 1
const FREE = 2

/**
 * Fields and the locks that cover them.
 *
 * Verifies   that in this execution every plain access to a covered word was made by a holder of its lock, also where no other access
 *            came near: a race that did not happen. Fields that are atomic, stable or private are held to what that means. Each place is
 *            reported once an execution for each lock it lacks.
 * Does not   judge atomic accesses to words covered by a lock; know whether the declaration is right; tell which of several threads of
 *            an actor takes a spin lock: that is the actor's.
 */
export class GuardedBy implements Observer {
  readonly name = 'guarded by'
  private readonly options: GuardedByOptions
  private classes = new Uint8Array(0)
  /** Place -> names of the locks that were reported missing there. */
  private readonly reported = new Map<number, string[]>()
  /** Private words: who touched them first, actor and holder. */
  private readonly owners = new Map<number, { actor: number; holder: number; site: number; step: number }>()

  constructor(options: GuardedByOptions) {
    this.options = options
  }

  reset(world: World): void {
    if (this.classes.length !== world.words.length) this.classes = new Uint8Array(world.words.length)
    if (this.reported.size > 0) this.reported.clear()
    if (this.owners.size > 0) this.owners.clear()
  }

  event(world: World): void {
    switch (world.evKind) {
      case READ:
        if (this.covers(world.evAddr)) this.access(world, world.evAddr, false, true)
        return
      case WRITE:
        if (this.covers(world.evAddr)) this.access(world, world.evAddr, true, true)
        return
      case COPY:
        this.range(world, world.evAddr2, world.evWords2, false)
        this.range(world, world.evAddr, world.evWords, true)
        return
      case FILL:
        this.range(world, world.evAddr, world.evWords, true)
        return
      case DRAIN: // judged when the store was made
        return
      default:
        if (world.evWrote && this.covers(world.evAddr)) this.access(world, world.evAddr, true, false)
    }
  }

  finish(): void {}

  private range(world: World, from: number, words: number, write: boolean): void {
    for (let addr = from; addr < from + words; addr++)
      if (this.covers(addr)) this.access(world, addr, write, true)
  }

  private access(world: World, addr: number, write: boolean, plain: boolean): void {
    const { options } = this
    const guard = options.guardOf(addr, world)
    if (guard === undefined || (guard.byDesign !== undefined && options.all === false)) return
    switch (guard.kind) {
      case 'lock':
        if (!plain || guard.lock === null) return
        if (options.locks.holds(world, world.evActor, guard.lock, write)) return
        this.report(
          world,
          addr,
          write,
          guard,
          lacking(guard, options.locks.holds(world, world.evActor, guard.lock, false)),
        )
        return
      case 'atomic':
        if (plain && write)
          this.report(world, addr, write, guard, 'plainly, and it is changed by atomic operations only')
        return
      case 'stable':
        if (write) this.report(world, addr, write, guard, 'though it is constant once published')
        return
      case 'private':
        this.owned(world, addr, write, guard)
    }
  }

  private owned(world: World, addr: number, write: boolean, guard: Guard): void {
    const { options } = this
    const actor = world.evActor
    const holder = options.locks.holder(world, actor)
    if (guard.owner !== undefined) {
      if (guard.owner !== holder) this.report(world, addr, write, guard, 'though it is private to another')
      return
    }
    const owner = this.owners.get(addr)
    if (owner === undefined) {
      if (options.isPublished?.(addr, world) === false) return
      this.owners.set(addr, { actor, holder, site: outerSite(world), step: world.steps - 1 })
      return
    }
    if (owner.actor === actor || owner.holder === holder) return
    const other = `${actorName(options, world, owner.actor)} at ${siteName(options, owner.site)}`
    this.report(
      world,
      addr,
      write,
      guard,
      `though it is private to another: ${other}`,
      owner.site,
      owner.step,
    )
  }

  private report(
    world: World,
    addr: number,
    write: boolean,
    guard: Guard,
    wrong: string,
    otherSite = -1,
    otherStep = -1,
  ): void {
    const { options } = this
    if (options.isPublished?.(addr, world) === false) return
    const site = outerSite(world)
    const names = this.reported.get(site) ?? []
    const what = `${guard.kind} ${guard.name}`
    if (names.includes(what)) return
    this.reported.set(site, [...names, what])
    const who = actorName(options, world, world.evActor)
    const verb = write ? 'writes' : 'reads'
    const step = world.steps - 1
    world.report({
      verdict: 'guardedBy',
      message: `${who} ${verb} ${wordName(world, addr)} at ${siteName(options, site)} ${wrong}`,
      sites: otherSite < 0 ? [site] : [otherSite, site],
      steps: otherStep < 0 ? [step] : [otherStep, step],
      words: guard.lock === null ? [addr] : [addr, guard.lock],
      ...(guard.byDesign === undefined ? {} : { byDesign: guard.byDesign }),
    })
  }

  private covers(addr: number): boolean {
    const known = this.classes[addr]
    if (known === COVERED) return true
    if (known !== UNKNOWN) return false
    const found = this.options.covered?.(addr) ?? true
    this.classes[addr] = found ? COVERED : FREE
    return found
  }
}

function lacking(guard: Guard, reads: boolean): string {
  return reads ? `holding ${guard.name} for reading only` : `without holding ${guard.name}`
}
