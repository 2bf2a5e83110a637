import { COPY, CV_WAIT, JOIN, SPAWN, WAIT } from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, INTERRUPT, WAITING } from '../../../engine/kinds.js'
import type { Observer } from '../../../engine/observer.js'
import { WAY_SHIFT } from '../../../engine/world.js'
import type { World } from '../../../engine/world.js'

interface Event {
  readonly choice: number
  readonly actor: number
  /** Words, each with whether it was written. */
  readonly words: ReadonlyMap<number, boolean>
  readonly everything: boolean
  readonly joined: number
  readonly spawned: number
}

const STORE_OF_WAKEUPS = -1

/**
 * The Mazurkiewicz trace of an execution, exactly: its events in the one order, of those that count as the same, in
 * which the lowest actor goes first wherever two are possible. Written from the events alone, without the strategy's
 * own notion of dependence.
 */
export class TraceOf implements Observer {
  readonly name = 'trace'
  private readonly events: Event[] = []
  private alive = new Set<number>()

  reset(world: World): void {
    this.events.length = 0
    this.alive = new Set(Array.from({ length: world.n }, (_, actor) => actor))
  }

  event(world: World): void {
    const actor = world.evActor
    const kind = world.evKind
    const choice = world.schedule[world.steps - 1] as number
    const way = choice >> WAY_SHIFT
    const words = new Map<number, boolean>()
    const queued = kind === WAIT && world.kind[actor] === WAITING
    for (let i = 0; i < world.evWords; i++) words.set(world.evAddr + i, world.evWrote || queued)
    for (let i = 0; i < world.evWords2; i++) {
      const word = world.evAddr2 + i
      const writes = kind === CV_WAIT || (kind === CV_BLOCKED && way === 1)
      words.set(word, (words.get(word) ?? false) || (kind !== COPY && writes))
    }
    if (kind === CV_BLOCKED && way === 1) words.set(STORE_OF_WAKEUPS, true)
    const everything =
      kind === INTERRUPT || (kind === WAITING && way === 1 && world.options.expiry === 'idle')
    const joined = kind === JOIN ? (world.a[actor] as number) : -1
    const spawned = kind === SPAWN ? this.newcomer(world) : -1
    this.events.push({ choice, actor, words, everything, joined, spawned })
  }

  finish(): void {}

  /** Whom a spawn has started just now; -1 if that has nothing to do. */
  private newcomer(world: World): number {
    for (let actor = 0; actor < world.n; actor++) {
      if (world.kind[actor] === ENDED || this.alive.has(actor)) continue
      this.alive.add(actor)
      return actor
    }
    return -1
  }

  form(): string {
    const { events } = this
    const before = events.map((later, j) =>
      events.slice(0, j).flatMap((earlier, i) => (dependent(earlier, later) ? [i] : [])),
    )
    const left = new Set(events.keys())
    const order: string[] = []
    while (left.size > 0) {
      let best = -1
      for (const i of left) {
        if ((before[i] as number[]).some((earlier) => left.has(earlier))) continue
        if (best < 0 || (events[i] as Event).actor < (events[best] as Event).actor) best = i
      }
      left.delete(best)
      order.push((events[best] as Event).choice.toString(36))
    }
    return order.join(' ')
  }
}

function dependent(earlier: Event, later: Event): boolean {
  if (earlier.actor === later.actor || earlier.everything || later.everything) return true
  if (earlier.spawned === later.actor || later.joined === earlier.actor) return true
  for (const [word, wrote] of earlier.words) {
    const also = later.words.get(word)
    if (also !== undefined && (wrote || also)) return true
  }
  return false
}
