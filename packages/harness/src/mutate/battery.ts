import { explore, makeStrategy } from '@holdfast/explorer'
import type { Explored, Observer, Profile, Report, Strategy, Subject, World } from '@holdfast/explorer'
import type { Site } from '@holdfast/compiler'
import type { KernelBuild } from '../explore/machine/kernel-build.js'
import { subjectOfBuild } from '../explore/subject/kernel-subject.js'
import type { Scenario } from '../scenario/types.js'
import { DelayThere, placesIn } from './focus.js'
import type { Focus, IsThere } from './focus.js'

/** One strategy of the battery, and how many executions it runs in each round; the last number is that of all later rounds. */
interface Leg {
  readonly name: string
  readonly depth?: number
  readonly bound?: number
  readonly rounds: readonly number[]
}

/**
 * What each scenario is explored with, round after round. First one execution alone: five of six mutants that are caught at all are caught by any. Then mostly `delay-there`,
 * which finds most of the rest.
 */
const LEGS: readonly Leg[] = [
  { name: 'random', rounds: [1, 0, 1, 6] },
  { name: 'delay-there', rounds: [0, 1, 7, 24] },
  { name: 'pct', depth: 3, rounds: [0, 0, 1, 6] },
  { name: 'pos', rounds: [0, 0, 1, 4] },
  { name: 'pct', depth: 5, rounds: [0, 0, 0, 4] },
  // Of the mutant's function alone: there is no end to all the rest. A search begins anew each time, so it goes on in one round alone.
  { name: 'preemption-bound', bound: 1, rounds: [0, 0, 0, 4, 0] },
]

/** What is shown by an execution that was cut off. */
export const STEP_LIMIT = 'stepLimit'

/** Something that an execution showed. */
export interface Shown {
  /** Verdict and functions: the same for a mutant and its twin, whose places have other numbers. */
  readonly key: string
  readonly verdict: string
  readonly message: string
  readonly strategy: string
  /** Number of the execution of that strategy, from 0. */
  readonly execution: number
}

/** What one leg came to in one round. */
export interface Step {
  readonly executions: number
  /** Of dpor. */
  readonly traces: number
  readonly points: number
  readonly shown: readonly Shown[]
}

/** How a kernel is explored. */
export interface ExploreOptions {
  readonly seed: number
  /** What is known of the scenario, or still to be looked at. */
  readonly profile: Profile
  readonly focus: Focus
  readonly extra?: readonly Observer[]
}

/** A kernel under one scenario, explored step by step: what a step shows depends on how many came before, and on nothing else. */
export class Exploration {
  private readonly subject: Subject
  private readonly observers: readonly Observer[]
  private readonly strategies: readonly Strategy[]
  private readonly given = LEGS.map(() => 0)
  private round = 0
  private leg = 0
  /** Steps so far. */
  steps = 0

  constructor(scenario: Scenario, build: KernelBuild, { seed, profile, focus, extra = [] }: ExploreOptions) {
    this.subject = subjectOfBuild(scenario, build)
    this.observers = [...this.subject.observers(), ...extra]
    const places = placesIn(build.compiled.sites, focus)
    this.strategies = LEGS.map(({ name, depth, bound }) => {
      if (name === 'delay-there') return new DelayThere(seed, places)
      return makeStrategy(name, {
        seed,
        profile,
        during: {
          text: `while somebody is in ${focus.function}`,
          holds: (world) => isAnyThere(world, places.inFunction),
        },
        ...(depth === undefined ? {} : { depth }),
        ...(bound === undefined ? {} : { bound }),
      })
    })
  }

  /** Rounds that are over. */
  get rounds(): number {
    return this.round
  }

  /** Runs the next leg of the round; ends at its first fault. */
  step(): Step {
    const at = this.leg
    this.steps++
    const { rounds, name } = LEGS[at] as Leg
    const executions = rounds[Math.min(this.round, rounds.length - 1)] as number
    this.leg = (at + 1) % LEGS.length
    if (this.leg === 0) this.round++
    if (executions === 0) return { executions: 0, traces: 0, points: 0, shown: [] }
    const first = this.given[at] as number
    this.given[at] = first + executions
    const { target, options, sites } = this.subject
    const explored = explore(target, {
      strategy: this.strategies[at] as Strategy,
      observers: this.observers,
      engine: options,
      first,
      executions,
      maxFindings: 1,
    })
    return stepOf(explored, sites, name, first)
  }
}

/** What an exploration came to; its executions began with number `first`. */
export function stepOf(
  { found, cut, executions, points }: Explored,
  sites: readonly Site[],
  strategy: string,
  first: number,
): Step {
  const shown: Shown[] = found.map(({ report, execution }) => ({
    key: keyOf(report, sites),
    verdict: report.verdict,
    message: report.message,
    strategy,
    execution,
  }))
  if (cut > 0)
    shown.push({
      key: STEP_LIMIT,
      verdict: STEP_LIMIT,
      message: `${cut} of ${executions} executions do not end`,
      strategy,
      execution: first,
    })
  return { executions, traces: strategy === 'dpor' ? executions : 0, points, shown }
}

function isAnyThere(world: World, there: IsThere): boolean {
  for (let actor = 0; actor < world.n; actor++) if (there(world, actor)) return true
  return false
}

function keyOf(report: Report, sites: readonly Site[]): string {
  const places = report.sites.map((site) => sites[site]?.cName ?? 'boot')
  const what = places.length > 0 ? places.sort().join(',') : report.message.replace(/\d+/g, '#')
  return `${report.verdict}: ${what}`
}
