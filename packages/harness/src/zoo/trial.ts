import type { Report, Verdict } from '@holdfast/explorer'
import type { StrategySpec } from '../explore/campaign/campaign-plan.js'
import type { SubjectSpec } from '../explore/subject/subject-of-spec.js'
import type { Focus } from '../mutate/focus.js'
import type { Mutant } from './mutant.js'

/** The strategies in the order of the table. */
export const STRATEGY_NAMES = ['random', 'pct', 'pos', 'surw', 'delay-there', 'bounded', 'dpor'] as const
export type StrategyName = (typeof STRATEGY_NAMES)[number]

/** Executions that a strategy is given, where a mutant does not say. */
const EXECUTIONS = { scenario: 30, program: 2_000 }
/** As many more has the one that knows where the mutant is: it is asked what nobody else finds. */
const THERE = 30
const MOST_THERE = 900
/** A bounded search of a program: most preemptions, and executions. */
const BOUND = 3
const BOUNDED = 20_000
const DEPTH = 3

/** One strategy on one subject. */
export interface Trial {
  readonly spec: SubjectSpec
  readonly name: StrategyName
  readonly strategy: StrategySpec
  readonly executions: number
}

/** What a trial came to: up to the first execution that showed something, that one included. */
export interface Tried {
  /** What it was tried on: time passes in different ways. */
  readonly spec: SubjectSpec
  readonly name: StrategyName
  readonly executions: number
  readonly seconds: number
  /** It visited all there is, and found nothing. */
  readonly complete: boolean
  readonly caught: Caught | undefined
}

/** The first execution that showed something. */
export interface Caught {
  readonly verdict: Verdict
  readonly report: Report
  readonly schedule: Uint16Array
  /** Its number, from 0. */
  readonly execution: number
}

export function isProgram({ target }: Mutant): boolean {
  return target.startsWith('program:')
}

/** The kernel or program with the mutant. */
export function specOf(mutant: Mutant): SubjectSpec {
  const names = [mutant.corrections, mutant.id].filter((name) => name !== undefined)
  return subjectSpec(mutant, names.join(','))
}

/** The same without it. */
export function twinSpecOf(mutant: Mutant): SubjectSpec {
  return subjectSpec(mutant, mutant.corrections)
}

function subjectSpec({ target, params = {} }: Mutant, variant: string | undefined): SubjectSpec {
  return { target, params, engine: {}, variant, all: false }
}

/**
 * The strategies on a subject of the mutant, which changes the kernel at `place`. dpor serves no interrupts that come at any point: a scenario is explored with
 * interrupts polled. The bounded search of one needs a
 * window, and no tick is free then; of a program it looks everywhere.
 */
export function trialsOf(
  mutant: Mutant,
  subject: SubjectSpec,
  seed: number,
  place: Focus | undefined,
): Trial[] {
  const kind = isProgram(mutant) ? 'program' : 'scenario'
  const executions = mutant.executions ?? EXECUTIONS[kind]
  const trial = (name: StrategyName, options: StrategySpec['options']): Trial => ({
    spec: subject,
    name,
    strategy: { name, options },
    executions,
  })
  const samples = [
    trial('random', { seed }),
    trial('pct', { seed, depth: DEPTH }),
    trial('pos', { seed }),
    trial('surw', { seed }),
  ]
  if (kind === 'program') {
    const bounded = { ...boundedTrial(subject, BOUND), executions: Math.min(BOUNDED, executions * 10) }
    return [...samples, bounded, trial('dpor', {})]
  }
  return [
    ...samples,
    ...(place === undefined
      ? []
      : [thereTrial(subject, place, seed, Math.max(executions, Math.min(executions * THERE, MOST_THERE)))]),
    ...(mutant.window === undefined ? [] : [windowTrial(subject, mutant.window)]),
    { ...trial('dpor', {}), spec: { ...subject, time: { interrupts: 'polled' } } },
  ]
}

function thereTrial(subject: SubjectSpec, focus: Focus, seed: number, executions: number): Trial {
  return {
    spec: subject,
    name: 'delay-there',
    strategy: { name: 'delay-there', options: { seed }, focus },
    executions,
  }
}

function windowTrial(subject: SubjectSpec, window: NonNullable<Mutant['window']>): Trial {
  const { bound, executions, ...period } = window
  const { strategy, ...bounded } = boundedTrial(subject, bound)
  return {
    ...bounded,
    spec: { ...subject, time: { ticks: 0 } },
    strategy: { ...strategy, period },
    executions,
  }
}

function boundedTrial(spec: SubjectSpec, bound: number): Omit<Trial, 'executions'> {
  const options = { bound, cache: true, sharedOnly: true }
  return { spec, name: 'bounded', strategy: { name: 'preemption-bound', options } }
}
