import type { World } from '../engine/world.js'
import { Rng } from './rng.js'
import type { Strategy } from './strategy.js'

/** At each step any of what is enabled, each as likely. */
export class RandomWalk implements Strategy {
  readonly name = 'random'
  readonly exhaustive = false
  private readonly seed: number
  private readonly rng: Rng

  constructor(seed: number) {
    this.seed = seed
    this.rng = new Rng(seed)
  }

  begin(index: number): boolean {
    this.rng.seed(this.seed, index)
    return true
  }

  choose(world: World): number {
    const { choices, choiceCount } = world
    return (choiceCount === 1 ? choices[0] : choices[this.rng.below(choiceCount)]) as number
  }
}
