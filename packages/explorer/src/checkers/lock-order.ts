import type { Observer, Report } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { LockCycles } from './lock-cycles.js'
import type { SeenEdge } from './lock-cycles.js'
import { LockGraph } from './lock-graph.js'
import type { OrderEdge } from './lock-graph.js'
import type { Held, LockListener, LockTracker } from './lock-tracker.js'
import { siteName } from './names.js'
import type { Names } from './names.js'

export interface LockOrderOptions extends Names {
  /** Who knows which locks are held. It must stand before this checker. */
  readonly locks: LockTracker
  /** What was seen by others who explored the same target: {@link LockOrder.seen}. */
  readonly known?: readonly SeenEdge[]
  /** Classes of which several locks may be held in any order (parent before child, say). */
  readonly nests?: (lockClass: string) => boolean
}

/** A first acquisition of its kind in the execution at hand. Its places may still become better known. */
interface Fresh {
  readonly taken: Held
  readonly from: string
  readonly to: string
  readonly order: 'up' | 'down' | undefined
  readonly fromSite: number
  toSite: number
  readonly locks: readonly [number, number]
  readonly steps: readonly [number, number]
}

/**
 * The order of locks: which class is waited for while which is held, over all executions this checker has seen.
 *
 * Verifies   that the graph has no cycle: a cycle is a deadlock that some interleaving may hit, though none did. Each cycle is reported
 *            once, in the execution that closed it, with both acquisitions of every edge. Only that last edge need be in this
 *            execution's schedule; the others come from where they were first seen ({@link LockOrder.seen}, {@link LockOrderOptions.known}).
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
  /** Everything that was seen first by this checker, in that order. */
  readonly seen: SeenEdge[] = []
  /** Reports of {@link LockCycles}: whoever puts several checkers' edges together makes them anew. */
  readonly cycleReports: Report[] = []
  private readonly options: LockOrderOptions
  private readonly cycles = new LockCycles()
  private readonly readAgain = new Set<string>()
  /** Classes of which two locks were taken in an order of addresses. */
  private readonly nestings = { up: new Set<string>(), down: new Set<string>() }
  private executions = 0
  private fresh: Fresh[] = []

  constructor(options: LockOrderOptions) {
    this.options = options
    const { known = [] } = options
    this.cycles.add(known)
    for (const edge of known) {
      if (edge.order === undefined) this.graph.add(edge)
      else this.nestings[edge.order].add(edge.from)
    }
    options.locks.listen(this)
  }

  /** The graph so far, for a drawing. */
  edges(): readonly OrderEdge[] {
    return this.graph.edges()
  }

  reset(): void {
    this.executions++
    if (this.fresh.length > 0) this.fresh = []
  }

  repeated(): void {
    this.executions++
  }

  /** Cycles are reported at the end, when the places of the last acquisitions are known. */
  finish(world: World): void {
    if (this.fresh.length === 0) return
    const schedule = world.schedule.slice(0, world.steps)
    const edges = this.fresh.map((fresh) => this.seenEdge(world, fresh, schedule))
    this.seen.push(...edges)
    for (const { report } of this.cycles.add(edges)) {
      this.cycleReports.push(report)
      world.report(report)
    }
  }

  /** Adds the edges from every lock that its holder has; a try adds none. */
  acquired(world: World, taken: Held): void {
    if (taken.how === 'try') return
    const { locks } = this.options
    for (let i = 0; i < locks.count; i++) {
      const held = locks.held[i] as Held
      if (held === taken || !together(held, taken)) continue
      if (held.lock === taken.lock) this.again(world, held, taken)
      else if (held.info.class === taken.info.class) this.nested(held, taken)
      else if (!this.graph.has(held.info.class, taken.info.class)) this.newEdge(held, taken)
    }
  }

  placed(_world: World, held: Held): void {
    for (const edge of this.fresh) {
      if (edge.taken !== held || edge.locks[1] !== held.lock || edge.steps[1] !== held.step) continue
      edge.toSite = held.near
      const known = edge.order === undefined ? this.graph.edge(edge.from, edge.to) : undefined
      if (known !== undefined) this.graph.amend({ ...known, toSite: held.near })
    }
  }

  private newEdge(held: Held, taken: Held, order?: 'up' | 'down'): void {
    const from = held.info.class
    const to = taken.info.class
    const fromSite = placeOf(held)
    const toSite = placeOf(taken)
    if (order === undefined) this.graph.add({ from, to, fromSite, toSite })
    const locks = [held.lock, taken.lock] as const
    const steps = [held.step, taken.step] as const
    this.fresh.push({ taken, from, to, order, fromSite, toSite, locks, steps })
  }

  private seenEdge(world: World, fresh: Fresh, schedule: Uint16Array): SeenEdge {
    const { options } = this
    const { from, to, order, fromSite, toSite, locks, steps } = fresh
    const name = (lock: number): string => options.locks.lockAt(world, lock)?.name ?? `lock ${lock}`
    const text =
      order === undefined
        ? `${from} -> ${to} (${siteName(options, fromSite)}, then ${siteName(options, toSite)})`
        : `${name(locks[0])} (at ${siteName(options, fromSite)}) -> ${name(locks[1])} (at ${siteName(options, toSite)})`
    const execution = this.executions - 1
    const edge = { from, to, fromSite, toSite, text, steps, locks, execution, schedule }
    return order === undefined ? edge : { ...edge, order }
  }

  /** Somebody waits for what it has. */
  private again(world: World, held: Held, taken: Held): void {
    const { options } = this
    const key = `${held.info.class} again`
    if (held.mode !== 'read' || this.readAgain.has(key)) return
    this.readAgain.add(key)
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

  private nested(held: Held, taken: Held): void {
    const lockClass = held.info.class
    const order = held.lock < taken.lock ? 'up' : 'down'
    if (this.nestings[order].has(lockClass) || this.options.nests?.(lockClass) === true) return
    this.nestings[order].add(lockClass)
    this.newEdge(held, taken, order)
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
