import { type Frames, framesOf } from '../engine/frames.js'
import type { Chooser, World } from '../engine/world.js'
import type { BoundedOptions, Costs, Period } from './bounded-options.js'
import { Drift, choiceText, enabledText } from './drift.js'
import { Frontier } from './frontier.js'
import { Gathered } from './gathered.js'
import { keepLateDrains } from './late-drains.js'
import { runByChance } from './learning.js'
import { Path, remainingOf, resized } from './path.js'
import { SharedWords } from './shared-words.js'
import { StateCache } from './state-cache.js'
import type { Strategy } from './strategy.js'
import { notesOf, remainingExecutions } from './bounded-notes.js'
import { counted, goOn, hashOf, takeTurns } from './turns.js'

/** Where an execution stands: it has not come to the period in which choices are made, is in it, or has left it. */
const BEFORE = 0
const WITHIN = 1
const BEHIND = 2

/**
 * Iterative search by cost: round c visits every execution that costs exactly c, each once, before any that costs more. So the
 * first execution that shows a fault shows it at the least cost.
 *
 * An execution of a round turns off from one of the round before, once, to a choice that costs 1 more; after that it takes choices that cost
 * nothing:
 *
 *     round 0   o---o---o---o---o          depth first over the free alternatives
 *                    \ +1
 *     round 1         o---o---o---o        from every step of round 0, then depth first over the free alternatives
 *                          \ +1
 *     round 2               o---o---o
 *
 * A path belongs to the step where it left all paths before it: from the steps behind that (`fresh`), and no others, it is turned off, the
 * deepest first. So each execution is come to in one way.
 *
 * Each round keeps its paths for the next one (frontier.ts), the last round none: some tens of bytes an execution. Throws Drift if a path
 * cannot be repeated.
 */
export class BoundedSearch implements Strategy {
  readonly name: string
  readonly exhaustive = true
  readonly rejoins = true
  readonly executed?: (world: World) => void
  /** Of a search that keeps states of a target that tells of its calls. */
  frames: Frames | undefined = undefined
  /** Cost of each execution of this round. */
  round = 0
  /** Executions of this round, and of all, up to now. */
  visitedInRound = 0
  visited = 0
  /** Times that everything was visited anew, since more words turned out to be shared. */
  restarts = 0
  /** Interrupts were put off by stores in buffers, see late-drains.ts: not every interleaving is visited. */
  putsOffInterrupts = false
  private readonly costs: Costs
  private readonly limit: number
  private readonly byFrames: boolean
  private readonly newCache: () => StateCache | null
  private cache: StateCache | null
  private readonly shared: SharedWords | null
  private readonly during: Period | null
  /** Where this execution stands; and whether the state in which it has left the period was looked up. */
  private period = WITHIN
  private left = false
  /** The schedule of the execution before, and the step of the execution of each step of the path. */
  private last = new Uint16Array(1024)
  private times = new Int32Array(256)
  private readonly path = new Path()
  /** What was gathered up to each step; and whether this execution is to be given it. */
  private readonly gathered = new Gathered()
  private rejoining = false
  /** Running hash of what was enabled, by step. */
  private hashes = new Int32Array(256)
  /** Paths of the round before, and of this one; null in round 0, and in the last. */
  private from: Frontier | null = null
  private to: Frontier | null
  /** The path of `from` whose turns are taken: its first step that counts; its choice that is to be followed next. */
  private base = 0
  private following = false
  private followed = 0
  /** The step at which the path turns off (-1 in round 0), and what the choice there costs. */
  private turnStep = -1
  private price = 0
  private turnsDone = 0
  private at = 0
  private repeat = 0
  /** First step of this path that no path before it has. */
  private fresh = 0
  private started = false
  private done = false
  /** Choices beyond the bound were met. */
  private leftOut = false

  constructor(costs: Costs, options: BoundedOptions = {}) {
    const { bound = Infinity, cache = false, frames = false, sharedOnly = false, during = null } = options
    if (bound !== Infinity && (!Number.isInteger(bound) || bound < 0))
      throw new RangeError(`bound is ${bound}; a whole number from 0 up is allowed`)
    this.costs = costs
    this.byFrames = cache && frames
    this.name = costs.name
    this.limit = bound
    this.to = bound > 0 ? new Frontier() : null
    this.newCache = () => (cache ? new StateCache() : null)
    this.cache = this.newCache()
    this.shared = sharedOnly ? new SharedWords() : null
    this.during = during
    if (cache || sharedOnly || during !== null) this.executed = (world) => this.look(world)
  }

  /** States visited, of a search that keeps them; otherwise 0. */
  get states(): number {
    return this.cache?.states ?? 0
  }

