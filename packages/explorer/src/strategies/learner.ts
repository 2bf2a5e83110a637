import type { Chooser, World } from '../engine/world.js'
import { PROFILE_RUNS, Profile } from './profile.js'
import { Rng } from './rng.js'

/** Random walks that fill a profile. */
export class Learner implements Chooser {
  readonly profile: Profile
  private readonly seed: number
  private readonly rng: Rng

  constructor(seed: number, profile: Profile) {
    this.seed = seed
    this.rng = new Rng(seed)
    this.profile = profile
  }

  /** Whether the profile has enough. */
  get ready(): boolean {
    return this.profile.runs >= PROFILE_RUNS
  }

  /** The next execution is a random walk, the same one for the same seed and number of runs. */
  begin(): void {
    this.rng.seed(this.seed, -2 - this.profile.runs)
  }

  choose(world: World): number {
    const { choices, choiceCount } = world
    const choice = choices[choiceCount === 1 ? 0 : this.rng.below(choiceCount)] as number
    this.profile.note(world, choice)
    return choice
  }

  /** Fills the profile by executions of its own. */
  run(world: World): void {
    while (!this.ready) {
      this.begin()
      world.run(this, [])
      this.profile.endRun(world)
    }
  }
}
