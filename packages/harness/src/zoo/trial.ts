import type { Report, Verdict } from '@holdfast/explorer'
import type { StrategySpec } from '../explore/campaign-plan.js'
import type { SubjectSpec } from '../explore/subject-of-spec.js'
import type { Mutant } from './mutant.js'

/** The strategies in the order of the table. */
export const STRATEGY_NAMES = ['random', 'pct', 'pos', 'surw', 'bounded', 'dpor'] as const
export type StrategyName = (typeof STRATEGY_NAMES)[number]

/** Executions that a strategy is given, where a mutant does not say. */
const EXECUTIONS = { scenario: 200, program: 2_000 }
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
  return spec(mutant, names.join(','))
}

/** The same without it. */
export function twinSpecOf(mutant: Mutant): SubjectSpec {
  return spec(mutant, mutant.corrections)
}

function spec({ target, params = {} }: Mutant, variant: string | undefined): SubjectSpec {
  return { target, params, engine: {}, variant, all: false }
}

/** The strategies on a subject of the mutant. dpor serves no interrupts, and so no scenario; the bounded search needs a window. */
export function trialsOf(mutant: Mutant, subject: SubjectSpec, seed: number): Trial[] {
  const kind = isProgram(mutant) ? 'program' : 'scenario'
  const executions = mutant.executions ?? EXECUTIONS[kind]
  const trial = (name: StrategyName, options: StrategySpec['options']): Trial => ({
    spec: subject,
    name,
    strategy: { name, options },
    executions,
  })
  return [
    trial('random', { seed }),
    trial('pct', { seed, depth: DEPTH }),
    trial('pos', { seed }),
    trial('surw', { seed }),
    ...(mutant.window === undefined ? [] : [boundedTrial(subject, mutant.window)]),
    ...(kind === 'program' ? [trial('dpor', {})] : []),
  ]
}

function boundedTrial(subject: SubjectSpec, window: NonNullable<Mutant['window']>): Trial {
  const { bound, executions, ...period } = window
  const options = { bound, cache: true, sharedOnly: true }
  return {
    spec: subject,
    name: 'bounded',
    strategy: { name: 'preemption-bound', options, period },
    executions,
  }
}
