import { MAX_ACTORS, Rng } from '@holdfast/explorer'
import type { Strategy, World } from '@holdfast/explorer'
import type { Site } from '@holdfast/compiler'

/** The place that a mutant changes. */
export interface Focus {
  /** From the folder `packages`. */
  readonly file: string
  readonly function: string
  /** First and last line. */
  readonly line: number
  readonly lastLine: number
}

/** No place at all. */
export const NOWHERE: Focus = { file: '', function: '', line: 0, lastLine: 0 }

/** Tells whether an actor is at a place, or in a function that was called there. */
export type IsThere = (world: World, actor: number) => boolean

/** Lines before and after a mutant that count as near: what a test is about was mostly looked at shortly before. */
const NEAR = 6

/** Places of a mutant, the narrowest first. */
export interface Places {
  /** The lines near it. */
  readonly near: IsThere
  readonly inFunction: IsThere
  /** Its file: whoever calls a small function has mostly done something before. */
  readonly inFile: IsThere
}

export function placesIn(sites: readonly Site[], { file, function: name, line, lastLine }: Focus): Places {
  const isOfFile = (site: Site): boolean => site.file === `packages/${file}`
  const own = (site: Site): boolean => isOfFile(site) && site.function === name
  return {
    inFile: isAt(sites, isOfFile),
    inFunction: isAt(sites, own),
    near: isAt(sites, (site) => own(site) && site.line >= line - NEAR && site.line <= lastLine + NEAR),
  }
}

function isAt(sites: readonly Site[], which: (site: Site) => boolean): IsThere {
  const there = Uint8Array.from(sites, (site) => (which(site) ? 1 : 0))
  return ({ site, contexts }, actor) => {
    if (there[site[actor] as number] === 1) return true
    const calls = contexts[actor]?.calls ?? []
    for (let i = calls.length - 1; i >= 0; i--) if (there[calls[i] as number] === 1) return true
    return false
  }
}

/** Most doublings: of the operations of a turn, of those after which one is held up, and of those for which. */
const TURNS = 8
const CHANCES = 7
const CHANCES_NEAR = 5
const DELAYS = 9
const SHORTEST_DELAY = 16

/**
 * Holds up an actor at a random place near the mutant (in every other execution: of its function, or its file), for a random time, while the others go on: what goes wrong there mostly takes that others do much
 * in between. How long turns and delays are, and how probable, is drawn anew for each execution.
 */
export class DelayThere implements Strategy {
  readonly name = 'delay-there'
  readonly exhaustive = false
  private readonly seed: number
  private readonly places: readonly IsThere[]
  private readonly rng: Rng
  private there: IsThere
  private turn = 1
  private chance = 1
  private delayed = -1
  private left = 0

  constructor(seed: number, { near, inFunction, inFile }: Places) {
    this.seed = seed
    this.places = [near, inFunction, near, inFile]
    this.there = near
    this.rng = new Rng(seed)
  }

  begin(index: number): boolean {
    const { rng } = this
    rng.seed(this.seed, index)
    this.turn = 1 << rng.below(TURNS)
    this.there = this.places[index % this.places.length] as IsThere
    this.chance = 1 << rng.below(index % 2 === 0 ? CHANCES_NEAR : CHANCES)
    this.delayed = -1
    this.left = 0
    return true
  }

  choose(world: World): number {
    const { rng, turn } = this
    const { current, choices, choiceCount } = world
    if (this.delayed >= 0 && --this.left <= 0) this.delayed = -1
    const goes = current >= 0 && world.canGoOn(current)
    if (this.delayed < 0 && goes && this.there(world, current) && rng.below(this.chance) === 0) {
      this.delayed = current
      this.left = SHORTEST_DELAY << rng.below(DELAYS)
    }
    if (goes && current !== this.delayed && rng.below(turn) !== 0) return current
    let others = 0
    for (let i = 0; i < choiceCount; i++) if (this.isOther(choices[i] as number)) others++
    if (others === 0) return choices[rng.below(choiceCount)] as number
    let at = rng.below(others)
    for (let i = 0; ; i++) if (this.isOther(choices[i] as number) && at-- === 0) return choices[i] as number
  }

  private isOther(choice: number): boolean {
    return (choice & (MAX_ACTORS - 1)) !== this.delayed
  }
}
