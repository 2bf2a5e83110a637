import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { LockGraph } from './lock-graph.js'
import type { OrderEdge } from './lock-graph.js'
import type { Held, LockListener, LockTracker } from './lock-tracker.js'
import { siteName } from './names.js'
import type { Names } from './names.js'

export interface LockOrderOptions extends Names {
  /** Who knows which locks are held. It must stand before this checker. */
  readonly locks: LockTracker
  /** Edges seen in other executions, or by others who explored the same target. */
  readonly known?: readonly OrderEdge[]
  /** Classes of which several locks may be held in any order (parent before child, say). */
  readonly nests?: (lockClass: string) => boolean
}

/** A nesting of two locks of one class: the first place that did it. */
interface Nesting {
  readonly held: number
  readonly taken: number
  readonly heldSite: number
  readonly takenSite: number
}

/** Edges whose places may still become better known. */
interface Pending {
  readonly held: Held
  readonly taken: Held
  readonly lock: number
  readonly step: number
  readonly from: string
  readonly to: string
}

/**
 * The order of locks: which class is waited for while which is held, over all executions this checker has seen.
 *
 * Verifies   that the graph has no cycle: a cycle is a deadlock that some interleaving may hit, though none did. Each cycle is reported
 *            once, in the execution that closed it, with both acquisitions of every edge. Only that last edge need be in this
 *            execution's schedule; the others come from where they were first seen ({@link edges}, {@link LockOrderOptions.known}).
 * Does not   know that an outer lock, or the course of the program, keeps the parts of a cycle from meeting: it may be a false alarm.
 *
 * Decided    - A try does not wait, so nothing leads to a lock that was taken by one; what is taken while it is held counts.
 *            - Readers count as writers: with atomics-sync, as in NetBSD, a writer that waits holds new readers off, so read locks in
 *              two orders deadlock as soon as two writers come. Reading again what one reads is a cycle of one lock, and reported.
 *            - Two locks of one class: the order is their address. It is reported when both orders have been seen, with both.
 *            - A lock handed over counts as taken where its owner waited for it.
 *            - A lock of the actor (spin) and those of whoever runs on it are held together: an interrupt handler's locks come after
 *              those of what it interrupted.
 */
export class LockOrder implements Observer, LockListener {
  readonly name = 'lock order'
  readonly graph = new LockGraph()
  private readonly options: LockOrderOptions
  private readonly reported = new Set<string>()
  private readonly upward = new Map<string, Nesting>()
  private readonly downward = new Map<string, Nesting>()
  private pending: Pending[] = []
  private fresh: Pending[] = []

  constructor(options: LockOrderOptions) {
    this.options = options
    for (const edge of options.known ?? []) this.graph.add(edge)
    options.locks.listen(this)
  }

  /** The graph so far, for a drawing or for another's {@link LockOrderOptions.known}. */
  edges(): readonly OrderEdge[] {
    return this.graph.edges()
  }

  reset(): void {
    if (this.pending.length > 0) this.pending = []
    if (this.fresh.length > 0) this.fresh = []
  }

  event(): void {}

  /** Cycles are reported at the end, when the places of the last acquisitions are known. */
  finish(world: World): void {
    for (const { from, to } of this.fresh) {
      for (const cycle of this.graph.cycles(from, to)) this.reportCycle(world, cycle)
    }
  }

  acquired(world: World, taken: Held): void {
    if (taken.how === 'try') return
    const { locks } = this.options
    for (let i = 0; i < locks.count; i++) {
      const held = locks.held[i] as Held
      if (held === taken || !together(held, taken)) continue
      if (held.lock === taken.lock) this.again(world, held, taken)
      else if (held.info.class === taken.info.class) this.nested(world, held, taken)
      else if (!this.graph.has(held.info.class, taken.info.class)) this.newEdge(held, taken)
    }
  }

