import { CHOOSE, COPY, CV_WAIT, FENCE, FILL, JOIN, SPAWN, SPIN_WHILE_BOTH, YIELD } from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, KINDS } from '../engine/kinds.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { ADDR, ADDR2, RECORD, WORDS, WORDS2, footprint } from './dependence.js'
import { Learner } from './learner.js'
import { Profile } from './profile.js'
import { Rng } from './rng.js'
import type { Strategy } from './strategy.js'

/** Words that a kind of operation touches: 0, 1, or 2 for what has to be looked at. */
const RANGES = new Uint8Array(KINDS).fill(1)
for (const kind of [FENCE, YIELD, CHOOSE, SPAWN, JOIN, ENDED]) RANGES[kind] = 0
for (const kind of [FILL, COPY, SPIN_WHILE_BOTH, CV_WAIT, CV_BLOCKED]) RANGES[kind] = 2
/** With store buffers what an operation touches is not in its operands. */
const BUFFERED = 2

export interface SurwOptions {
  readonly seed: number
  /** Words whose operations an execution orders uniformly, drawn anew for each. Default 1; Infinity: all operations whatever they touch. */
  readonly words?: number
  /** What is known of the target; default: its first executions are random walks that fill one. */
  readonly profile?: Profile
}

/**
 * Selectively uniform random walk (Zhao, Wolff, Mathur and Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025).
 *
 * Each execution draws one shared word. Of the operations on it every order is as likely as any other, if each actor has as many as in
 * the profile and nothing blocks: the actor that is to do the next one is drawn in proportion to what each has left, and who comes to
 * such an operation out of turn is held until it is done. Everything else goes on as a random walk.
 *
 *     left of 0: 2, of 1: 1        intended 0 (2/3) or 1 (1/3)
 *     1 comes to the word first    if 0 is intended, 1 is held
 *
 * What a child will do counts for its parent until it is spawned. An actor that is not in the profile has the smallest count seen. With
 * `words: Infinity` (strategy `urw`) all operations count: uniform over interleavings.
 */
export class Surw implements Strategy {
  readonly name: string
  readonly exhaustive = false
  readonly profile: Profile
  private readonly seed: number
  private readonly wordCount: number
  private readonly rng: Rng
  private readonly learner: Learner
  private readonly record = new Int32Array(RECORD)
  private learning = false
  /** Words that count, marked; and which they are. */
  private marks = new Uint8Array(0)
  private readonly marked: number[] = []
  /** Operations that count, left to each actor; children not yet spawned count for their parent. */
  private readonly left = new Float64Array(MAX_ACTORS)
  private readonly subtree = new Float64Array(MAX_ACTORS)
  private readonly adopted = new Uint8Array(MAX_ACTORS)
  private smallest = 1
  private intended = -1
  private spawner = -1
  private met = false

  constructor({ seed, words = 1, profile = new Profile() }: SurwOptions) {
    this.name = words === Infinity ? 'urw' : 'surw'
    this.seed = seed
    this.wordCount = words
    this.profile = profile
    this.rng = new Rng(seed)
    this.learner = new Learner(seed, profile)
  }

  learn(world: World): void {
    this.learner.run(world)
  }

  begin(index: number): boolean {
    this.learning = !this.learner.ready
    if (this.learning) this.learner.begin()
    else {
      this.rng.seed(this.seed, index)
      this.drawWords()
      this.countLeft()
      this.intended = -1
      this.spawner = -1
      this.met = false
    }
    return true
  }

  choose(world: World): number {
    if (this.learning) return this.learner.choose(world)
    if (!this.met) this.meetFirst(world)
    else if (this.spawner >= 0) this.adopt(world)
    if (this.intended < 0) this.intend(world)
    let choice = this.pick(world)
    if (choice < 0) {
      this.intendEnabled(world)
      choice = this.pick(world)
    }
    const actor = choice & (MAX_ACTORS - 1)
    this.spawner = world.kind[actor] === SPAWN && choice < MAX_ACTORS ? actor : -1
    if (this.counts(world, choice)) {
      this.left[actor] = Math.max(0, (this.left[actor] as number) - 1)
      this.intended = -1
    }
    return choice
  }

  end(world: World): void {
    if (this.learning) this.profile.endRun(world)
  }

