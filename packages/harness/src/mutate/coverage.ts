import type { Site } from '@holdfast/compiler'
import { Profile } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import type { KernelBuild } from '../explore/machine/kernel-build.js'
import type { Scenario } from '../scenario/types.js'
import { Exploration } from './battery.js'
import { NOWHERE } from './focus.js'
import type { Focus } from './focus.js'

/** What a scenario reaches of the kernel. Plain data. */
export interface Reach {
  readonly scenario: string
  /** Places, as `file:line`, and functions, as `file#function`; files from the folder `packages`. */
  readonly places: readonly string[]
  /** Operations of an execution, on average: what it costs. */
  readonly points: number
}

/** Notes what executions reach: operations, and the calls that lead to them. */
export class ReachNotes implements Observer {
  readonly name = 'reach'
  private readonly sites: readonly Site[]
  private readonly reached: Uint8Array
  private points = 0
  private executions = 0

  constructor(sites: readonly Site[]) {
    this.sites = sites
    this.reached = new Uint8Array(sites.length)
  }

  reset(): void {}

  event({ contexts, evActor, evSite }: World): void {
    if (evSite >= 0) this.reached[evSite] = 1
    for (const site of contexts[evActor]?.calls ?? []) if (site >= 0) this.reached[site] = 1
  }

  finish({ steps }: World): void {
    this.points += steps
    this.executions++
  }

  /** All there is to say of a scenario. */
  reach(scenario: string): Reach {
    const { sites, reached, points, executions } = this
    const places = new Set(sites.flatMap((site, at) => (reached[at] === 1 ? placesOf(site) : [])))
    return { scenario, places: [...places], points: Math.round(points / executions) }
  }
}

/** Rounds of the battery that are looked at. */
const ROUNDS = 2

/** Runs the first rounds of the battery, and notes what is reached. */
export function reachOf(scenario: Scenario, build: KernelBuild, seed: number): Reach {
  const notes = new ReachNotes(build.compiled.sites)
  const profile = new Profile()
  const exploration = new Exploration(scenario, build, { seed, profile, focus: NOWHERE, extra: [notes] })
  while (exploration.rounds < ROUNDS) exploration.step()
  return notes.reach(scenario.name)
}

function placesOf(site: Site): string[] {
  const file = site.file.replace(/^(packages|\.\.)\//, '')
  return [`${file}:${site.line}`, `${file}#${site.function}`]
}

/** The scenarios that come near a mutant, and how near. */
export interface Order {
  readonly scenarios: readonly string[]
  /** How many of them, the first, come as near as any: these are worth more than a look. */
  readonly nearest: number
  /** False: there are operations in its lines, and no scenario was seen to reach one. The few executions that were looked at may not tell. */
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

  /** The scenarios that reach anything in a file, or in a function of it; the cheaper first. */
  reaching(file: string, name?: string): string[] {
    const start = name === undefined ? `${file}:` : `${file}#${name}`
    return this.reaches
      .filter(({ places }) =>
        places.some((place) => (name === undefined ? place.startsWith(start) : place === start)),
      )
      .toSorted((one, other) => one.points - other.points)
      .map(({ scenario }) => scenario)
  }

  /**
   * In which order scenarios are tried: first those that reach the mutant's lines, then those that reach its function, of them first those that come to a line
   * shortly before; the cheaper first. If there are none, those that reach its file.
   */
  orderFor({ file, line, lastLine, function: name }: Focus): Order {
    const lines = Array.from({ length: lastLine - line + 1 }, (_, at) => `${file}:${line + at}`)
    const ofFile = new Set(this.reaching(file))
    const rankOf = (scenario: string, has: ReadonlySet<string>): number => {
      if (lines.some((each) => has.has(each))) return 0
      if (has.has(`${file}#${name}`)) return 1
      return ofFile.has(scenario) ? 2 : 3
    }
    const linesTo = (has: ReadonlySet<string>): number => {
      let before = 0
      while (before < line && !has.has(`${file}:${line - before}`)) before++
      return before
    }
    const ranked = this.reaches
      .map(({ scenario, points, has }) => {
        const rank = rankOf(scenario, has)
        return { scenario, points, rank, lines: rank === 0 ? 0 : linesTo(has) }
      })
      .sort((one, other) => one.rank - other.rank || one.lines - other.lines || one.points - other.points)
    const first = ranked[0]
    const last = Math.min(2, Math.max(1, first?.rank ?? 0))
    return {
      scenarios: ranked.filter(({ rank }) => rank <= last).map(({ scenario }) => scenario),
      nearest: ranked.filter(({ rank, lines: each }) => rank === first?.rank && each === first.lines).length,
      reached: ranked[0]?.rank === 0 || !lines.some((each) => this.known.has(each)),
    }
  }
}
