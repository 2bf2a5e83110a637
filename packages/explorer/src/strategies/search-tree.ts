import { resized } from './path.js'
import type { Path } from './path.js'

/** Costs above this are not told apart. */
export const MOST_COST = 255

/**
 * The paths that one round of a bounded search has visited, kept for the rounds after it: at which of their steps is there an
 * alternative that costs something?
 *
 * Paths come in the order of the search, so that each shares most of its steps with the one before; only the rest is kept, in
 * five bytes a step:
 *
 *     path 1   0 0 0 1 1 2 2      kept: shared 0, rest 0 0 0 1 1 2 2
 *     path 2   0 0 0 1 2 1 2      kept: shared 4, rest       2 1 2
 */
export class SearchTree {
  /** Paths kept. */
  paths = 0
  /** Largest cost of an alternative at a step of the tree. */
  deepest = 0
  /** Of each step kept: the choice, the largest cost of an alternative to it, and the low bits of the hash of what was enabled. */
  choices = new Uint16Array(256)
  most = new Uint8Array(256)
  checks = new Uint16Array(256)
  /** Of each path: steps shared with the one before, and where its rest ends. */
  shared = new Int32Array(64)
  ends = new Int32Array(64)
  private used = 0
  /** Steps by their largest cost. */
  private readonly counts = new Float64Array(MOST_COST + 1)
  private last = new Uint16Array(256)
  private lastLength = 0

  /** Keeps a path, unless no step of it from `fresh` on, those that no path kept before has, has an alternative that costs. */
  add(path: Path, checks: Uint16Array, fresh: number): void {
    let end = path.length
    while (end > fresh && path.most[end - 1] === 0) end--
    if (end <= fresh) return
    let shared = 0
    const common = Math.min(end, this.lastLength)
    while (shared < common && path.choice(shared) === this.last[shared]) shared++
    if (this.paths === this.ends.length) this.growPaths()
    while (this.used + end - shared > this.choices.length) this.growSteps()
    if (this.last.length < end) this.last = resized(this.last, new Uint16Array(end * 2))
    this.shared[this.paths] = shared
    for (let step = shared; step < end; step++) {
      const at = this.used++
      const choice = path.choice(step)
      const most = step < fresh ? 0 : (path.most[step] as number)
      this.choices[at] = choice
      this.last[step] = choice
      this.most[at] = most
      this.checks[at] = checks[step] as number
      this.counts[most] = (this.counts[most] as number) + 1
      if (most > this.deepest) this.deepest = most
    }
    this.lastLength = end
    this.ends[this.paths++] = this.used
  }

  /** Steps that have an alternative of this cost. */
  turns(cost: number): number {
    let turns = 0
    for (let most = cost; most <= this.deepest; most++) turns += this.counts[most] as number
    return turns
  }

  private growPaths(): void {
    const length = this.ends.length * 2
    this.shared = resized(this.shared, new Int32Array(length))
    this.ends = resized(this.ends, new Int32Array(length))
  }

  private growSteps(): void {
    const length = this.choices.length * 2
    this.choices = resized(this.choices, new Uint16Array(length))
    this.most = resized(this.most, new Uint8Array(length))
    this.checks = resized(this.checks, new Uint16Array(length))
  }
}

/** Goes through the steps of a tree that have an alternative of a cost. */
export class TreeCursor {
  /** The path to the step, and what was enabled on it. */
  choices = new Uint16Array(256)
  checks = new Uint16Array(256)
  /** The step. */
  step = -1
  private readonly tree: SearchTree
  private readonly cost: number
  private path = -1
  private at = 0
  private end = 0
  private start = 0

  constructor(tree: SearchTree, cost: number) {
    this.tree = tree
    this.cost = cost
  }

  /** Goes to the next such step. False: there is none left. */
  next(): boolean {
    for (;;) {
      while (this.at < this.end) {
        const at = this.at++
        if ((this.tree.most[at] as number) < this.cost) continue
        this.step = (this.tree.shared[this.path] as number) + (at - this.start)
        return true
      }
      if (!this.load()) return false
    }
  }

  private load(): boolean {
    const { tree } = this
    if (++this.path >= tree.paths) return false
    this.start = this.path === 0 ? 0 : (tree.ends[this.path - 1] as number)
    this.end = tree.ends[this.path] as number
    this.at = this.start
    const shared = tree.shared[this.path] as number
    const length = shared + this.end - this.start
    if (length > this.choices.length) {
      this.choices = resized(this.choices, new Uint16Array(length * 2))
      this.checks = resized(this.checks, new Uint16Array(length * 2))
    }
    this.choices.set(tree.choices.subarray(this.start, this.end), shared)
    this.checks.set(tree.checks.subarray(this.start, this.end), shared)
    return true
  }
}