  /** Any choice that is not held, each as likely; -1 if all are held. */
  private pick(world: World): number {
    const { choices, choiceCount } = world
    if (choiceCount === 1) return choices[0] as number
    let free = 0
    let found = -1
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      const held = (choice & (MAX_ACTORS - 1)) !== this.intended && this.counts(world, choice)
      if (held) continue
      free++
      if (free === 1 || this.rng.below(free) === 0) found = choice
    }
    return found
  }

  /** Whether the operation is one of those that are ordered. */
  private counts(world: World, choice: number): boolean {
    if (this.wordCount === Infinity) return true
    if (choice >> WAY_SHIFT >= FIRST_INTERRUPT || this.marked.length === 0) return false
    const actor = choice & (MAX_ACTORS - 1)
    switch (world.buffers !== null ? BUFFERED : RANGES[world.kind[actor] as number]) {
      case 0:
        return false
      case 1:
        return this.marks[world.a[actor] as number] === 1
      default:
    }
    const { record } = this
    footprint(world, actor, choice >> WAY_SHIFT, record, 0)
    return (
      this.meets(record[ADDR] as number, record[WORDS] as number) ||
      this.meets(record[ADDR2] as number, record[WORDS2] as number)
    )
  }

  private meets(addr: number, words: number): boolean {
    for (let word = addr; word < addr + words; word++) if (this.marks[word] === 1) return true
    return false
  }

  /** Draws who is to do the next operation that counts. */
  private intend(world: World): void {
    let total = 0
    for (let actor = 0; actor < world.n; actor++) total += this.weight(world, actor)
    let at = this.rng.unit() * total
    this.intended = -1
    for (let actor = 0; actor < world.n; actor++) {
      const weight = this.weight(world, actor)
      if (weight === 0) continue
      this.intended = actor
      at -= weight
      if (at < 0) break
    }
  }

  /** The intended actor cannot go on, or there is none: draws among those that are held. */
  private intendEnabled(world: World): void {
    const { choices, choiceCount } = world
    let total = 0
    let last = -1
    for (let i = 0; i < choiceCount; i++) {
      const actor = (choices[i] as number) & (MAX_ACTORS - 1)
      if (actor === last) continue
      last = actor
      const weight = Math.max(1, this.left[actor] as number)
      total += weight
      if (this.rng.unit() * total < weight) this.intended = actor
    }
  }

  /** What an actor has left; one more than expected if it is about to do one nobody counted. */
  private weight(world: World, actor: number): number {
    if (world.kind[actor] === ENDED) return 0
    const left = this.left[actor] as number
    return left < 1 && this.counts(world, actor) ? 1 : left
  }

  private drawWords(): void {
    for (const word of this.marked) this.marks[word] = 0
    this.marked.length = 0
    const { shared } = this.profile
    if (this.wordCount === Infinity || shared.length === 0) return
    for (let i = 0; i < this.wordCount; i++) {
      const word = shared[this.rng.below(shared.length)] as number
      if (word >= this.marks.length) {
        const larger = new Uint8Array(2 * (word + 1))
        larger.set(this.marks)
        this.marks = larger
      }
      if (this.marks[word] === 1) continue
      this.marks[word] = 1
      this.marked.push(word)
    }
  }

  private countLeft(): void {
    const { profile, subtree, left } = this
    this.smallest = Infinity
    const { actors } = profile
    subtree.fill(0)
    for (let actor = 0; actor < actors; actor++) {
      const own = this.ownOf(actor)
      subtree[actor] = own
      if (own > 0 && own < this.smallest) this.smallest = own
    }
    if (this.smallest === Infinity) this.smallest = 1
    // a child has a larger number than its parent
    for (let actor = actors - 1; actor >= 0; actor--) {
      const parent = profile.parents[actor] as number
      if (parent >= 0) subtree[parent] = (subtree[parent] as number) + (subtree[actor] as number)
    }
    left.set(subtree)
    this.adopted.fill(0)
  }

  private ownOf(actor: number): number {
    if (this.wordCount === Infinity) return this.profile.operationsOf(actor)
    let own = 0
    for (const word of this.marked) own += this.profile.touchesOf(actor, word)
    return own
  }

  /** The actors that are there from the start. */
  private meetFirst(world: World): void {
    this.met = true
    for (let actor = 0; actor < world.n; actor++) if (world.kind[actor] !== ENDED) this.know(actor)
  }

  /** The actor just spawned takes its part of what its parent has left; if the parent was intended, one of them is. */
  private adopt(world: World): void {
    const parent = this.spawner
    for (let actor = 0; actor < world.n; actor++) {
      if (world.kind[actor] === ENDED || this.adopted[actor] === 1) continue
      const known = this.know(actor)
      if (!known) continue
      const theirs = this.left[actor] as number
      const all = this.left[parent] as number
      this.left[parent] = Math.max(0, all - theirs)
      if (this.intended === parent && this.rng.unit() * all < theirs) this.intended = actor
    }
  }

  /** False: the actor is not in the profile. */
  private know(actor: number): boolean {
    this.adopted[actor] = 1
    if (this.profile.parents[actor] !== -2) return true
    this.left[actor] = this.smallest
    return false
  }
}