  /** Learns from a few executions by chance which words are shared, so as not to begin anew for each. */
  learn(world: World): void {
    if (this.byFrames) this.frames = framesOf(world.target)
    if (this.shared === null) return
    const choose = (now: World, chance: Chooser): number => {
      if (this.within(now)) return chance.choose(now)
      return this.period === BEFORE ? takeTurns(now, this.during?.turn) : goOn(now)
    }
    const enter = (): void => this.enter()
    runByChance(world, enter, choose, (now) => this.look(now))
    this.shared.adopt()
  }

  private enter(): void {
    this.period = this.during === null ? WITHIN : BEFORE
    this.left = false
    this.shared?.begin()
    this.cache?.begin()
  }

  begin(): boolean {
    if (this.done) return false
    this.following = false
    this.rejoining = false
    this.enter()
    this.done = this.started && !this.advance()
    if (this.done) return false
    this.started = true
    this.at = 0
    this.repeat = this.path.length
    return true
  }

  choose(world: World): number {
    const { path, cache } = this
    if (world.steps === 0 && this.lead(world)) return this.last[0] as number
    if (this.rejoining) this.rejoin(world)
    if (keepLateDrains(world)) this.putsOffInterrupts = true
    if (!this.matters(world)) return this.pass(world)
    const step = this.at++
    if (step >= this.times.length) this.times = resized(this.times, new Int32Array(step * 2))
    this.times[step] = world.steps
    if (step >= this.repeat) this.gathered.save(step, world, cache, this.shared)
    if (step < this.repeat) path.check(world, step)
    else if (this.following) this.follow(world, step)
    else if (cache === null || cache.visit(world, this.costs.past(world))) this.discover(world, step)
    else {
      this.at--
      return -1
    }
    const choice = path.choice(step)
    cache?.chosen(world, choice)
    return choice
  }

  /** What this execution has in common with the one before is repeated without asking: up to the last step of the path that is kept. */
  private lead(world: World): boolean {
    if (this.period === BEFORE && this.during?.holds(world) === true) this.period = WITHIN
    if (this.repeat === 0 && !this.following) return false
    const common = this.repeat > 0 ? this.repeat - 1 : 0
    const count = this.times[common] as number
    if (count === 0 || !world.follow(this.last, count)) return false
    this.at = common
    this.rejoining = world.unseen > 0
    return true
  }

  /** What was repeated was not shown; it is known. */
  private rejoin(world: World): void {
    this.rejoining = false
    this.period = WITHIN
    this.gathered.restore(this.at, world, this.cache, this.shared)
  }

  /** Whether a choice is to be made. */
  private matters(world: World): boolean {
    if (!this.within(world)) return false
    return this.shared === null || !world.canGoOn(world.current) || this.shared.matters(world)
  }

  /** Whether the execution is in the period in which choices are made. */
  private within(world: World): boolean {
    if (this.period === WITHIN && this.during?.holds(world) === false) this.period = BEHIND
    return this.period === WITHIN
  }

  /** Goes on where no choice is made. */
  private pass(world: World): number {
    if (this.period === BEFORE) return takeTurns(world, this.during?.turn)
    if (this.period === BEHIND && this.cache !== null && !this.left) {
      this.left = true
      // What comes now is the same for all that leave the period in this state.
      if (!this.cache.visit(world, this.costs.past(world))) return -1
    }
    const next = goOn(world)
    if (!this.left) this.cache?.chosen(world, next)
    return next
  }

  private look(world: World): void {
    if (this.period !== BEFORE) {
      if (!this.left) this.cache?.executed(world)
      this.shared?.executed(world)
    } else if (this.during?.holds(world) === true) this.period = WITHIN
  }

  /**
   * Goes to the next execution. If more words are shared than was known, all is visited anew: in the first two rounds when the round is over, by when most
   * such words are known; later at once.
   */
  private advance(): boolean {
    const grew = this.shared?.grew === true
    if (grew && this.round > 1) return this.restart()
    if (this.alternative() || this.nextTurn() || this.nextPath()) return true
    return grew ? this.restart() : this.nextRound()
  }

  private restart(): boolean {
    this.shared?.adopt()
    this.restarts++
    this.visited = 0
    this.path.truncate(0)
    this.cache = this.newCache()
    this.turnStep = -1
    this.price = 0
    this.fresh = 0
    this.leftOut = false
    this.enterRound(0, null)
    return true
  }

  private enterRound(round: number, from: Frontier | null): void {
    this.round = round
    this.visitedInRound = 0
    this.turnsDone = 0
    this.from = from
    this.to = round < this.limit ? new Frontier() : null
  }

  end(world: World): void {
    if (world.steps > this.last.length) this.last = new Uint16Array(2 * world.steps)
    this.last.set(world.schedule.subarray(0, world.steps))
    this.path.checkEnd(world, this.at, Math.max(this.repeat, this.turnStep + 1))
    this.visited++
    this.visitedInRound++
    this.to?.add(this.path, this.hashes, this.fresh)
  }

