import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { Chooser, World } from '../../engine/world.js'
import type { Rng } from '../../strategies/rng.js'
import type { Deviation } from './trial.js'
import { isEnabled, standing } from './without-preemption.js'

/**
 * Executions by chance with few preemptions: at so many steps, drawn from the first `steps`, anything enabled is chosen; otherwise
 * an actor goes on as long as it can, and gives way to any. For one execution each.
 *
 * `anchors`: and each of these is taken once, in their order or in any, where some actor is about to do what was about to be done then, at one of the first
 * times, by chance: the place in the program stays what it was, when all before it is another. Actors may exchange their parts: what one CPU did in the
 * execution at hand another does in one that needs fewer preemptions to come there.
 */
export class FewPreemptions implements Chooser {
  private readonly rng: Rng
  private readonly at = new Set<number>()
  private readonly anchors: Deviation[]
  private readonly ordered: boolean

  constructor(rng: Rng, preemptions: number, steps: number, anchors: readonly Deviation[] = []) {
    this.rng = rng
    this.anchors = [...anchors]
    this.ordered = rng.below(2) === 0
    for (let i = 0; i < preemptions; i++) this.at.add(rng.below(Math.max(1, steps)))
  }

  choose(world: World): number {
    const { choices, choiceCount, current, steps } = world
    if (choiceCount === 1) return choices[0] as number
    const anchored = this.anchors.length === 0 ? -1 : this.anchored(world)
    if (anchored >= 0) return anchored
    const preempts = this.at.has(steps)
    if (!preempts && current >= 0 && world.canGoOn(current) && !this.hasAlternatives(world)) return current
    if (preempts) return choices[this.rng.below(choiceCount)] as number
    return this.free(world)
  }

  /** The choice of an anchor that is here, which is then done with; or -1. */
  private anchored(world: World): number {
    const where = standing(world)
    const here = this.anchors.findIndex((each, at) => each.where === where && !(this.ordered && at > 0))
    if (here < 0 || this.rng.below(2) === 0) return -1
    const choice = exchanged(this.anchors[here] as Deviation, world.current)
    const enabled = isEnabled(world, choice) ? choice : anyOf(world, choice & (MAX_ACTORS - 1))
    if (enabled >= 0) this.anchors.splice(here, 1)
    return enabled
  }

  /** The running actor has several ways to go on, or a store can reach memory: which is taken is no preemption. */
  private hasAlternatives({ choices, choiceCount, current }: World): boolean {
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      if ((choice & MAX_ACTORS) !== 0) return true
      const way = choice >> WAY_SHIFT
      if (way > 0 && way < FIRST_INTERRUPT && (choice & 0x7f) === current) return true
    }
    return false
  }

  /** Any choice that costs no preemption. */
  private free(world: World): number {
    const { choices, choiceCount, current } = world
    const stays = current >= 0 && world.canGoOn(current)
    let picked = choices[0] as number
    let seen = 0
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      if (choice >> WAY_SHIFT >= FIRST_INTERRUPT) continue
      if (stays && (choice & 0xff) !== current && (choice & MAX_ACTORS) === 0) continue
      if (this.rng.below(++seen) === 0) picked = choice
    }
    return picked
  }
}

/** The choice of a deviation if its actor and `current` exchange their parts. */
function exchanged({ of, choice }: Deviation, current: number): number {
  const actor = choice & (MAX_ACTORS - 1)
  if (actor === of) return choice - of + current
  return actor === current ? choice - current + of : choice
}

/** The first choice of `actor`, or -1. Where it waits for an interrupt, that is all it has. */
function anyOf({ choices, choiceCount }: World, actor: number): number {
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    if ((choice & (MAX_ACTORS - 1)) === actor) return choice
  }
  return -1
}
