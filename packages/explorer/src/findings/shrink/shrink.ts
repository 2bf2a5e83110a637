import type { Report } from '../../engine/observer.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { Chooser } from '../../engine/world.js'
import { Rng } from '../../strategies/rng.js'
import type { Subject } from '../../subject.js'
import { Budget } from './budget.js'
import { FewPreemptions } from './few-preemptions.js'
import { Deviating, Exactly, InTurns, turnsOf } from './plan.js'
import { UpwardSearch } from './prove-minimal.js'
import { Reduction } from './reduction.js'
import { recordSchedule, replay } from '../replay/replay.js'
import type { Schedule } from '../replay/schedule.js'
import { isCheaper, sameFault, similarFault, Trials } from './trial.js'
import type { Cost, Shown } from './trial.js'

/** How long shrinking goes on, and what it tries. */
export interface ShrinkOptions {
  /** Most seconds; default 10. */
  readonly seconds?: number
  /** Most executions; default: no limit. */
  readonly attempts?: number
  /** Of what is tried by chance; default 1. */
  readonly seed?: number
  /** Whether smaller subjects are tried too. Default true. */
  readonly subjects?: boolean
  /** Looks for fewer preemptions first, from the bottom up: the execution given has been shrunk already. Default false. */
  readonly upwards?: boolean
}

/** The cheapest execution found that shows a fault. */
export interface Shrunk {
  /** The subject it is of: the one given, or a smaller one. */
  readonly subject: Subject
  readonly report: Report
  readonly schedule: Schedule
  readonly cost: Cost
  /** Every execution with fewer preemptions was visited (prove-minimal.ts), and none shows the fault: {@link atLeast} is what it has. */
  readonly minimal: boolean
  /** Every execution with fewer preemptions than so many was visited, and none shows the fault. */
  readonly atLeast: number
  /** What the execution given cost, up to the fault. */
  readonly from: Cost
  readonly attempts: number
  readonly seconds: number
}

const DEFAULT_SECONDS = 10
/** Shares of what is left, in the order in which they are used. */
const FOR_EARLY = 0.8
const FOR_REDUCTION = 0.5
const FOR_SUBJECTS = 0.5
const FOR_PROOF = { few: 0.5, many: 0.1 }
const FOR_GUESSES = { few: 0.4, many: 0.8 }
const FOR_REST_OF_PROOF = 0.7
/** So many preemptions may be proven the fewest; more may have fewer, which chance finds sooner. */
const FEW = 3
/** Of a proof for which all executions are to be run: before that, each state is visited once. */
const FOR_QUICK = 0.5
/** Executions by chance in which a smaller subject may show the fault. */
const GUESSES = 2000

/**
 * Makes a fault easier to understand: the same verdict at the same sites with fewest preemptions, then fewest steps, then in
 * the smallest subject.
 *
 * undefined: the execution given does not show the fault when it is run again by itself. That is so if it was found by a checker that
 * puts several executions together, or if the subject is not deterministic.
 */
export function shrink(
  subject: Subject,
  found: { readonly report: Report; readonly schedule: ArrayLike<number> },
  options: ShrinkOptions = {},
): Shrunk | undefined {
  const shrunk = shrinkWith(subject, found, options, false)
  if (shrunk === undefined || isShown(shrunk)) return shrunk
  // A checker that seemed not to be needed was.
  const again = shrinkWith(subject, found, options, true)
  return again !== undefined && isShown(again) ? again : undefined
}

function isShown({ subject, schedule, report }: Shrunk): boolean {
  return replay(subject, schedule).reports.some(sameFault(report))
}

function shrinkWith(
  subject: Subject,
  { report, schedule }: { readonly report: Report; readonly schedule: ArrayLike<number> },
  options: ShrinkOptions,
  allCheckers: boolean,
): Shrunk | undefined {
  const started = performance.now()
  const budget = new Budget(options.seconds ?? DEFAULT_SECONDS, options.attempts ?? Infinity)
  const rng = new Rng(options.seed ?? 1)
  const trials = new Trials(subject, sameFault(report), allCheckers)
  const first = trials.begin(() => new Exactly(schedule))
  if (first === undefined) return undefined

  let found: Candidate = { trials, reduction: new Reduction(trials, first, rng) }
  const early = options.upwards === true ? upwards(found, budget) : undefined
  found.reduction.run(budget.part(FOR_REDUCTION))
  let attempts = 0
  if (options.subjects !== false) {
    const part = budget.part(FOR_SUBJECTS)
    const next = (): { found: Candidate | undefined; attempts: number } =>
      smallerThan(found, part, rng, allCheckers)
    for (let smaller = next(); smaller.found !== undefined; smaller = next()) {
      attempts += found.trials.attempts + smaller.attempts
      found = smaller.found
    }
  }
  const { reduction } = found
  // What is small is proven at once; what is not may have fewer, for the proof to go on from.
  const proof = early?.isOf(found) === true ? early : new Search(found)
  const left = reduction.best.preemptions > FEW ? 'many' : 'few'
  proof.run(budget.part(FOR_PROOF[left]))
  const guesses = budget.part(FOR_GUESSES[left])
  while (!proof.isDone && reduction.guessFewer(guesses, proof.atLeast)) reduction.run(guesses, proof.atLeast)
  proof.run(budget.part(FOR_REST_OF_PROOF))
  reduction.run(budget, proof.atLeast)

  const { best } = reduction
  return {
    subject: found.trials.subject,
    report: best.report,
    schedule: recordSchedule(found.trials.subject, best.choices),
    cost: costOf(best),
    minimal: proof.isDone,
    atLeast: proof.atLeast,
    from: costOf(first),
    attempts: attempts + found.trials.attempts,
    seconds: (performance.now() - started) / 1000,
  }
}

