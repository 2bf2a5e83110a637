import { SPAWN } from '@holdfast/compiler'
import type { ActorMem } from './actor-mem.js'
import { ENDED } from './kinds.js'
import type { Coroutine } from './target.js'
import type { World } from './world.js'

type Maker = (mem: ActorMem) => Coroutine

/** A thread that was given the same results did something else: it depends on something that is not in its memory. */
export class Nondeterminism extends Error {
  override readonly name = 'Nondeterminism'
  readonly actor: number
  /** Sites of the operation expected, and of the one announced. */
  readonly expected: number
  readonly found: number

  constructor(actor: number, expected: number, found: number) {
    super(
      `actor ${actor} was given the same results twice and went to site ${expected}, then to site ${found}`,
    )
    this.actor = actor
    this.expected = expected
    this.found = found
  }
}

/** Most nodes that are remembered; beyond it everything is forgotten and learnt anew. */
const MOST_NODES = 1 << 20
const NONE = -1

/**
 * What threads do, remembered.
 *
 * A thread of a pure target is a function of the results of its operations. So its behaviour is a tree: a node is an operation
 * it announces, an edge the result it received. Whatever was seen once is read from the tree, and a coroutine is run only
 * where the tree ends: then a fresh one is given the results on the path and goes on from there.
 *
 *      lock m --0--> load x --0--> store x,1 --0--> unlock m --0--> end
 *                      '-----1--> store x,2 --0--> ...
 */
export class Memo {
  private size = 0
  private kind = new Uint8Array(1024)
  private site = new Int32Array(1024)
  private a = new Int32Array(1024)
  private b = new Int32Array(1024)
  private c = new Int32Array(1024)
  private d = new Int32Array(1024)
  private parent = new Int32Array(1024)
  /** The result on the edge from the parent. */
  private edge = new Int32Array(1024)
  private firstChild = new Int32Array(1024)
  private sibling = new Int32Array(1024)
  /** Node at which an ended thread failed -> what it threw. */
  private readonly thrown = new Map<number, unknown>()
  private readonly spawns = new Map<number, Maker>()
  /** Root of each actor that is there from the start. */
  private readonly roots = new Int32Array(256).fill(NONE)
  /** Root of each actor that was spawned, by the node that spawned it and its id. */
  private readonly spawnedRoots = new Map<number, number>()
  private readonly at = new Int32Array(256)
  /** The node at which the coroutine of an actor stands, if it has one in this execution. */
  private readonly live = new Int32Array(256)
  private spawnedAt = NONE

  /** An actor begins: its first operation is pending. */
  begin(world: World, actor: number): void {
    const { spawnedAt } = this
    this.spawnedAt = NONE
    if (spawnedAt === NONE && actor === 0 && this.size > MOST_NODES) this.forget()
    this.live[actor] = NONE
    const key = spawnedAt * 256 + actor
    const root = spawnedAt === NONE ? (this.roots[actor] as number) : (this.spawnedRoots.get(key) ?? NONE)
    if (root !== NONE) {
      this.enter(world, actor, root)
      return
    }
    world.freshCoroutine(actor)
    const node = this.learn(world, actor, NONE, 0)
    if (spawnedAt === NONE) this.roots[actor] = node
    else this.spawnedRoots.set(key, node)
  }

  /** What the pending SPAWN of `parent` starts. */
  spawner(parent: number): Maker | null {
    this.spawnedAt = this.at[parent] as number
    return this.spawns.get(this.spawnedAt) ?? null
  }

  /** The pending operation of `actor` has had this result: its next one is pending. */
  advance(world: World, actor: number, result: number): void {
    const node = this.at[actor] as number
    for (let child = this.firstChild[node] as number; child !== NONE; child = this.sibling[child] as number) {
      if (this.edge[child] === result) {
        this.enter(world, actor, child)
        return
      }
    }
    if (this.live[actor] !== node) this.replay(world, actor, node)
    ;(world.mems[actor] as ActorMem).give(this.kind[node] as number, result)
    this.learn(world, actor, node, result)
  }

  private enter(world: World, actor: number, node: number): void {
    this.at[actor] = node
    world.kind[actor] = this.kind[node] as number
    world.site[actor] = this.site[node] as number
    world.a[actor] = this.a[node] as number
    world.b[actor] = this.b[node] as number
    world.c[actor] = this.c[node] as number
    world.d[actor] = this.d[node] as number
    if (this.kind[node] === ENDED && this.thrown.size > 0 && this.thrown.has(node)) {
      world.fail(actor, this.thrown.get(node))
    }
  }

  /** Lets a fresh coroutine come to where `node` is pending. */
  private replay(world: World, actor: number, node: number): void {
    const path: number[] = []
    for (let up = node; up !== NONE; up = this.parent[up] as number) path.push(up)
    world.freshCoroutine(actor)
    for (let i = path.length - 1; i >= 0; i--) {
      const step = path[i] as number
      const parent = this.parent[step] as number
      if (parent !== NONE)
        (world.mems[actor] as ActorMem).give(this.kind[parent] as number, this.edge[step] as number)
      world.resume(actor)
      if (world.kind[actor] !== this.kind[step] || world.site[actor] !== this.site[step]) {
        throw new Nondeterminism(actor, this.site[step] as number, world.site[actor] as number)
      }
    }
    world.takeSpawning()
  }

  /** Runs the coroutine on, and adds the operation it announces. */
  private learn(world: World, actor: number, parent: number, result: number): number {
    const { failures } = world
    world.lastThrown = undefined
    world.resume(actor)
    if (this.size === this.kind.length) this.grow()
    const node = this.size++
    this.kind[node] = world.kind[actor] as number
    this.site[node] = world.site[actor] as number
    this.a[node] = world.a[actor] as number
    this.b[node] = world.b[actor] as number
    this.c[node] = world.c[actor] as number
    this.d[node] = world.d[actor] as number
    this.parent[node] = parent
    this.edge[node] = result
    this.firstChild[node] = NONE
    if (parent === NONE) this.sibling[node] = NONE
    else {
      this.sibling[node] = this.firstChild[parent] as number
      this.firstChild[parent] = node
    }
    if (world.failures !== failures) this.thrown.set(node, world.lastThrown)
    if (this.kind[node] === SPAWN) {
      const maker = world.takeSpawning()
      if (maker !== null) this.spawns.set(node, maker)
    }
    this.at[actor] = node
    this.live[actor] = node
    return node
  }

  private forget(): void {
    this.size = 0
    this.thrown.clear()
    this.spawns.clear()
    this.roots.fill(NONE)
    this.spawnedRoots.clear()
  }

  private grow(): void {
    const length = this.kind.length * 2
    const kind = new Uint8Array(length)
    kind.set(this.kind)
    this.kind = kind
    this.site = grown(this.site, length)
    this.a = grown(this.a, length)
    this.b = grown(this.b, length)
    this.c = grown(this.c, length)
    this.d = grown(this.d, length)
    this.parent = grown(this.parent, length)
    this.edge = grown(this.edge, length)
    this.firstChild = grown(this.firstChild, length)
    this.sibling = grown(this.sibling, length)
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length)
  larger.set(array)
  return larger
}
