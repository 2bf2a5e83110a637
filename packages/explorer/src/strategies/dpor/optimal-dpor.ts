import { ALWAYS, CV_BLOCKED, ENDED } from '../../engine/kinds.js'
import { FIRST_INTERRUPT, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { ACTOR, CHOICE, RECORD } from '../dependence.js'
import type { Strategy } from '../strategy.js'
import { EventLog } from './event-log.js'
import { longer } from './longer.js'
import { NEVER, Races } from './races.js'
import type { Missed } from './races.js'
import { SleepSets } from './sleep-sets.js'
import { INDEPENDENT, conflict } from './weak-initial.js'
import { WakeupTrees } from './wakeup-trees.js'

/**
 * Optimal dynamic partial order reduction: one execution of each Mazurkiewicz trace, no more, and none that is given up.
 */
export class OptimalDpor implements Strategy {
  readonly name = 'dpor'
  readonly exhaustive = true
  /** Executions given up because all that was enabled slept. The algorithm promises 0. */
  blockedBySleep = 0

  private world: World | null = null
  private log: EventLog | null = null
  private races: Races | null = null
  private readonly trees = new WakeupTrees()
  private readonly sleeps = new SleepSets()
  /** Events that the execution at hand shares with the one before. */
  private shared = 0
  /** Choices made in the execution at hand. */
  private depth = 0
  private sequence = new Int32Array(64)
  /** Branches of each node that have been visited. */
  private visited = new Int32Array(64)
  private executions = 0
  private over = false

  begin(): boolean {
    this.depth = 0
    return !this.over
  }

  choose(world: World): number {
    const depth = this.depth++
    if (depth < this.shared) return (this.log as EventLog).records[depth * RECORD + CHOICE] as number
    if (depth === 0) this.prepare(world)
    const log = this.log as EventLog
    log.settled(world)
    const choice = this.next(world, depth)
    if (choice < 0) return -1
    this.take(world, choice)
    return choice
  }

  end(world: World): void {
    this.executions++
    const log = this.log
    if (log === null) {
      this.over = true
      return
    }
    if (world.outcome !== 'abandoned') {
      log.settled(world)
      this.pending(world)
      this.plan()
    }
    this.retreat()
  }

  remaining(): number | null {
    const { log, trees, visited, executions } = this
    if (log === null || executions < 100) return null
    let weight = 1
    let done = 0
    for (let depth = 0; depth < log.length; depth++) {
      const behind = visited[depth] as number
      const branches = behind + 1 + trees.count(depth)
      done += (weight * behind) / branches
      weight /= branches
    }
    return done > 0 ? Math.max(0, Math.round(executions / done - executions)) : null
  }

  private prepare(world: World): void {
    if (this.world === world) return
    if (world.target.interrupts !== undefined || world.target.idle !== undefined)
      throw new RangeError(
        `strategy dpor does not serve ${world.target.name}: DPOR is for threads without interrupts and without a host that waits for them`,
      )
    this.world = world
    this.log = new EventLog(world)
    this.races = new Races(this.log)
  }

  /** The branch that is next, or where none is left anything: nothing sleeps there then. */
  private next(world: World, depth: number): number {
    const { sleeps } = this
    const planned = this.trees.take(depth)
    if (planned >= 0) return planned
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

  private take(world: World, choice: number): void {
    const log = this.log as EventLog
    const races = this.races as Races
    const actor = choice & ACTOR
    const way = choice >> WAY_SHIFT
    if (way >= FIRST_INTERRUPT)
      throw new RangeError(`strategy dpor met an interrupt of actor ${actor}: DPOR is for threads without`)
    const kind = world.kind[actor] as number
    races.open(log.length)
    if (kind === CV_BLOCKED && way === 0 && world.options.spurious > 0) races.ofMissedWakeup(world, actor)
    let ways = 1
    if (ALWAYS[kind] === 0) {
      ways = 0
      for (let i = 0; i < world.choiceCount; i++) if (((world.choices[i] as number) & ACTOR) === actor) ways++
    }
    const depth = log.open(world, choice, ways)
    races.ofOpened(world)
    if (ways > 1) races.ofOtherWays(world)
    log.close(world)
    this.sleeps.pass(depth, log.records)
    if (depth === this.visited.length) this.visited = longer(this.visited)
    if (depth !== this.shared) this.visited[depth] = 0
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
      log.open(world, actor, 1)
      races.ofOpened(world)
    }
  }

  /** Puts each race the other way round into the tree of the node before it. */
  private plan(): void {
    const log = this.log as EventLog
    const { head, next, settled, steps, at, missed } = this.races as Races
    const slot = log.length
    if (this.sequence.length <= slot + 1) this.sequence = new Int32Array(2 * slot + 2)
    for (let e = 0; e < slot; e++) {
      for (let race = head[e] as number; race >= 0; race = next[race] as number)
        if ((settled[race] as number) >= this.shared)
          settled[race] = this.reverse(e, at[race] as number, steps, race * RECORD)
    }
    for (const chance of missed) this.reverseMissed(chance)
  }

  /**
   * The step is to come before `e`, with all that does not happen after `e`: adds that to the tree, unless it has been visited. Returns the
   * last event on which what was found depends, or NEVER if that is the whole execution.
   */
  private reverse(e: number, at: number, steps: Int32Array, step: number): number {
    const log = this.log as EventLog
    const { sequence, sleeps } = this
    const { clocks, width, records, length: slot } = log
    const column = log.actorOf(e)
    let length = 0
    let k = e + 1
    for (; k < at; k++) if ((clocks[k * width + column] as number) <= e) sequence[length++] = k
    const position = length
    sequence[length++] = slot
    for (let field = 0; field < RECORD; field++) records[slot * RECORD + field] = steps[step + field] as number
    let first = sleeps.first(e, records, sequence, length)
    if (first === position) return at
    if (first >= 0) return sequence[first] as number
    for (; k < slot; k++) if ((clocks[k * width + column] as number) <= e) sequence[length++] = k
    if (first === INDEPENDENT) {
      first = sleeps.first(e, records, sequence, length)
      if (first >= 0) return sequence[first] as number
      if (first === INDEPENDENT) return NEVER
    }
    const last = sequence[conflict(first)] as number
    const needed = Math.max(at, last === slot ? at : last)
    const seen = this.trees.insert(e, records, sequence, length, slot, at, needed)
    return seen < 0 ? NEVER : seen
  }

  private reverseMissed({ earlier, signal, other, step }: Missed): void {
    const log = this.log as EventLog
    const { sequence } = this
    const { records, length: slot } = log
    let length = 0
    for (let k = earlier + 1; k < slot; k++)
      if (!log.after(earlier, k) && !log.after(signal, k) && !log.after(other, k)) sequence[length++] = k
    sequence[length++] = slot
    records.set(step, slot * RECORD)
    if (this.sleeps.first(earlier, records, sequence, length) < INDEPENDENT)
      this.trees.insert(earlier, records, sequence, length, slot, slot, slot)
  }

  /** Goes back to the last node with a branch left. */
  private retreat(): void {
    const log = this.log as EventLog
    const races = this.races as Races
    let depth = log.length - 1
    while (depth >= 0 && !this.trees.has(depth)) depth--
    this.over = depth < 0
    if (depth < 0) return
    this.sleeps.add(depth, log.records)
    this.visited[depth] = (this.visited[depth] as number) + 1
    log.truncate(depth)
    races.truncate(depth)
    this.shared = depth
  }
}
