import { expect, test } from 'vitest'
import { explore } from '../../explore.js'
import type { Found } from '../../explore.js'
import { RandomWalk } from '../../strategies/random-walk.js'
import { Rng } from '../../strategies/rng.js'
import { Budget } from './budget.js'
import { FewPreemptions } from './few-preemptions.js'
import { Exactly } from './plan.js'
import { Reduction } from './reduction.js'
import { crowd } from '../testing/subjects.js'
import { sameFault, Trials } from './trial.js'
import type { Deviation, Shown } from './trial.js'

const GUESSES = 200
const OTHERS = 4
const THREADS = OTHERS + 2

/** Of so many guesses, those that show a fault for which one thread of six is preempted at one place; `best` has no other preemption. */
function shown(anchorsOf: (best: Shown) => readonly Deviation[], places: number): Shown[] {
  const subject = crowd(OTHERS, 20, false)
  const { found } = explore(subject.target, { strategy: new RandomWalk(1), observers: subject.observers() })
  const { report, schedule } = found[0] as Found
  const trials = new Trials(subject, sameFault(report))
  const first = trials.begin(() => new Exactly(schedule))
  if (first === undefined) throw new Error('not shown again')
  const rng = new Rng(1)
  const reduction = new Reduction(trials, first, rng)
  reduction.run(new Budget(Infinity, 2000))
  const { best } = reduction
  const guess = (): Shown | undefined =>
    trials.run(new FewPreemptions(rng, places, best.steps, anchorsOf(best)))
  return Array.from({ length: GUESSES }, guess).filter((each) => each !== undefined)
}

test('one place of a program at which an actor is preempted is enough, whatever came before it: fewer preemptions are found by keeping it', () => {
  // Without it, a guess must hit the step by chance; without preemption nothing is shown.
  expect(shown(() => [], 0)).toEqual([])
  const byChance = shown(() => [], 1).length
  const kept = shown(({ deviations }) => deviations, 0)
  expect(kept.length).toBeGreaterThan(5 * (byChance + 1))
  for (const { preemptions } of kept) expect(preemptions).toBe(1)
})

test('it is enough that any actor is preempted there, and another takes the part of the one it gave way to', () => {
  const others = ({ deviations }: Shown): Deviation[] =>
    deviations.map((each) => ({ ...each, of: (each.of + 1) % THREADS }))
  expect(shown(others, 0).length).toBeGreaterThan(5 * (shown(() => [], 1).length + 1))
})
