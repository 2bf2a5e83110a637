import { MAX_ACTORS } from '../../engine/world.js'
import type { Chooser, World } from '../../engine/world.js'
import { choiceWithoutPreemption, isEnabled } from './without-preemption.js'
import type { Deviation } from './trial.js'

/** Choosers of this file are for one execution each.
 *
 * The choices of an execution, one by one; where one is not possible, and after the last, without preemption. */
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

/** How often each actor has run in the execution at hand. Stores that reach memory count as steps of who ran last: so they have a place. */
export class StepCounts {
  private readonly counts = new Int32Array(MAX_ACTORS)
  private counted = 0
  private last = 0

  /** Counts the steps since the last time, those before which no choice was made too. */
  update({ steps, schedule }: World): void {
    for (; this.counted < steps; this.counted++) {
      this.last = runs(schedule[this.counted] as number, this.last)
      this.counts[this.last] = (this.counts[this.last] as number) + 1
    }
  }

  of(actor: number): number {
    return this.counts[actor] as number
  }

  reset(): void {
    this.counts.fill(0)
    this.counted = 0
  }
}

const PER_ACTOR = 2 ** 32

/**
 * Without preemption, but for the deviations: each is taken when its actor has run as often as it says, if it is possible.
 *
 * An execution is determined by its deviations, and one without some of them is often much the same elsewhere: what shrinking
 * needs.
 */
export class Deviating implements Chooser {
  private readonly at = new Map<number, number>()
  private readonly counts = new StepCounts()

  constructor(deviations: readonly Deviation[]) {
    for (const { of, after, choice } of deviations) this.at.set((of + 1) * PER_ACTOR + after, choice)
  }

  choose(world: World): number {
    this.counts.update(world)
    const { current } = world
    const after = current < 0 ? 0 : this.counts.of(current)
    const wanted = this.at.get((current + 1) * PER_ACTOR + after)
    return wanted !== undefined && isEnabled(world, wanted) ? wanted : choiceWithoutPreemption(world)
  }
}

/** A turn of an actor: it runs until it has run so often, or cannot. */
export interface Turn {
  readonly actor: number
  readonly until: number
}

/** The choice of a step that is not the plain one, by {@link stepKey}. */
export type Ways = ReadonlyMap<number, number>

function stepKey(actor: number, local: number): number {
  return actor * PER_ACTOR + local
}

/** Who runs when `choice` is made, and `last` ran before: its actor, unless a store reaches memory. */
function runs(choice: number, last: number): number {
  return (choice & MAX_ACTORS) === 0 ? choice & (MAX_ACTORS - 1) : last
}

/** The turns of an execution, and the ways of its steps. */
export function turnsOf(choices: ArrayLike<number>): { turns: Turn[]; ways: Ways } {
  const local = new Int32Array(MAX_ACTORS)
  const ways = new Map<number, number>()
  const turns: Turn[] = []
  let actor = 0
  for (let step = 0; step < choices.length; step++) {
    const choice = choices[step] as number
    actor = runs(choice, actor)
    if (choice !== actor) ways.set(stepKey(actor, local[actor] as number), choice)
    local[actor] = (local[actor] as number) + 1
    const until = local[actor] as number
    const last = turns.at(-1)
    if (last?.actor === actor) turns[turns.length - 1] = { actor, until }
    else turns.push({ actor, until })
  }
  return { turns, ways }
}

/** Turn after turn; what is not possible is left out, and after the last it goes on without preemption. */
export class InTurns implements Chooser {
  private readonly counts = new StepCounts()
  private readonly turns: readonly Turn[]
  private readonly ways: Ways
  private turn = 0

  constructor(turns: readonly Turn[], ways: Ways) {
    this.turns = turns
    this.ways = ways
  }

  choose(world: World): number {
    this.counts.update(world)
    for (; this.turn < this.turns.length; this.turn++) {
      const { actor, until } = this.turns[this.turn] as Turn
      const done = this.counts.of(actor)
      if (done >= until) continue
      const wanted = this.ways.get(stepKey(actor, done)) ?? actor
      if (isEnabled(world, wanted)) return wanted
      if (wanted !== actor && isEnabled(world, actor)) return actor
    }
    return choiceWithoutPreemption(world)
  }
}
