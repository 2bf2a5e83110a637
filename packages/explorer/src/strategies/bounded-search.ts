import type { World } from '../engine/world.js'
import { Drift, choiceText, enabledText } from './drift.js'
import { Path, remainingOf, resized } from './path.js'
import { SearchTree, TreeCursor } from './search-tree.js'
import { StateCache } from './state-cache.js'
import type { Strategy } from './strategy.js'

/** What a choice costs. At each step some choice costs 0, and between 0 and the largest cost none is left out. */
export interface Costs {
  readonly name: string
  /** What is paid, as in `at most 2 preemptions`. */
  readonly unit: string
  /** Writes the cost of `world.choices[i]` to `into[from + i]`; returns the largest. It may look at the world alone. */
  of(world: World, into: Uint8Array, from: number): number
}

export interface BoundedOptions {
  /** Largest cost of an execution; default: no bound, round after round. */
  readonly bound?: number
  /** Gives an execution up where its state was visited before, see state-cache.ts. Default false. */
  readonly cache?: boolean
}

/**
 * Iterative search by cost: round c visits every execution that costs exactly c, each once, before any that costs more. So the
 * first execution that shows a fault shows it at the least cost.
 *
 * An execution of round c turns off from one of an earlier round, once, at a price, and is free before and after that:
 *
 *     round 0   o---o---o---o---o          free alternatives: depth first
 *                    \ 1
 *     round 1         o---o---o---o        the steps of round 0, again turned off at a price of 1, and then free ones only
 *                          \ 1
 *     round 2               o---o---o
 *
 * So each round keeps its paths for the next ones (search-tree.ts), five bytes a step that is new; the last round keeps none.
 * A program whose number of executions exceeds memory needs a bound.
 */
export class BoundedSearch implements Strategy {
  readonly name: string
  readonly exhaustive = true
  readonly executed?: (world: World) => void
  /** Cost of each execution of this round. */
  round = 0
  /** Executions of this round, and of all, up to now. */
  visitedInRound = 0
  visited = 0
  private readonly costs: Costs
  private readonly limit: number
  private readonly cache: StateCache | null
  private readonly path = new Path()
  /** Running hash of what was enabled, by step. */
  private checks = new Uint16Array(256)
  private trees: (SearchTree | null)[] = []
  /** Where this round takes its turns from; null in round 0. */
  private cursor: TreeCursor | null = null
  private cursorTree = -1
  /** The step at which the price is paid, or -1; and the price. */
  private turnStep = -1
  private price = 0
  private turnsDone = 0
  private at = 0
  private repeat = 0
  /** First step that no execution before this one has come to. */
  private fresh = 0
  private started = false
  private done = false
  /** Alternatives beyond the bound were met. */
  private leftOut = false

  constructor(costs: Costs, { bound = Infinity, cache = false }: BoundedOptions = {}) {
    if (!(bound >= 0)) throw new RangeError(`bound is ${bound}; a number from 0 up is allowed`)
    this.costs = costs
    this.name = costs.name
    this.limit = Math.floor(bound)
    this.cache = cache ? new StateCache() : null
    if (this.cache !== null) {
      const states = this.cache
      this.executed = (world) => states.executed(world)
    }
  }

  begin(): boolean {
    if (this.done) return false
    if (!this.started) {
      this.started = true
      if (this.limit > 0) this.trees[0] = new SearchTree()
    } else if (!this.alternative() && !this.nextTurn()) {
      this.done = true
      return false
    }
    this.at = 0
    this.repeat = this.path.length
    this.cache?.begin()
    return true
  }

  choose(world: World): number {
    const { path } = this
    const step = this.at++
    if (step < this.repeat) {
      path.check(world, step)
    } else if (step < this.turnStep) {
      this.follow(world, step)
    } else if (!this.discover(world, step)) {
      this.at--
      return -1
    }
    const choice = path.choice(step)
    this.cache?.chosen(world, choice)
    return choice
  }

  end(world: World): void {
    this.path.checkEnd(world, this.at, Math.max(this.repeat, this.turnStep + 1))
    this.visited++
    this.visitedInRound++
    this.trees[this.round]?.add(this.path, this.checks, this.fresh)
  }

  bound(): string | null {
    const { unit } = this.costs
    const states = this.cache === null ? '' : `, ${this.cache.bound()}`
    if (this.done) {
      if (this.leftOut) return `every interleaving with at most ${counted(this.limit, unit)}${states}`
      return this.cache === null ? null : this.cache.bound()
    }
    const some = `${this.visitedInRound} of those with ${counted(this.round, unit)}${states}`
    if (this.round === 0) return `interleavings with ${counted(0, unit)}: ${this.visitedInRound}${states}`
    return `every interleaving with at most ${counted(this.round - 1, unit)}, and ${some}`
  }