  bound(): string | null {
    const { unit } = this.costs
    const notes = notesOf(this.during, this.shared, this.cache, this.putsOffInterrupts)
    if (this.done) {
      if (this.leftOut) return `every interleaving with at most ${counted(this.limit, unit)}${notes}`
      return notes === '' ? null : `every interleaving${notes}`
    }
    const some = `${this.visitedInRound} of those with ${counted(this.round, unit)}${notes}`
    if (this.round === 0) return some
    return `every interleaving with at most ${counted(this.round - 1, unit)}, and ${some}`
  }

  /**
   * Of this round: turns left, each with as many executions as those before had. Of later rounds up to the bound: as many turns for
   * an execution as in this one. Null without a bound.
   */
  remaining(): number | null {
    if (this.done) return 0
    if (this.limit === Infinity || this.visitedInRound === 0) return null
    const { from, to, visitedInRound: visited, turnsDone, limit, round } = this
    const inRound = from === null ? (remainingOf(visited, this.path.share()) ?? 0) : null
    return remainingExecutions({ visited, inRound, from, to, turnsDone, rounds: limit - round })
  }

  /** A step of a path of the round before, up to where this one turns off. */
  private follow(world: World, step: number): void {
    const { path } = this
    const from = this.from as Frontier
    const most = this.push(world, step)
    if (from.stepOf(this.followed) === step) this.take(world, step, from.choiceOf(this.followed++))
    const cost = path.costOf(step)
    path.open[step] = most > cost ? 1 : 0
    if (step < this.turnStep) return
    this.following = false
    if (this.hashes[step] !== from.hash[from.at] || most <= cost) {
      throw new Drift(
        world.steps,
        `something else had been enabled, here or at a step before; now ${enabledText(world)} is`,
      )
    }
    this.turnTo(step, cost + 1)
    path.open[step] = most > this.price ? 1 : 0
    this.bounded(path.open[step] === 1, step)
  }

  /** A step that no path before has come to. */
  private discover(world: World, step: number): void {
    const open = this.push(world, step) > 0
    this.path.open[step] = open ? 1 : 0
    this.bounded(open, step)
  }

  /** The last round takes no turns. */
  private bounded(open: boolean, step: number): void {
    if (!open || this.round < this.limit) return
    this.leftOut = true
    this.path.open[step] = 0
  }

  /** Adds a step at which the first free choice is taken; returns the largest cost. */
  private push(world: World, step: number): number {
    const { path } = this
    path.push(world)
    if (step >= this.hashes.length) this.hashes = resized(this.hashes, new Int32Array(step * 2))
    this.hashes[step] = hashOf(world, step === 0 ? 1 : (this.hashes[step - 1] as number))
    const most = this.costs.of(world, path.cost, path.first[step] as number)
    path.free[step] = path.taken[step] = path.find(step, 0, 0)
    return most
  }

  private take(world: World, step: number, choice: number): void {
    let taken = 0
    while (taken < world.choiceCount && world.choices[taken] !== choice) taken++
    if (taken === world.choiceCount) {
      throw new Drift(world.steps, `${choiceText(choice)} was enabled; now ${enabledText(world)} is`)
    }
    this.path.taken[step] = taken
  }

  /** The path turns off at `step` to the first choice of this price. */
  private turnTo(step: number, price: number): void {
    this.turnStep = step
    this.price = price
    this.path.taken[step] = this.path.find(step, 0, price)
    this.fresh = step
  }

  /** Cuts the path where it has another choice of the same price behind its turn, or at it; as deep as possible. */
  private alternative(): boolean {
    const { path } = this
    for (let step = path.length - 1; step >= Math.max(0, this.turnStep); step--) {
      const price = step === this.turnStep ? this.price : 0
      const next = path.find(step, (path.taken[step] as number) + 1, price)
      if (next < 0) continue
      path.truncate(step + 1)
      path.taken[step] = next
      this.fresh = step + 1
      return true
    }
    return false
  }

  /** Turns off at an earlier step of the same path of the round before. */
  private nextTurn(): boolean {
    const { path } = this
    for (let step = this.turnStep - 1; step >= this.base && this.from !== null; step--) {
      if (path.open[step] === 0) continue
      path.truncate(step + 1)
      this.turnTo(step, path.costOf(step) + 1)
      const open = path.find(step, 0, this.price + 1) >= 0
      path.open[step] = open ? 1 : 0
      this.bounded(open, step)
      this.turnsDone++
      return true
    }
    return false
  }

  /** Turns off at the last possible step of the next path of the round before. */
  private nextPath(): boolean {
    const { from } = this
    if (from === null || !from.next()) return false
    this.path.truncate(0)
    this.following = true
    this.followed = 0
    this.base = from.fresh[from.at] as number
    this.turnStep = from.deepest[from.at] as number
    this.turnsDone++
    return true
  }

  private nextRound(): boolean {
    if (this.to === null || this.to.paths === 0) return false
    this.enterRound(this.round + 1, this.to)
    return this.nextPath()
  }
}
