import { RECORD } from '../dependence.js'
import { longer } from './longer.js'
import type { Sequence } from './sequence.js'
import { INDEPENDENT, conflict, weakInitial } from './weak-initial.js'

const NONE = 0

/**
 * What is still to be visited: for each node of the execution at hand a tree of steps, an ordered forest whose first
 * branch is next. The tree of a node is what was left of its parent's branch, and what races have added since.
 *
 * No step of a tree could come first in what the branches right of it stand for: so that nothing is visited twice, and
 * no visit ends in a sleep set. Steps are kept in a pool: what has been taken is free again.
 */
export class WakeupTrees {
  private steps = new Int32Array(RECORD * 64)
  private firstChild = new Int32Array(64)
  private lastChild = new Int32Array(64)
  private sibling = new Int32Array(64)
  private size = 1
  private free = NONE
  private first = new Int32Array(64)
  private last = new Int32Array(64)

  /** Whether the node at `depth` has a branch left. */
  has(depth: number): boolean {
    return this.first[depth] !== NONE
  }

  /** Branches left there. */
  count(depth: number): number {
    let branches = 0
    for (let step = this.first[depth] as number; step !== NONE; step = this.sibling[step] as number)
      branches++
    return branches
  }

  /**
   * The choice of the first branch of the node at `depth`, or -1: the branch is taken off, and what it holds is the
   * tree of the next node.
   */
  take(depth: number): number {
    while (depth + 2 > this.first.length) {
      this.first = longer(this.first)
      this.last = longer(this.last)
    }
    const { first, last } = this
    const step = first[depth] as number
    if (step === NONE) {
      first[depth + 1] = NONE
      return -1
    }
    first[depth] = this.sibling[step] as number
    first[depth + 1] = this.firstChild[step] as number
    last[depth + 1] = this.lastChild[step] as number
    this.sibling[step] = this.free
    this.free = step
    return this.steps[step * RECORD] as number
  }

  /**
   * Adds the sequence to the tree at `depth`, unless the tree has a branch that is as good: one whose steps could all
   * come first in the sequence. Of the sequence, which is used up, it adds what is marked and what none of the branches
   * left of it could come before. Returns how far in the execution the sequence had to be looked at, or -1: to its end.
   */
  insert(depth: number, sequence: Sequence): number {
    let parent = NONE
    let whole = false
    let step = this.first[depth] as number
    while (step !== NONE) {
      if (sequence.length === 0) return -1
      const position = weakInitial(this.steps, step * RECORD, sequence)
      if (position < INDEPENDENT) {
        sequence.mark(conflict(position))
        step = this.sibling[step] as number
        continue
      }
      if (position >= 0) sequence.remove(position)
      else whole = true
      parent = step
      step = this.firstChild[step] as number
      if (step === NONE) return whole ? -1 : sequence.seen
    }
    sequence.close()
    const { records } = sequence.log
    for (let i = 0; i < sequence.length; i++)
      if (sequence.marked(i)) parent = this.append(depth, parent, records, sequence.slots[i] as number)
    return whole ? -1 : sequence.seen
  }

  private append(depth: number, parent: number, records: Int32Array, slot: number): number {
    const step = this.fresh()
    const to = step * RECORD
    const from = slot * RECORD
    for (let field = 0; field < RECORD; field++) this.steps[to + field] = records[from + field] as number
    this.firstChild[step] = NONE
    this.sibling[step] = NONE
    if (parent === NONE) {
      if (this.first[depth] === NONE) this.first[depth] = step
      else this.sibling[this.last[depth] as number] = step
      this.last[depth] = step
    } else {
      if (this.firstChild[parent] === NONE) this.firstChild[parent] = step
      else this.sibling[this.lastChild[parent] as number] = step
      this.lastChild[parent] = step
    }
    return step
  }

  private fresh(): number {
    if (this.free !== NONE) {
      const step = this.free
      this.free = this.sibling[step] as number
      return step
    }
    if (this.size === this.sibling.length) {
      this.steps = longer(this.steps)
      this.firstChild = longer(this.firstChild)
      this.lastChild = longer(this.lastChild)
      this.sibling = longer(this.sibling)
    }
    return this.size++
  }
}
