import { SPAWN } from '@holdfast/compiler'
import type { ActorMem } from './actor-mem.js'
import type { Maker } from './actors.js'
import { MAX_ACTORS } from './limits.js'
import { resume } from './trampoline.js'
import type { World } from './world.js'

/** A thread that was given the same results did something else: it depends on something that is not in its memory. */
class Nondeterminism extends Error {
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

/** Fields of a node. A node is named by where it begins. */
const KIND = 0
const SITE = 1
const A = 2
const B = 3
const C = 4
const D = 5
/** The result on the edge from the parent. */
const EDGE = 6
const FIRST_CHILD = 7
const SIBLING = 8
const PARENT = 9
/** 1: the thread has ended here because it failed. */
const FAILED = 10
const NODE = 16

/** Most nodes that are remembered; beyond it everything is forgotten and learnt anew. */
const MOST_NODES = 1 << 19
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
  private readonly world: World
  private nodes = new Int32Array(256 * NODE)
  private used = 0
  /** Node at which an ended thread failed -> what it threw. */
  private readonly thrown = new Map<number, unknown>()
  private readonly spawns = new Map<number, Maker>()
  /** Root of each actor that is there from the start. */
  private readonly roots = new Int32Array(MAX_ACTORS).fill(NONE)
  /** Root of each actor that was spawned, by the node that spawned it and its id. */
  private readonly spawnedRoots = new Map<number, number>()
  /** The node at which each actor is. */
  readonly at = new Int32Array(MAX_ACTORS)
  /** The node at which the coroutine of an actor stands, if it has one in this execution. */
  private readonly live = new Int32Array(MAX_ACTORS).fill(NONE)

  constructor(world: World) {
    this.world = world
  }

  /** An execution begins. Returns true if everything had to be forgotten. */
  reset(): boolean {
    if (this.used <= MOST_NODES * NODE) return false
    this.forget()
    return true
  }

  /** An actor begins that is there from the start: its first operation is pending. */
  begin(actor: number): void {
    const root = this.roots[actor] as number
    this.live[actor] = NONE
    if (root !== NONE) this.enter(actor, root)
    else this.roots[actor] = this.learnRoot(actor)
  }

  /** What the pending SPAWN of `parent` starts. */
  spawner(parent: number): Maker | undefined {
    return this.spawns.get(this.at[parent] as number)
  }

  /** An actor begins that the pending SPAWN of `parent` has made. */
  beginChild(parent: number, actor: number): void {
    const key = (this.at[parent] as number) * MAX_ACTORS + actor
    const root = this.spawnedRoots.get(key)
    this.live[actor] = NONE
    if (root !== undefined) this.enter(actor, root)
    else this.spawnedRoots.set(key, this.learnRoot(actor))
  }

  /** The pending operation of `actor` has had this result: its next one is pending. */
  advance(actor: number, result: number): void {
    const { nodes } = this
    const node = this.at[actor] as number
    for (
      let child = nodes[node + FIRST_CHILD] as number;
      child !== NONE;
      child = nodes[child + SIBLING] as number
    ) {
      if (nodes[child + EDGE] === result) {
        this.enter(actor, child)
        return
      }
    }
    this.learn(actor, node, result)
  }

  private enter(actor: number, node: number): void {
    const { world, nodes } = this
    this.at[actor] = node
    world.kind[actor] = nodes[node + KIND] as number
    world.site[actor] = nodes[node + SITE] as number
    world.a[actor] = nodes[node + A] as number
    world.b[actor] = nodes[node + B] as number
    world.c[actor] = nodes[node + C] as number
    world.d[actor] = nodes[node + D] as number
    if (nodes[node + FAILED] === 1) world.fail(actor, this.thrown.get(node))
  }

  /** Lets a fresh coroutine come to where `node` is pending. */
  private replay(actor: number, node: number): void {
    const { world, nodes } = this
    const path: number[] = []
    for (let up = node; up !== NONE; up = nodes[up + PARENT] as number) path.push(up)
    world.actors.freshCoroutine(actor)
    for (let i = path.length - 1; i >= 0; i--) {
      const step = path[i] as number
      const parent = nodes[step + PARENT] as number
      if (parent !== NONE) this.give(actor, parent, nodes[step + EDGE] as number)
      resume(world, actor)
      if (world.kind[actor] !== nodes[step + KIND] || world.site[actor] !== nodes[step + SITE]) {
        throw new Nondeterminism(actor, nodes[step + SITE] as number, world.site[actor] as number)
      }
    }
  }

  private give(actor: number, node: number, result: number): void {
    ;(this.world.mems[actor] as ActorMem).give(this.nodes[node + KIND] as number, result)
  }

  private learnRoot(actor: number): number {
    this.world.actors.freshCoroutine(actor)
    return this.add(actor, NONE, 0)
  }

  private learn(actor: number, node: number, result: number): void {
    if (this.live[actor] !== node) this.replay(actor, node)
    this.give(actor, node, result)
    this.add(actor, node, result)
  }

  /** Runs the coroutine on, and adds the operation it announces. */
  private add(actor: number, parent: number, result: number): number {
    const { world } = this
    const { failures } = world
    world.lastThrown = undefined
    resume(world, actor)
    const node = this.used
    if (node === this.nodes.length) this.nodes = grown(this.nodes)
    this.used += NODE
    const { nodes } = this
    nodes[node + KIND] = world.kind[actor] as number
    nodes[node + SITE] = world.site[actor] as number
    nodes[node + A] = world.a[actor] as number
    nodes[node + B] = world.b[actor] as number
    nodes[node + C] = world.c[actor] as number
    nodes[node + D] = world.d[actor] as number
    nodes[node + EDGE] = result
    nodes[node + FIRST_CHILD] = NONE
    nodes[node + PARENT] = parent
    nodes[node + FAILED] = world.failures === failures ? 0 : 1
    nodes[node + SIBLING] = parent === NONE ? NONE : (nodes[parent + FIRST_CHILD] as number)
    if (parent !== NONE) nodes[parent + FIRST_CHILD] = node
    if (world.failures !== failures) this.thrown.set(node, world.lastThrown)
    if (world.kind[actor] === SPAWN) {
      const maker = world.actors.spawning[actor]
      if (maker !== undefined) this.spawns.set(node, maker)
    }
    this.at[actor] = node
    this.live[actor] = node
    return node
  }

  private forget(): void {
    this.used = 0
    this.thrown.clear()
    this.spawns.clear()
    this.roots.fill(NONE)
    this.live.fill(NONE)
    this.spawnedRoots.clear()
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
