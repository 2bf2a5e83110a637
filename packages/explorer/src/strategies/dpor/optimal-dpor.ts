import { ALWAYS, CV_BLOCKED, ENDED, WAITING } from '../../engine/kinds.js'
import { FIRST_INTERRUPT, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { ACTOR, CHOICE, RECORD, footprint } from '../dependence.js'
import { Drift, choiceText, enabledText } from '../drift.js'
import type { Strategy } from '../strategy.js'
import { EventLog } from './event-log.js'
import { longer } from './longer.js'
import { Races } from './races.js'
import { Reversals } from './reversals.js'
import { SleepSets } from './sleep-sets.js'
import { WakeupTrees } from './wakeup-trees.js'

/** Executions before the rest is estimated. */
const ENOUGH = 100

/**
 * Optimal dynamic partial order reduction (Abdulla, Aronis, Jonsson, Sagonas, "Source sets: a foundation for optimal
 * dynamic partial order reduction", JACM 2017): source sets, sleep sets and wakeup trees.
 *
 * Two executions are equivalent if one becomes the other by exchanging neighbours that do not depend on each other (see
 * dependence.ts). It visits exactly one execution of each class, a Mazurkiewicz trace, blocked ones included, and gives
 * none up. So what it verifies is verified for every interleaving: final states, deadlocks, checks of threads, races of
 * plain accesses.
 *
 *     an execution ends     races.ts: which steps could come before which events
 *                           reversals.ts: each such order goes into the tree of its node (wakeup-trees.ts), unless it has
 *                           been visited (sleep-sets.ts)
 *     the next begins       from the last node that has a branch left: the prefix again, the branch, then anything
 *
 * Waits are events enabled by their condition, and a step that never became enabled has races too: what would have let
 * it run. Ways in which one actor could go on (alternatives, whom a signal wakes, timeouts) are races of the actor with
 * itself.
 *
 * What happens because nothing else can (a timeout of the virtual clock; an interrupt of a machine at rest, Target.interruptsAtRest) is a
 * barrier: all before it happens before it, all after it after. That is exact, since it is enabled in no other state; so an execution is a
 * row of executions, and at each such step, as at the end, what is pending may have been too late.
 *
 * It is not for interrupts that come at any point: each would depend on every step of its actor. A failure that ends the whole execution, instead of its thread, hides what the
 * others would have done: see {@link bound}. A step that joins a thread is taken to know it by its own past. Memory grows
 * with the orders still to be visited, not with those that were; for some programs (many readers of one word) those are as
 * many as half of all.
 */
export class OptimalDpor implements Strategy {
  readonly name = 'dpor'
  readonly exhaustive = true
  /** Executions given up since all that was enabled slept. The algorithm promises that there are none. */
  blockedBySleep = 0

  private world: World | null = null
  private log: EventLog | null = null
  private races: Races | null = null
  private reversals: Reversals | null = null
  private readonly trees = new WakeupTrees()
  private readonly sleeps = new SleepSets()
  /** Events that the execution at hand shares with the one before. */
  private shared = 0
  /** Choices made in the execution at hand. */
  private depth = 0
  /** Branches of each node that have been visited. */
  private visited = new Int32Array(64)
  private readonly record = new Int32Array(RECORD)
  private executions = 0
  private failed = 0
  private over = false

  begin(): boolean {
    this.depth = 0
    return !this.over
  }

  choose(world: World): number {
    const depth = this.depth++
    if (depth < this.shared) return this.again(world, depth)
    if (depth === 0) this.prepare(world)
    ;(this.log as EventLog).settled(world)
    const choice = this.next(world, depth)
    if (choice >= 0) this.take(world, choice)
    return choice
  }

  end(world: World): void {
    this.executions++
    const { log } = this
    if (log === null) {
      this.over = true
      return
    }
    if (this.executions > 1 && this.depth <= this.shared)
      throw new Drift(world.steps, 'the execution went on, and now it ends')
    if (world.outcome === 'failed') this.failed++
    if (world.outcome !== 'abandoned') {
      log.settled(world)
      this.pending(world)
      this.reversals?.plan(this.shared)
    }
    this.retreat()
  }

  bound(): string | null {
    return this.failed === 0
      ? null
      : `executions up to a failure that ends them (${this.failed} did): what other threads would have done then is not in them`
  }

  /** By the branches that are known along the path: each taken to be as large as the others. */
  remaining(): number | null {
    const { log, trees, visited, executions } = this
    if (log === null || executions < ENOUGH) return null
    if (this.over) return 0
    let weight = 1
    let done = 0
    for (let depth = 0; depth <= log.length; depth++) {
      const behind = visited[depth] as number
      const branches = behind + trees.count(depth) + (depth < log.length ? 1 : 0)
      done += (weight * behind) / branches
      weight /= branches
    }
    return done > 0 ? Math.max(1, Math.round(executions / done - executions)) : null
  }

  private prepare(world: World): void {
    if (this.world === world) return
    if (this.world !== null) throw new Error('a strategy dpor serves one world')
    const { target } = world
    const isPlain = target.interrupts === undefined && target.idle === undefined
    if (!isPlain && target.interruptsAtRest !== true)
      throw new RangeError(
        `strategy dpor cannot explore ${target.name}, which has interrupts or waits for its host: DPOR is for threads without`,
      )
    this.world = world
    this.log = new EventLog(world)
    this.races = new Races(this.log)
    this.reversals = new Reversals(this.log, this.races, this.sleeps, this.trees)
  }

  /** The choice made at `depth` before. */
  private again(world: World, depth: number): number {
    const { records } = this.log as EventLog
    const choice = records[depth * RECORD + CHOICE] as number
    if (!world.target.pure) {
      this.mustBeEnabled(world, choice)
      footprint(world, choice & ACTOR, choice >> WAY_SHIFT, this.record, 0)
      for (let field = 0; field < RECORD; field++)
        if (this.record[field] !== records[depth * RECORD + field])
          throw new Drift(world.steps, `actor ${choice & ACTOR} is about to do something else`)
    }
    return choice
  }

  private mustBeEnabled(world: World, choice: number): void {
    for (let i = 0; i < world.choiceCount; i++) if (world.choices[i] === choice) return
    throw new Drift(world.steps, `${choiceText(choice)} should be enabled; these are: ${enabledText(world)}`)
  }

  /** The branch that is next; where there is none left anything, plainly and of the same actor if it can be. */
  private next(world: World, depth: number): number {
    const planned = this.trees.take(depth)
    if (planned >= 0) {
      this.mustBeEnabled(world, planned)
      return planned
    }
    const { sleeps } = this
    let first = -1
    for (let i = 0; i < world.choiceCount; i++) {
      const choice = world.choices[i] as number
      if (!sleeps.empty(depth) && sleeps.has(depth, choice)) continue
      if (choice === world.current) return choice
      if (first < 0 || (first >> WAY_SHIFT !== 0 && choice >> WAY_SHIFT === 0)) first = choice
    }
    if (first < 0) this.blockedBySleep++
    return first
  }

  /** `choice` is executed next: adds it to the log, with its races. */
  private take(world: World, choice: number): void {
    const log = this.log as EventLog
    const races = this.races as Races
    const actor = choice & ACTOR
    const way = choice >> WAY_SHIFT
    const kind = world.kind[actor] as number
    if (isLastResort(world, actor, way)) this.pending(world)
    races.open(log.length)
    if (kind === CV_BLOCKED && way === 0 && world.options.spurious > 0) races.ofMissedWakeup(world, actor)
    const ways = ALWAYS[kind] === 1 ? 1 : waysOf(world, actor)
    const depth = log.open(world, choice)
    races.ofOpened(world)
    if (ways > 1) races.ofOtherWays(world, ways)
    log.close(world)
    this.sleeps.pass(depth, log.records)
    if (depth + 1 >= this.visited.length) this.visited = longer(this.visited)
    if (depth !== this.shared) this.visited[depth] = 0
    this.visited[depth + 1] = 0
  }

  /** What is pending at the end might have come earlier. */
  private pending(world: World): void {
    const log = this.log as EventLog
    const races = this.races as Races
    races.open(log.length)
    for (let actor = 0; actor < world.n; actor++) {
      const kind = world.kind[actor] as number
      if (kind === ENDED) continue
      if (kind === CV_BLOCKED && world.options.spurious > 0) races.ofMissedWakeup(world, actor)
      log.open(world, actor)
      races.ofOpened(world)
    }
  }

  /** Goes back to the last node with a branch left. */
  private retreat(): void {
    const log = this.log as EventLog
    let depth = log.length - 1
    while (depth >= 0 && !this.trees.has(depth)) depth--
    this.over = depth < 0
    if (depth < 0) return
    this.sleeps.add(depth, log.records)
    this.visited[depth] = (this.visited[depth] as number) + 1
    log.truncate(depth)
    this.races?.truncate(depth)
    this.shared = depth
  }
}

/** Whether a step is taken because nothing else can be: what is pending then has been too late, as at an end. */
function isLastResort(world: World, actor: number, way: number): boolean {
  if (way >= FIRST_INTERRUPT) return true
  return world.kind[actor] === WAITING && way === 1 && world.options.expiry === 'idle'
}

/** In how many ways an actor can go on. */
function waysOf(world: World, actor: number): number {
  let ways = 0
  for (let i = 0; i < world.choiceCount; i++) if (((world.choices[i] as number) & ACTOR) === actor) ways++
  return ways
}