  placed(_world: World, held: Held): void {
    if (this.pending.length === 0) return
    for (const edge of this.pending) {
      if (edge.taken !== held || edge.lock !== held.lock || edge.step !== held.step) continue
      const known = this.graph.edge(edge.from, edge.to)
      if (known !== undefined) this.graph.amend({ ...known, toSite: held.near })
    }
    this.pending = this.pending.filter((edge) => edge.taken !== held)
  }

  private newEdge(held: Held, taken: Held): void {
    const from = held.info.class
    const to = taken.info.class
    this.graph.add({ from, to, fromSite: placeOf(held), toSite: placeOf(taken) })
    const edge = { held, taken, lock: taken.lock, step: taken.step, from, to }
    this.fresh.push(edge)
    if (taken.near < 0) this.pending.push(edge)
  }

  /** Somebody waits for what it has. */
  private again(world: World, held: Held, taken: Held): void {
    const { options } = this
    const key = `${held.info.class} again`
    if (held.mode !== 'read' || this.reported.has(key)) return
    this.reported.add(key)
    const first = `taken for reading at ${siteName(options, placeOf(held))}`
    const second = `and again at ${siteName(options, placeOf(taken))}`
    world.report({
      verdict: 'lockOrder',
      message: `${held.info.name} is ${first} ${second}: a writer that comes between waits for the first and holds off the second`,
      sites: [placeOf(held), placeOf(taken)],
      steps: [held.step, taken.step],
      words: [held.lock],
    })
  }

  private nested(world: World, held: Held, taken: Held): void {
    const { options } = this
    const lockClass = held.info.class
    const up = held.lock < taken.lock
    const seen = up ? this.upward : this.downward
    if (seen.has(lockClass) || options.nests?.(lockClass) === true) return
    const nesting = {
      held: held.lock,
      taken: taken.lock,
      heldSite: placeOf(held),
      takenSite: placeOf(taken),
    }
    seen.set(lockClass, nesting)
    const other = (up ? this.downward : this.upward).get(lockClass)
    if (other === undefined) return
    const name = (lock: number): string => options.locks.lockAt(world, lock)?.name ?? `lock ${lock}`
    const pair = (one: Nesting): string =>
      `${name(one.held)} (at ${siteName(options, one.heldSite)}) -> ${name(one.taken)} (at ${siteName(options, one.takenSite)})`
    world.report({
      verdict: 'lockOrder',
      message: `two locks of class ${lockClass} are taken in both orders of their addresses: ${pair(other)}, and ${pair(nesting)}`,
      sites: [other.heldSite, other.takenSite, nesting.heldSite, nesting.takenSite],
      steps: [held.step, taken.step],
      words: [held.lock, taken.lock],
    })
  }

  private reportCycle(world: World, cycle: readonly string[]): void {
    const key = cycle.join(' -> ')
    if (this.reported.has(key)) return
    this.reported.add(key)
    const edges = cycle.map((from, i) =>
      this.graph.edge(from, cycle[(i + 1) % cycle.length] as string),
    ) as OrderEdge[]
    const parts = edges.map(({ from, to, fromSite, toSite }) => {
      const places = `${siteName(this.options, fromSite)}, then ${siteName(this.options, toSite)}`
      return `${from} -> ${to} (${places})`
    })
    world.report({
      verdict: 'lockOrder',
      message: `locks are taken in a cycle: ${parts.join('; ')}`,
      sites: edges.flatMap(({ fromSite, toSite }) => [fromSite, toSite]),
    })
  }
}

/**
 * Held by the same: one thread's, or of the actor on which it runs. Whoever is handed a lock waits for it, not running: what its actor holds
 * meanwhile is another's.
 */
function together(held: Held, taken: Held): boolean {
  if (held.spin) return taken.how !== 'handed' && held.actor === taken.actor
  return held.holder === taken.holder
}

function placeOf(held: Held): number {
  return held.near < 0 ? held.site : held.near
}
