import type { Chooser, World } from '../engine/world.js'
import { RandomWalk } from './random-walk.js'
import { Rng } from './rng.js'
import { goOn } from './turns.js'

const SEED = 1
const RANDOM_WALKS = 8
/** Executions that are as those of a search with few preemptions, and how seldom they choose. */
const WITH_FEW = 40
const SELDOM = 512

/** Anything, now and then; otherwise the last actor goes on. */
class Few implements Chooser {
  private readonly rng = new Rng(SEED)

  begin(index: number): void {
    this.rng.seed(SEED, index)
  }

  choose(world: World): number {
    if (this.rng.below(SELDOM) > 0 && world.canGoOn(world.current)) return goOn(world)
    return world.choices[this.rng.below(world.choiceCount)] as number
  }
}

/** Runs some executions, always the same, for what is to be learnt of all: `begin` before each, `look` after each event; `choose` may ask chance. */
export function runByChance(
  world: World,
  begin: () => void,
  choose: (world: World, chance: Chooser) => number,
  look: (world: World) => void,
): void {
  const looking = { name: 'learning', reset: () => {}, event: look, finish: () => {} }
  const walk = new RandomWalk(SEED)
  const few = new Few()
  for (let i = 0; i < RANDOM_WALKS + WITH_FEW; i++) {
    const chance = i < RANDOM_WALKS ? walk : few
    chance.begin(i)
    begin()
    world.run({ choose: (now) => choose(now, chance) }, [looking])
  }
}
