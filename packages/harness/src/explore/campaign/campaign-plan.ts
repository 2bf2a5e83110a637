import type { StrategyOptions } from '@holdfast/explorer'
import type { Focus } from '../../mutate/focus.js'
import { strategyNamed } from '../subject/own-strategy.js'
import type { PeriodSpec } from '../verify/period.js'
import type { TargetKind } from '../subject/subject-of.js'

/** A strategy by name, as plain data. */
export interface StrategySpec {
  readonly name: string
  readonly options: Pick<StrategyOptions, 'seed' | 'depth' | 'bound' | 'cache' | 'sharedOnly'>
  /** Of bounded searches of a scenario: the part in which choices are made. */
  readonly period?: PeriodSpec
  /** Of `delay-there`: the place near which CPUs are held up. */
  readonly focus?: Focus
}

/** A part of a campaign: one strategy, and its share of the budget. */
export interface Leg {
  readonly strategy: StrategySpec
  /** For people: `pct, depth 3`. */
  readonly label: string
  /** It visits executions one after the other, and cannot be spread over jobs. */
  readonly exhaustive: boolean
  /** Shares of all legs make 1. */
  readonly share: number
}

export interface PlanOptions {
  /** Its name, or the path of a module; undefined: what suits the target. */
  readonly strategy: string | undefined
  readonly seed: number
  readonly depth: number | undefined
  readonly bound: number | undefined
}

/** Preemptions of the bounded search among others. */
const PORTFOLIO_BOUND = 2

/**
 * The strategies of a campaign. Programs: dpor, which is complete. Scenarios are too large for that: several that look in
 * different places, and whoever finds a fault first has found it.
 */
export async function planOf(kind: TargetKind, options: PlanOptions): Promise<Leg[]> {
  if (options.strategy !== undefined) return [await legOf(options.strategy, options, 1)]
  if (kind === 'program')
    return [await legOf(options.bound === undefined ? 'dpor' : 'preemption-bound', options, 1)]
  return Promise.all([
    legOf('random', options, 0.2),
    legOf('pct', { ...options, depth: options.depth ?? 3 }, 0.2),
    legOf('pos', options, 0.15),
    legOf('surw', options, 0.15),
    legOf('pct', { ...options, depth: (options.depth ?? 3) + 2 }, 0.15),
    legOf('preemption-bound', { ...options, bound: options.bound ?? PORTFOLIO_BOUND }, 0.15),
  ])
}

/** Throws StrategyError, RangeError or UsageError, saying what is allowed. */
async function legOf(
  name: string,
  { seed, depth, bound }: Omit<PlanOptions, 'strategy'>,
  share: number,
): Promise<Leg> {
  const options = {
    seed,
    ...(depth === undefined ? {} : { depth }),
    ...(bound === undefined ? {} : { bound }),
  }
  const { exhaustive } = await strategyNamed(name, options)
  return { strategy: { name, options }, label: labelOf(name, depth, bound), exhaustive, share }
}

function labelOf(name: string, depth: number | undefined, bound: number | undefined): string {
  if (name === 'pct') return `pct, depth ${depth ?? 3}`
  if (bound === undefined) return name
  if (name === 'preemption-bound') return `at most ${bound} preemption${bound === 1 ? '' : 's'}`
  if (name === 'delay-bound') return `at most ${bound} delay${bound === 1 ? '' : 's'}`
  return name
}
