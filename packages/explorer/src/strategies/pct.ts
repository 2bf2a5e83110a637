import { YIELD } from '@holdfast/compiler'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { Learner } from './learner.js'
import { Profile } from './profile.js'
import { Rng } from './rng.js'
import { SLOTS, choiceOfSlot, isDecision, slotOf } from './slots.js'
import type { Strategy } from './strategy.js'

export interface PctOptions {
  readonly seed: number
  /** Depth of the faults looked for: constraints between operations that a schedule must meet. Default 3. */
  readonly depth?: number
  /** What is known of the target; default: its first executions are random walks that fill one. */
  readonly profile?: Profile
  /** Steps after which an execution goes on as a random walk, in case it waits for one that is never chosen. Default: 8 times the longest seen, and 1000. */
  readonly fairAfter?: number
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS
 * 2010): every actor has a random priority, the highest enabled one goes on, and at `depth` - 1 random steps the one that would go
 * on is lowered.
 *
 *     new actors      depth + a random fraction
 *     change point i  i, from 1 to depth - 1: below every actor that was not lowered
 *     after a yield   -1, -2, ...: below everything
 *     0               not drawn yet
 *
 * A fault of that depth is found with probability at least 1 / (n k^(depth - 1)) by each execution of n actors and k steps. Only steps
 * at which two could go on are counted; k is the largest count seen in the profile. Its random walks may have had fewer of them than
 * executions by priority have, and what needs a change point after the k-th would never be found: so k is doubled in every second
 * execution, once more in every fourth, and so on, up to the most steps seen. Timeouts and interrupts rank as actors of their own
 * (slots.ts), each occurrence anew.
 */
export class Pct implements Strategy {
  readonly name = 'pct'
  readonly exhaustive = false
  readonly profile: Profile
  private readonly seed: number
  private readonly depth: number
  private readonly fairAfter: number | undefined
  private readonly rng: Rng
  private readonly learner: Learner
  private learning = false
  private readonly priority = new Float64Array(SLOTS)
  private highest = -1
  /** Steps at which the priority is lowered: point i lowers to i + 1. */
  private readonly points: Int32Array
  private floor = -1
  private decisions = 0
  private unfairSteps = 0

  constructor({ seed, depth = 3, profile = new Profile(), fairAfter }: PctOptions) {
    if (!Number.isInteger(depth) || depth < 1)
      throw new RangeError(`depth is ${depth}; a whole number from 1 up is allowed`)
    this.seed = seed
    this.depth = depth
    this.profile = profile
    this.fairAfter = fairAfter
    this.rng = new Rng(seed)
    this.learner = new Learner(seed, profile)
    this.points = new Int32Array(depth - 1)
  }

  learn(world: World): void {
    this.learner.run(world)
  }

  begin(index: number): boolean {
    this.learning = !this.learner.ready
    if (this.learning) {
      this.learner.begin()
      return true
    }
    const { rng, profile } = this
    rng.seed(this.seed, index)
    this.priority.fill(0, 0, this.highest + 1)
    this.highest = -1
    this.floor = -1
    this.decisions = 0
    this.unfairSteps = this.fairAfter ?? Math.max(1000, 8 * profile.steps)
    const within = pointsWithin(profile, index)
    for (let i = 0; i < this.points.length; i++) this.points[i] = 1 + rng.below(within)
    return true
  }

  choose(world: World): number {
    if (this.learning) return this.learner.choose(world)
    const { choices, choiceCount } = world
    if (choiceCount === 1) return this.taken(world, choices[0] as number)
    if (world.steps >= this.unfairSteps) return choices[this.rng.below(choiceCount)] as number
    let slot = this.best(world)
    if (isDecision(world)) {
      const decision = ++this.decisions
      for (let i = 0; i < this.points.length; i++) {
        if (this.points[i] !== decision) continue
        this.priority[slot] = i + 1
        slot = this.best(world)
      }
    }
    return this.taken(world, choiceOfSlot(world, slot, this.rng))
  }

  end(world: World): void {
    if (this.learning) this.profile.endRun(world)
  }

  /** The enabled slot of highest priority; what has none yet gets one. */
  private best(world: World): number {
    const { choices, choiceCount } = world
    const { priority } = this
    let best = -1
    let highest = -Infinity
    for (let i = 0; i < choiceCount; i++) {
      const slot = slotOf(world, choices[i] as number)
      let mine = priority[slot] as number
      if (mine === 0) {
        mine = this.depth + this.rng.unit()
        priority[slot] = mine
        if (slot > this.highest) this.highest = slot
      }
      if (mine > highest) {
        highest = mine
        best = slot
      }
    }
    return best
  }

  /** Notes that `choice` is taken: who yields goes below all, a timeout or interrupt is drawn anew when it comes again. */
  private taken(world: World, choice: number): number {
    const slot = slotOf(world, choice)
    if (slot >= MAX_ACTORS) this.priority[slot] = 0
    else if (world.kind[slot] === YIELD) {
      this.priority[slot] = this.floor--
      if (slot > this.highest) this.highest = slot
    }
    return choice
  }
}

/** The change points of execution `index` are among so many first decisions. No chance is asked: it depends on the number of the execution alone. */
function pointsWithin({ decisions, steps }: Profile, index: number): number {
  const factor = (index + 1) & -(index + 1) // the greatest power of two that divides index + 1
  return Math.max(1, Math.min(steps, decisions * factor))
}
