import type { Site } from '@holdfast/compiler'
import { Profile } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import type { KernelBuild } from '../explore/kernel-build.js'
import type { Scenario } from '../scenario/types.js'
import { Exploration } from './battery.js'
import type { Mutant } from './mutant.js'

/** What a scenario reaches of the kernel. Plain data. */
export interface Reach {
  readonly scenario: string
  /** Places, as `file:line`, and functions, as `file#function`; files from the folder `packages`. */
  readonly places: readonly string[]
  /** Operations of an execution, on average: what it costs. */
  readonly points: number
}

/** No function at all. */
const NOWHERE = { file: '', function: '', line: 0, lastLine: 0 }

/** Rounds of the battery that are looked at. */
const ROUNDS = 2

/** Runs the first rounds of the battery, and notes what is reached: operations, and the calls that lead to them. */
export function reachOf(scenario: Scenario, build: KernelBuild, seed: number): Reach {
  const { sites } = build.compiled
  const reached = new Uint8Array(sites.length)
  let points = 0
  let executions = 0
  const noting: Observer = {
    name: 'reach',
    reset: () => {},
    event({ contexts, evActor, evSite }: World) {
      if (evSite >= 0) reached[evSite] = 1
      for (const site of contexts[evActor]?.calls ?? []) if (site >= 0) reached[site] = 1
    },
    finish({ steps }) {
      points += steps
      executions++
    },
  }
  const exploration = new Exploration(scenario, build, {
    seed,
    profile: new Profile(),
    focus: NOWHERE,
    extra: [noting],
  })
  while (exploration.rounds < ROUNDS) exploration.step()
  const places = new Set(sites.flatMap((site, at) => (reached[at] === 1 ? placesOf(site) : [])))
  return { scenario: scenario.name, places: [...places], points: Math.round(points / executions) }
}

function placesOf(site: Site): string[] {
  const file = site.file.replace(/^packages\//, '')
  return [`${file}:${site.line}`, `${file}#${site.function}`]
}

/** The scenarios that reach a mutant, and whether they reach its very lines. */
export interface Order {
  readonly scenarios: readonly string[]
  /** False: there are operations in its lines, and none is ever reached. */
  readonly reached: boolean
}

/** What the scenarios reach, all together. */
export class Coverage {
  private readonly reaches: readonly (Reach & { readonly has: ReadonlySet<string> })[]
  private readonly known: ReadonlySet<string>

  constructor(reaches: readonly Reach[], sites: readonly Site[]) {
    this.reaches = reaches.map((reach) => ({ ...reach, has: new Set(reach.places) }))
    this.known = new Set(sites.flatMap(placesOf))
  }

  /**
   * In which order scenarios are tried: first those that reach the mutant's lines, then those that reach its function; the cheaper first. None, if
   * none reaches its function.
   */
  orderFor({ file, line, lastLine, function: name }: Mutant): Order {
    const lines = Array.from({ length: lastLine - line + 1 }, (_, at) => `${file}:${line + at}`)
    const rank = (has: ReadonlySet<string>): number => {
      if (lines.some((each) => has.has(each))) return 0
      return has.has(`${file}#${name}`) ? 1 : 2
    }
    const ranked = this.reaches
      .map(({ scenario, points, has }) => ({ scenario, points, rank: rank(has) }))
      .filter((each) => each.rank < 2)
      .sort((one, other) => one.rank - other.rank || one.points - other.points)
    return {
      scenarios: ranked.map(({ scenario }) => scenario),
      reached: ranked[0]?.rank === 0 || !lines.some((each) => this.known.has(each)),
    }
  }
}
