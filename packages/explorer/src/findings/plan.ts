import { MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { Chooser, World } from '../engine/world.js'
import { choiceWithoutPreemption, isEnabled } from './without-preemption.js'
import type { Deviation } from './trial.js'

/** The choices of an execution, one by one; where one is not possible, and after the last, without preemption. */
export class Exactly implements Chooser {
  private readonly choices: ArrayLike<number>

  constructor(choices: ArrayLike<number>) {
    this.choices = choices
  }

  choose(world: World): number {
    const choice = this.choices[world.steps]
    return choice !== undefined && isEnabled(world, choice) ? choice : choiceWithoutPreemption(world)
  }
}

/** How often each actor has run in the execution at hand. */
abstract class Counting implements Chooser {
  protected readonly local = new Int32Array(MAX_ACTORS)

  choose(world: World): number {
    if (world.steps === 0) {
      this.local.fill(0)
      this.restart()
    }
    const choice = this.pick(world)
    const actor = choice & (MAX_ACTORS - 1)
    this.local[actor] = (this.local[actor] as number) + 1
    return choice
  }

  protected abstract restart(): void
  protected abstract pick(world: World): number
}

const PER_ACTOR = 2 ** 32

/**
 * Without preemption, but for the deviations: each is taken when its actor has run as often as it says, if it is possible.
 *
 * An execution is determined by its deviations, and one without some of them is often much the same elsewhere: what shrinking
 * needs.
 */
export class Deviating extends Counting {
  private readonly at = new Map<number, number>()

  constructor(deviations: readonly Deviation[]) {
    super()
    for (const { of, after, choice } of deviations) this.at.set((of + 1) * PER_ACTOR + after, choice)
  }

  protected restart(): void {}

  protected pick(world: World): number {
    const { current } = world
    const after = current < 0 ? 0 : (this.local[current] as number)
    const wanted = this.at.get((current + 1) * PER_ACTOR + after)
    return wanted !== undefined && isEnabled(world, wanted) ? wanted : choiceWithoutPreemption(world)
  }
}

/** A turn of an actor: it runs until it has run so often, or cannot. */
export interface Turn {
  readonly actor: number
  readonly until: number
}

/** The way of a step that is not the plain one, by {@link stepKey}. */
export type Ways = ReadonlyMap<number, number>

export function stepKey(actor: number, local: number): number {
  return actor * PER_ACTOR + local
}

/** The turns of an execution, and the ways of its steps. */
export function turnsOf(choices: ArrayLike<number>): { turns: Turn[]; ways: Ways } {
  const local = new Int32Array(MAX_ACTORS)
  const ways = new Map<number, number>()
  const turns: Turn[] = []
  for (let step = 0; step < choices.length; step++) {
    const choice = choices[step] as number
    const actor = choice & (MAX_ACTORS - 1)
    const way = choice >> WAY_SHIFT
    if (way !== 0) ways.set(stepKey(actor, local[actor] as number), way)
    local[actor] = (local[actor] as number) + 1
    const until = local[actor] as number
    const last = turns.at(-1)
    if (last?.actor === actor) turns[turns.length - 1] = { actor, until }
    else turns.push({ actor, until })
  }
  return { turns, ways }
}

/** Turn after turn; what is not possible is left out, and after the last it goes on without preemption. */
export class InTurns extends Counting {
  private readonly turns: readonly Turn[]
  private readonly ways: Ways
  private turn = 0

  constructor(turns: readonly Turn[], ways: Ways) {
    super()
    this.turns = turns
    this.ways = ways
  }

  protected restart(): void {
    this.turn = 0
  }

  protected pick(world: World): number {
    for (; this.turn < this.turns.length; this.turn++) {
      const { actor, until } = this.turns[this.turn] as Turn
      const done = this.local[actor] as number
      if (done >= until) continue
      const way = this.ways.get(stepKey(actor, done)) ?? 0
      const wanted = actor | (way << WAY_SHIFT)
      if (isEnabled(world, wanted)) return wanted
      if (way !== 0 && isEnabled(world, actor)) return actor
    }
    return choiceWithoutPreemption(world)
  }
}
