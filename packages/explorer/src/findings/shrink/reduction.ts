import type { Rng } from '../../strategies/rng.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { Chooser } from '../../engine/world.js'
import type { Budget } from './budget.js'
import { ddmin } from './ddmin.js'
import { FewPreemptions } from './few-preemptions.js'
import { neighbour } from './neighbours.js'
import { Deviating, InTurns, turnsOf } from './plan.js'
import type { Turn } from './plan.js'
import { regrouped } from './regroup.js'
import { TraceRecorder } from '../replay/trace.js'
import { isCheaper } from './trial.js'
import type { Deviation, Shown, Trials } from './trial.js'

/** How far the end of a turn is moved, at most. */
const FURTHEST_SHIFT = 64
/** Kinds of guesses, each as likely; those that are none of these keep what is last. */
const KINDS = 6
const NEAR = 0
const FAR = 1
const SOME = 2
/** Other places at which a guess that keeps some chooses anything: fewer than this. */
const FEW_PLACES = 4
/** Half of the most steps at which such a guess chooses anything. */
const MOST_PLACES = 16
/** Executions by chance in which one with fewer preemptions, or a shorter one, may be found. */
const GUESSES = 150

/**
 * Makes an execution with a fault cheaper: fewer preemptions, then fewer steps, then fewer switches. What is kept has been run, and
 * has shown the fault.
 *
 *     regroup      the same trace in fewer turns, without what does not lead to the fault
 *     deviations   ddmin over what is not as it would be without preemption (Choi and Zeller, "Isolating failure-inducing
 *                  thread schedules", 2002)
 *     guesses      executions by chance with fewer preemptions, near it or anywhere
 *     turns        each turn is joined with another of its actor, left out, exchanged with the next, or ended elsewhere
 */
export class Reduction {
  best: Shown
  private readonly trials: Trials
  private readonly rng: Rng

  constructor(trials: Trials, shown: Shown, rng: Rng) {
    this.trials = trials
    this.best = shown
    this.rng = rng
  }

  /** `atLeast`: it is of no use to look for fewer preemptions than so many. */
  run(budget: Budget, atLeast = 0): void {
    let before: Shown
    do {
      before = this.best
      this.regroup(budget)
      this.reduceDeviations(budget)
      // While many preemptions are left, chance finds fewer sooner than care does.
      if (this.guessFewer(budget, atLeast, GUESSES)) continue
      this.changeTurns(budget)
      this.guessShorter(GUESSES, budget)
    } while (this.best !== before && !budget.isSpent)
  }

  /** Looks by chance, mostly near the best one, for an execution with fewer preemptions, but at least so many. Returns whether it found one. */
  guessFewer(budget: Budget, atLeast: number, tries = Infinity): boolean {
    for (let i = 0; i < tries && this.best.preemptions > atLeast && budget.take(); i++) {
      const { preemptions } = this.best
      if (this.offer(this.guess(), { preemptions: preemptions - 1, steps: Infinity })) return true
    }
    return false
  }

  /**
   * Near the best one; with nothing of it; or with some of what it does, at the same places in the program: mostly what it does last, which
   * is what the fault needs, when all before only leads there.
   */
  private guess(): Chooser {
    const { rng, best } = this
    const kind = rng.below(KINDS)
    if (kind === NEAR) return new Deviating(neighbour(best, rng))
    if (kind === FAR) return new FewPreemptions(rng, this.places(best.preemptions), best.steps)
    const deviations = rng.below(2) === 0 ? best.deviations : best.deviations.filter(leaves)
    const last = 1 << rng.below(2 + Math.floor(Math.log2(deviations.length + 1)))
    const kept = kind === SOME ? deviations.filter(() => rng.below(2) === 0) : deviations.slice(-last)
    return new FewPreemptions(rng, rng.below(2) * rng.below(FEW_PLACES), best.steps, kept)
  }

  /**
   * Steps at which a guess chooses anything: 1, 2, 4, ... up to some times the preemptions of the best one, since most of what is chosen
   * there is none.
   */
  private places(preemptions: number): number {
    return 1 << this.rng.below(2 + Math.ceil(Math.log2(Math.min(preemptions, MOST_PLACES))))
  }

