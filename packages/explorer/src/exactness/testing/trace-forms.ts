import { CV_WAIT, JOIN, SPAWN, WAIT } from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, WAITING } from '../../engine/kinds.js'
import type { Observer } from '../../engine/observer.js'
import { MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'

/** What an event touches. */
interface Event {
  readonly actor: number
  readonly label: string
  /** `first, end, written` of each range. */
  readonly ranges: readonly (readonly [number, number, boolean])[]
  /** The actor that it spawned, or -1; the one that it joined, or -1. */
  readonly spawned: number
  readonly joined: number
  /** Takes one of the execution's spurious wake-ups. */
  readonly spurious: boolean
}

/**
 * The Mazurkiewicz trace of each execution, in a form that two executions share if and only if they are equivalent: Foata's. An event
 * stands in the first layer after all those that it depends on, and a layer is ordered by actor. Exact, so quadratic and in text;
 * written from the definition, and sharing nothing with the strategies that it judges.
 *
 * Dependent are two events of one actor; of two, on one word, if one writes; a spawn and all of its child; a join and all of the joined.
 */
export class TraceForms implements Observer {
  readonly name = 'trace forms'
  /** How many executions had each form. */
  readonly seen = new Map<string, number>()
  /** Forms of the executions that were blocked, or failed a check. */
  readonly buggy = new Set<string>()
  private events: Event[] = []
  /** What actors are called: those there from the start by number, others by parent and order of birth. Ids may differ from world to world. */
  private readonly names: string[] = []
  private readonly children = new Int32Array(MAX_ACTORS)

  reset(world: World): void {
    this.events = []
    this.names.length = 0
    for (let id = 0; id < world.n; id++) this.names[id] = `${id}`
    this.children.fill(0)
  }

  event(world: World): void {
    const { evActor: actor, evKind: kind, steps } = world
    const way = (world.schedule[steps - 1] as number) >> WAY_SHIFT
    const ranges: [number, number, boolean][] = []
    // Who joins a queue writes: the order of the queue decides who is woken.
    const queued = kind === WAIT && world.kind[actor] === WAITING
    if (world.evWords > 0) ranges.push([world.evAddr, world.evAddr + world.evWords, world.evWrote || queued])
    const spurious = kind === CV_BLOCKED && way === 1
    if (world.evWords2 > 0)
      ranges.push([world.evAddr2, world.evAddr2 + world.evWords2, kind === CV_WAIT || spurious])
    this.events.push({
      actor,
      label: `${this.names[actor]}.${kind}.${way}.${ranges.map(([from, to, wrote]) => `${from}-${to}${wrote ? 'w' : 'r'}`).join('+')}`,
      ranges,
      spawned: kind === SPAWN ? this.born(world, actor) : -1,
      joined: kind === JOIN ? (world.a[actor] as number) : -1,
      spurious,
    })
  }

  finish(world: World): void {
    const form = foata(this.events)
    this.seen.set(form, (this.seen.get(form) ?? 0) + 1)
    if (world.outcome === 'blocked' || world.reports.length > 0) this.buggy.add(form)
  }

  /** The actor that `parent` has just spawned; -1 if it had nothing to do. */
  private born(world: World, parent: number): number {
    const name = `${this.names[parent]}/${this.children[parent]}`
    this.children[parent] = (this.children[parent] as number) + 1
    for (let id = 0; id < world.n; id++) {
      if (this.names[id] !== undefined || world.kind[id] === ENDED) continue
      this.names[id] = name
      return id
    }
    return -1
  }
}

function foata(events: readonly Event[]): string {
  const layers: string[][] = []
  const layerOf: number[] = []
  for (const [at, event] of events.entries()) {
    let layer = 0
    for (let before = 0; before < at; before++)
      if (dependent(events[before] as Event, event)) layer = Math.max(layer, (layerOf[before] as number) + 1)
    layerOf.push(layer)
    ;(layers[layer] ??= []).push(event.label)
  }
  return layers.map((layer) => layer.sort().join(' ')).join(' | ')
}

/** Whether `later` depends on `earlier`. */
function dependent(earlier: Event, later: Event): boolean {
  if (earlier.actor === later.actor) return true
  if (earlier.spawned === later.actor || later.joined === earlier.actor) return true
  if (earlier.spurious && later.spurious) return true
  for (const [from, to, wrote] of earlier.ranges)
    for (const [first, end, writes] of later.ranges)
      if (from < end && first < to && (wrote || writes)) return true
  return false
}
