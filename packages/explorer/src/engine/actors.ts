import { ActorMem } from './actor-mem.js'
import { Context } from './context.js'
import { MAX_ACTORS } from './limits.js'
import type { Coroutine } from './target.js'
import type { World } from './world.js'

/** Makes the coroutine of an actor, not started. */
export type Maker = (mem: ActorMem) => Coroutine

/** What the actors of a world are made of, and where the coroutine of each stands. */
export class Actors {
  readonly mems: ActorMem[] = []
  readonly contexts: Context[] = []
  readonly makers: Maker[] = []
  /** What the pending SPAWN of each actor would start. */
  readonly spawning: (Maker | undefined)[] = []
  private readonly world: World
  /** Ids of children, by parent and how many it had before. */
  private readonly spawnIds = new Map<number, number>()
  private readonly spawned = new Int32Array(MAX_ACTORS)

  constructor(world: World) {
    this.world = world
  }

  /** An execution begins: no actor below `n` has spawned anything yet. */
  reset(n: number): void {
    for (let actor = 0; actor < n; actor++) this.spawned[actor] = 0
  }

  /** The next id. Throws RangeError if there is none left. */
  nextId(): number {
    return checked(this.world.n)
  }

  /** `parent` spawns, and no id is left: a fault of the target, which ends the execution. */
  tooMany(parent: number): number {
    const { world } = this
    const message = `T${parent + 1} starts a thread too many: ${MAX_ACTORS} are allowed`
    world.report({
      verdict: 'assertion',
      message,
      sites: [world.site[parent] as number],
      steps: [world.steps],
    })
    world.outcome = 'failed'
    return -1
  }

  /** The id of the next child of `parent`: the same in every execution. -1 if there is none left. */
  childId(parent: number): number {
    const key = parent * 4096 + (this.spawned[parent] as number)
    this.spawned[parent] = (this.spawned[parent] as number) + 1
    const known = this.spawnIds.get(key)
    if (known !== undefined) return known
    const id = Math.max(this.world.n, ...[...this.spawnIds.values()].map((used) => used + 1))
    if (id >= MAX_ACTORS) return -1
    this.spawnIds.set(key, id)
    return id
  }

  /** An actor begins: it waits for nothing. */
  arrive(id: number): void {
    if (id >= this.world.n) this.world.n = id + 1
    this.world.deadline[id] = Infinity
    this.world.notified[id] = 0
  }

  /** A coroutine of `actor` from its beginning, not started. */
  freshCoroutine(actor: number): void {
    const { contexts, mems } = this
    while (contexts.length <= actor) contexts.push(new Context(contexts.length))
    while (mems.length <= actor) mems.push(new ActorMem(this.world, mems.length))
    const context = contexts[actor] as Context
    context.stack.length = 0
    context.calls.length = 0
    context.saved.length = 0
    const make = this.makers[actor]
    if (make === undefined) throw new Error(`actor ${actor} does not exist`)
    context.stack.push(make(mems[actor] as ActorMem))
    context.calls.push(-1)
  }

  /** As {@link freshCoroutine}, in a context of its own: the old one may belong to what a machine has put aside. */
  freshContext(actor: number): void {
    if (actor < this.contexts.length) this.contexts[actor] = new Context(actor)
    this.freshCoroutine(actor)
  }
}

function checked(id: number): number {
  if (id < MAX_ACTORS) return id
  throw new RangeError(`more than ${MAX_ACTORS} actors; ${MAX_ACTORS} are allowed`)
}