  /** Looks by chance for an execution with fewer steps and no more preemptions, until so many tries in a row have found none. */
  guessShorter(tries: number, budget: Budget): void {
    for (let i = 0; i < tries && budget.take(); i++) {
      const { preemptions, steps } = this.best
      const guess = new FewPreemptions(this.rng, preemptions, steps)
      if (this.offer(guess, { preemptions, steps: steps - 1 })) i = 0
    }
  }

  /** Keeps an execution that was run, if it is cheaper. */
  accept(shown: Shown | undefined): boolean {
    if (shown === undefined || !isCheaper(shown, this.best)) return false
    this.best = shown
    return true
  }

  /** Runs an execution, and keeps it if it is cheaper. */
  offer(chooser: Chooser, limit: { preemptions: number; steps: number } = this.best): boolean {
    return this.accept(this.trials.run(chooser, limit))
  }

  private regroup(budget: Budget): void {
    for (const strict of [false, true]) {
      const { choices, report } = this.best
      const trace = this.trials.traceOf(choices, new TraceRecorder(strict))
      const goals = (report.steps ?? []).filter((step) => step < choices.length)
      for (const kept of goals.length > 0 ? [goals, []] : [goals]) {
        const order = regrouped(trace, kept, this.rng)
        const { turns, ways } = turnsOf(order)
        if (!budget.take()) return
        if (this.offer(new InTurns(turns, ways))) break
      }
    }
  }

  private reduceDeviations(budget: Budget): void {
    ddmin(this.best.deviations, (deviations): readonly Deviation[] | undefined => {
      if (!budget.take()) return undefined
      const shown = this.trials.run(new Deviating(deviations), this.best)
      if (shown === undefined || isCheaper(this.best, shown)) return undefined
      this.best = shown
      return shown.deviations
    })
  }

  private changeTurns(budget: Budget): void {
    for (const changes of [joinedAt, shiftedAt]) {
      for (let at = 0; ; ) {
        const { turns, ways } = turnsOf(this.best.choices)
        if (at >= turns.length) break
        let improved = false
        for (const changed of changes(turns, at)) {
          if (!budget.take()) return
          improved = this.offer(new InTurns(changed, ways))
          if (improved) break
        }
        at = improved ? Math.max(0, at - 2) : at + 1
      }
    }
  }
}

/** Another actor goes on after it. */
function leaves({ of, choice }: Deviation): boolean {
  return (choice & (MAX_ACTORS - 1)) !== of
}

/** What may be done with the turn number `at` as a whole. */
function* joinedAt(turns: readonly Turn[], at: number): Generator<Turn[]> {
  const turn = turns[at] as Turn
  const { actor } = turn
  const next = turns.findIndex((each, i) => i > at && each.actor === actor)
  const without = turns.toSpliced(at, 1)
  // It is done by the next turn of its actor, or does the work of that one.
  yield without
  if (next >= 0) yield turns.toSpliced(next, 1).with(at, turns[next] as Turn)
  // It is not done at all.
  const length = turn.until - startOf(turns, at)
  yield without.map((each, i) =>
    i >= at && each.actor === actor ? { actor, until: each.until - length } : each,
  )
  if (at + 1 < turns.length) yield turns.with(at, turns[at + 1] as Turn).with(at + 1, turn)
}

/** The turn number `at` ends earlier, or later. */
function* shiftedAt(turns: readonly Turn[], at: number): Generator<Turn[]> {
  const { actor, until } = turns[at] as Turn
  const start = startOf(turns, at)
  for (let shift = 1; shift <= FURTHEST_SHIFT; shift *= 2) {
    if (until - shift > start) yield turns.with(at, { actor, until: until - shift })
    yield turns.with(at, { actor, until: until + shift })
  }
}

/** Steps that the actor of a turn has done before it. */
function startOf(turns: readonly Turn[], at: number): number {
  const { actor } = turns[at] as Turn
  return turns.slice(0, at).findLast((each) => each.actor === actor)?.until ?? 0
}
