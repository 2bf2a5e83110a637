import type { Chooser, Outcome } from './engine/chooser.js'
import type { Observer } from './engine/observer.js'
import type { World } from './engine/world.js'
import { NumberSet } from './checkers/number-set.js'
import type { Strategy } from './strategies/strategy.js'

/** An observer that need not see an execution again. */
type Forgoing = Observer & Required<Pick<Observer, 'repeated'>>

/** Most schedules that are remembered: 8 MB. */
const MOST = 1 << 18
/** After so many executions it is asked whether it pays. */
const WINDOW = 1024
/** Windows after which a campaign that has hardly ever repeated itself is taken to go on like that. */
const PATIENT = 64

/**
 * Executions that are, choice for choice, as one before that showed nothing. Small programs have few, and a strategy by chance comes to each
 * again and again. Of a pure target the choices determine everything: so such an execution is run, and its checkers are spared it.
 *
 * An execution is run without checkers first, and if it is new once more with them. That pays where more than half are repeats; elsewhere
 * the checkers watch at once, and it is only counted. What showed something is looked at each time, for it may show something else after
 * other executions (an order of locks); so is what was cut off.
 *
 * Schedules are told apart by hashes of 53 bits: that one of ten million new ones is taken for one of those remembered has a probability
 * of 3 in 10,000.
 */
export class Repeats {
  private readonly world: World
  private readonly observers: readonly Forgoing[]
  private readonly clean = new NumberSet(MOST)
  private readonly again = new Again()
  private mode: 'watch' | 'spare' | 'off' = 'watch'
  private executions = 0
  private repeats = 0
  private windows = 0

  constructor(world: World, observers: readonly Forgoing[]) {
    this.world = world
    this.observers = observers
  }

  /** Undefined: each execution is to be watched. A strategy that visits each once, or watches itself, has no use for it. */
  static of(world: World, strategy: Strategy, observers: readonly Observer[]): Repeats | undefined {
    if (strategy.exhaustive || strategy.executed !== undefined || !world.target.pure) return undefined
    const forgoing = observers.filter((each): each is Forgoing => each.repeated !== undefined)
    return forgoing.length < observers.length ? undefined : new Repeats(world, forgoing)
  }

  /** Runs one execution, as World.run does. */
  run(strategy: Strategy): Outcome {
    const { world, observers, mode } = this
    if (mode === 'off') return world.run(strategy, observers)
    if (++this.executions === WINDOW) this.weigh()
    if (mode === 'watch') {
      const outcome = world.run(strategy, observers)
      if (!ended(outcome) || world.reports.length > 0) return outcome
      const key = keyOf(world)
      if (this.clean.has(key)) this.repeats++
      else this.clean.add(key)
      return outcome
    }
    const outcome = world.run(strategy, NOBODY)
    const key = keyOf(world)
    if (ended(outcome) && this.clean.has(key)) {
      this.repeats++
      for (let i = 0; i < observers.length; i++) (observers[i] as Forgoing).repeated()
      return outcome
    }
    this.again.steps = world.steps
    const watched = world.run(this.again, observers)
    if (ended(watched) && world.reports.length === 0) this.clean.add(key)
    return watched
  }

  private weigh(): void {
    const pays = this.repeats * 2 > this.executions
    this.windows++
    if (pays) this.mode = 'spare'
    else if (this.clean.full || this.windows > PATIENT) this.mode = 'off'
    else this.mode = 'watch'
    this.executions = 0
    this.repeats = 0
  }
}

const NOBODY: readonly Observer[] = []

/** Chooses as in the execution before. */
class Again implements Chooser {
  steps = 0

  choose({ schedule, steps }: World): number {
    return steps < this.steps ? (schedule[steps] as number) : -1
  }
}

function ended(outcome: Outcome): boolean {
  return outcome === 'done' || outcome === 'blocked' || outcome === 'failed'
}

/** Of the choices of the execution that has just ended; not 0. */
function keyOf({ schedule, steps }: World): number {
  let a = steps
  let b = ~steps
  for (let i = 0; i < steps; i++) {
    const choice = schedule[i] as number
    a = Math.imul(a ^ choice, 0x85ebca6b)
    a ^= a >>> 13
    b = Math.imul(b + choice, 0x27d4eb2f)
    b ^= b >>> 16
  }
  return (a >>> 0) * 0x200000 + (b >>> 11) + 1
}