function upwards(found: Candidate, budget: Budget): Search {
  const search = new Search(found)
  search.run(budget.part(FOR_EARLY))
  return search
}

function costOf({ preemptions, steps, switches }: Cost): Cost {
  return { preemptions, steps, switches }
}

/** A subject that shows the fault, and how. */
interface Candidate {
  readonly trials: Trials
  readonly reduction: Reduction
}

/**
 * Looks for fewer preemptions, and proves that there are none: in states alone, if that proves it; otherwise there first, where it may be found soon,
 * and then in all executions.
 */
class Search {
  private readonly candidate: Candidate
  private readonly quick: UpwardSearch
  private readonly exact: UpwardSearch

  constructor(candidate: Candidate) {
    const { trials, reduction } = candidate
    this.candidate = candidate
    this.quick = new UpwardSearch(trials, reduction, 'states')
    this.exact = trials.judgesStates ? this.quick : new UpwardSearch(trials, reduction, 'each')
  }

  isOf(candidate: Candidate): boolean {
    return this.candidate === candidate
  }

  get isDone(): boolean {
    return this.exact.isDone
  }

  get atLeast(): number {
    return Math.min(this.exact.atLeast, this.candidate.reduction.best.preemptions)
  }

  run(budget: Budget): void {
    this.quick.run(budget.part(this.exact === this.quick ? 1 : FOR_QUICK))
    this.exact.run(budget)
  }
}

/** The first smaller subject that shows the fault with no more preemptions. */
function smallerThan(
  { trials, reduction }: Candidate,
  budget: Budget,
  rng: Rng,
  allCheckers: boolean,
): { found: Candidate | undefined; attempts: number } {
  const { best } = reduction
  const wanted = similarFault(best.report)
  let attempts = 0
  for (const subject of trials.subject.smaller?.() ?? []) {
    if (budget.isSpent) break
    const smaller = new Trials(subject, wanted, allCheckers)
    const shown = showAgain(smaller, best, budget, rng)
    attempts += smaller.attempts
    if (shown === undefined) continue
    const found = { trials: smaller, reduction: new Reduction(smaller, shown, rng) }
    // What costs no more is as good as reduced: what can still be left out of it is left out in the end.
    if (isCheaper(best, shown)) found.reduction.run(budget.part(FOR_REDUCTION))
    if (found.reduction.best.preemptions <= best.preemptions) return { found, attempts }
  }
  return { found: undefined, attempts }
}

/** Looks for the fault in a smaller subject: near the execution of the larger one, then by chance. */
function showAgain(trials: Trials, best: Shown, budget: Budget, rng: Rng): Shown | undefined {
  for (const chooser of near(best)) {
    if (!budget.take()) return undefined
    const shown = trials.begin(chooser)
    if (shown !== undefined) return shown
  }
  for (let i = 0; i < GUESSES; i++) {
    if (!budget.take()) return undefined
    const shown = trials.run(new FewPreemptions(rng, i % (best.preemptions + 1), best.steps))
    if (shown !== undefined) return trials.begin(() => new Exactly(shown.choices))
  }
  return undefined
}

/** The same choices, without one of the actors too, whose place the next ones take. */
function* near({ choices, deviations }: Shown): Generator<() => Chooser> {
  const { turns, ways } = turnsOf(choices)
  yield () => new Exactly(choices)
  yield () => new Deviating(deviations)
  yield () => new InTurns(turns, ways)
  const actors = new Set(turns.map(({ actor }) => actor))
  for (let gone = 0; gone < MAX_ACTORS && gone <= Math.max(...actors); gone++) {
    const others = Array.from(choices).filter((choice) => (choice & (MAX_ACTORS - 1)) !== gone)
    const moved = others.map((choice) => ((choice & (MAX_ACTORS - 1)) > gone ? choice - 1 : choice))
    const without = turnsOf(moved)
    yield () => new InTurns(without.turns, without.ways)
  }
}
