import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { slotOf } from './slots.js'
import type { Strategy } from './strategy.js'

/**
 * One after the other, in the order of numbers, round and round; nothing by chance.
 *
 * Execution i lets each go on for i + 1 operations (its quantum) before the next has its turn, or until it waits. The timeout of an
 * actor has its turn after the actor, then its interrupts. Alternatives (CHOOSE, whom a signal wakes) are taken in rotation. Ends
 * with the execution in which nobody was stopped by its quantum, as all others would be the same.
 */
export class RoundRobin implements Strategy {
  readonly name = 'round-robin'
  readonly exhaustive = false
  private quantum = 1
  private left = 0
  /** Place in the order of the turn taken last. */
  private last = -1
  private rotation = 0
  private stopped = true

  begin(index: number): boolean {
    if (index > 0 && !this.stopped) return false
    this.quantum = index + 1
    this.left = this.quantum
    this.last = -1
    this.rotation = 0
    this.stopped = false
    return true
  }

  choose(world: World): number {
    const { current } = world
    const canGoOn = current >= 0 && world.canGoOn(current)
    let turn = current
    if (!canGoOn || this.left === 0 || this.last !== placeOf(current)) {
      turn = this.next(world)
      if (canGoOn && turn !== current) this.stopped = true
      this.left = this.quantum
    }
    this.left--
    return this.oneOf(world, turn)
  }

  /** The first enabled choice after the last turn, round and round. */
  private next(world: World): number {
    const { choices, choiceCount } = world
    let first = -1
    let next = -1
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      const place = placeOf(slotChoice(world, choice))
      if (first < 0 || place < placeOf(first)) first = slotChoice(world, choice)
      if (place > this.last && (next < 0 || place < placeOf(next))) next = slotChoice(world, choice)
    }
    return next < 0 ? first : next
  }

  /** One of the alternatives of a turn. */
  private oneOf(world: World, turn: number): number {
    const { choices, choiceCount } = world
    this.last = placeOf(turn)
    let ways = 0
    for (let i = 0; i < choiceCount; i++) if (slotChoice(world, choices[i] as number) === turn) ways++
    if (ways === 1) return turn
    const way = this.rotation++ % ways
    return turn | (way << WAY_SHIFT)
  }
}

/** The choice without its alternative. */
function slotChoice(world: World, choice: number): number {
  return slotOf(world, choice) < MAX_ACTORS ? choice & (MAX_ACTORS - 1) : choice
}

/** Actors in the order of numbers; each before its timeout, its interrupts and its store buffer. */
function placeOf(choice: number): number {
  const way = choice >> WAY_SHIFT
  if ((choice & MAX_ACTORS) !== 0) return (choice & (MAX_ACTORS - 1)) * 16 + 15
  return (choice & (MAX_ACTORS - 1)) * 16 + (way >= FIRST_INTERRUPT ? 2 + way - FIRST_INTERRUPT : way)
}