  /**
   * Of this round: turns left, each with as many executions as those before had. Of later rounds up to the bound: as many turns for
   * an execution as in this one. Null without a bound.
   */
  remaining(): number | null {
    if (this.done) return 0
    if (this.limit === Infinity || this.visited === 0) return null
    const now = this.remainingInRound()
    if (now === null) return null
    const tree = this.trees[this.round]
    if (tree === undefined || tree === null) return now
    const each = this.visitedInRound / Math.max(1, this.turnsDone)
    let total = now
    let visited = this.visitedInRound + now
    const turns = tree.turns(1) / this.visitedInRound
    for (let round = this.round + 1; round <= this.limit; round++) {
      visited *= turns * (this.round === 0 ? 1 : each)
      total += visited
    }
    return Math.round(total)
  }

  private remainingInRound(): number | null {
    if (this.round === 0) return remainingOf(this.visited, this.path.share())
    let turns = 0
    for (let round = 0; round < this.round; round++) {
      turns += this.trees[round]?.turns(this.round - round) ?? 0
    }
    const each = this.visitedInRound / Math.max(1, this.turnsDone)
    return Math.round(Math.max(0, turns - this.turnsDone) * each)
  }

  /** A step of the path to the turn, as an earlier round has it. */
  private follow(world: World, step: number): void {
    const { path, cursor } = this
    if (cursor === null) throw new Error('no path to follow')
    path.push(world)
    this.check(world, step)
    const wanted = cursor.choices[step] as number
    let taken = 0
    while (taken < world.choiceCount && world.choices[taken] !== wanted) taken++
    if (taken === world.choiceCount || this.checks[step] !== cursor.checks[step]) {
      throw new Drift(
        world.steps,
        `something else was enabled, ${choiceText(wanted)} among it; now ${enabledText(world)} is`,
      )
    }
    path.taken[step] = taken
  }

  /** A step that is new to this execution. False: its state was visited before. */
  private discover(world: World, step: number): boolean {
    const { path, cache } = this
    const turning = step === this.turnStep
    if (cache !== null && !turning && !cache.visit(world, world.current)) return false
    path.push(world)
    this.check(world, step)
    const first = path.first[step] as number
    const most = this.costs.of(world, path.cost, first)
    if (turning) {
      if (most < this.price) {
        throw new Drift(
          world.steps,
          `there was an alternative that costs ${this.price}; now ${enabledText(world)} is enabled`,
        )
      }
      path.taken[step] = this.find(step, 0, this.price)
      return true
    }
    path.taken[step] = this.find(step, 0, 0)
    const payable = this.limit - this.round
    if (most > payable) this.leftOut = true
    path.most[step] = Math.min(most, payable)
    return true
  }

  /** Place of the next choice at `step` that costs `price`, or -1. */
  private find(step: number, from: number, price: number): number {
    const { cost, first } = this.path
    const base = first[step] as number
    const count = this.path.count(step)
    for (let i = from; i < count; i++) if (cost[base + i] === price) return i
    return -1
  }

  /** Cuts the path where it has another choice of the same price, as deep as possible. False: there is none. */
  private alternative(): boolean {
    const { path } = this
    for (let step = path.length - 1; step >= Math.max(0, this.turnStep); step--) {
      const price = step === this.turnStep ? this.price : 0
      const next = this.find(step, (path.taken[step] as number) + 1, price)
      if (next < 0) continue
      path.truncate(step + 1)
      path.taken[step] = next
      this.fresh = step + 1
      return true
    }
    return false
  }

  /** Goes to the next turn of this round, or to the next round that has one. False: all is visited. */
  private nextTurn(): boolean {
    for (;;) {
      while (this.cursor === null || !this.cursor.next())
        if (!this.nextTree() && !this.nextRound()) return false
      this.turnStep = this.cursor.step
      this.price = this.round - this.cursorTree
      this.fresh = this.turnStep + 1
      this.path.truncate(0)
      this.turnsDone++
      return true
    }
  }

  private nextTree(): boolean {
    while (++this.cursorTree < this.round) {
      const tree = this.trees[this.cursorTree]
      const price = this.round - this.cursorTree
      if (tree === undefined || tree === null || tree.deepest < price) continue
      this.cursor = new TreeCursor(tree, price)
      return true
    }
    this.cursor = null
    return false
  }

  private nextRound(): boolean {
    if (this.round >= this.limit) return false
    const next = this.round + 1
    let any = false
    for (let round = 0; round < next; round++) {
      const tree = this.trees[round]
      if (tree === undefined || tree === null) continue
      if (tree.deepest >= next - round) any = true
      else this.trees[round] = null
    }
    if (!any) return false
    this.round = next
    this.trees[next] = next < this.limit ? new SearchTree() : null
    this.visitedInRound = 0
    this.turnsDone = 0
    this.cursorTree = -1
    this.cursor = null
    return true
  }

  private check(world: World, step: number): void {
    if (step >= this.checks.length)
      this.checks = resized(this.checks, new Uint16Array(this.checks.length * 2))
    let hash = step === 0 ? 1 : (this.checks[step - 1] as number)
    for (let i = 0; i < world.choiceCount; i++) {
      hash = Math.imul(hash ^ (world.choices[i] as number), 0x01000193)
      hash ^= hash >>> 15
    }
    this.checks[step] = hash
  }
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
