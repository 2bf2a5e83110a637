import { COPY, CV_WAIT, JOIN, SPAWN, WAIT } from '@holdfast/compiler'
import { CV_BLOCKED, WAITING } from '../../engine/kinds.js'
import type { Observer } from '../../engine/observer.js'
import type { World } from '../../engine/world.js'

interface Access {
  readonly id: string
  readonly actor: number
  readonly reads: readonly number[]
  readonly writes: readonly number[]
}

/**
 * The Mazurkiewicz trace of an execution in an exact form, for tests: what each actor did, and of every two dependent
 * events of different actors which came first.
 */
export class CanonicalTrace implements Observer {
  readonly name = 'canonical trace'
  private events: Access[] = []
  private counts: number[] = []
  private own: string[][] = []
  private orders: string[] = []

  reset(): void {
    this.events = []
    this.counts = []
    this.own = []
    this.orders = []
  }

  event(world: World): void {
    const { evActor: actor, evKind: kind, evAddr, evWords, evAddr2, evWords2 } = world
    const count = (this.counts[actor] = (this.counts[actor] ?? 0) + 1)
    const first = Array.from({ length: evWords }, (_, i) => evAddr + i)
    const second = Array.from({ length: evWords2 }, (_, i) => evAddr2 + i)
    const writes = world.evWrote || (kind === WAIT && world.kind[actor] === WAITING)
    const secondWrites = kind === CV_WAIT || kind === CV_BLOCKED
    const event = {
      id: `${actor}.${count}`,
      actor,
      reads: [...(writes ? [] : first), ...(secondWrites ? [] : second)],
      writes: [...(writes ? first : []), ...(secondWrites ? second : [])],
    }
    if (kind === COPY) event.reads.push(...second)
    const way = (world.schedule[world.steps - 1] as number) >> 8
    const other = kind === JOIN || kind === SPAWN ? `${evAddr}` : ''
    ;(this.own[actor] ??= []).push(`${kind}@${world.evSite}/${way}${kind === JOIN ? other : ''}`)
    for (const earlier of this.events) {
      if (earlier.actor !== actor && dependent(earlier, event)) this.orders.push(`${earlier.id}<${event.id}`)
    }
    this.events.push(event)
  }

  finish(): void {}

  /** The form: equal for two executions if, and only if, they are the same trace. */
  form(): string {
    return `${this.own.map((events) => (events ?? []).join(' ')).join(' | ')} || ${[...this.orders].sort().join(' ')}`
  }
}

function dependent(one: Access, other: Access): boolean {
  const meets = (a: readonly number[], b: readonly number[]): boolean => a.some((addr) => b.includes(addr))
  return meets(one.writes, other.writes) || meets(one.writes, other.reads) || meets(one.reads, other.writes)
}
