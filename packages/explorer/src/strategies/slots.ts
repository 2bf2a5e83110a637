import { CHOOSE, CV_SIGNAL } from '@holdfast/compiler'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import type { Rng } from './rng.js'

const SOURCES = 8

/**
 * Slots: what has a priority of its own in strategies that rank.
 *
 *   0 .. 127       an actor that goes on in the plain way (alternatives of CHOOSE and CV_SIGNAL included)
 *   128 .. 255     its timeout or spurious wake-up, or the oldest store in its buffer reaching memory
 *   256 ..         an interrupt: actor * 8 + source
 *
 * Timeouts, interrupts and stores come from outside; ranked with their actor, those of a high one would be taken at once, always.
 */
export const SLOTS = MAX_ACTORS * 2 + MAX_ACTORS * SOURCES

/** The slot of an enabled choice. */
export function slotOf(world: World, choice: number): number {
  if (choice < MAX_ACTORS) return choice
  const actor = choice & (MAX_ACTORS - 1)
  const way = choice >> WAY_SHIFT
  if ((choice & MAX_ACTORS) !== 0) return MAX_ACTORS + actor
  if (way >= FIRST_INTERRUPT) return MAX_ACTORS * 2 + actor * SOURCES + (way - FIRST_INTERRUPT)
  const kind = world.kind[actor]
  return kind === CHOOSE || kind === CV_SIGNAL ? actor : MAX_ACTORS + actor
}

/** Whether more than one slot is enabled: whether there is anything to decide between actors. */
export function isDecision(world: World): boolean {
  const { choices, choiceCount } = world
  if (choiceCount < 2) return false
  const first = slotOf(world, choices[0] as number)
  for (let i = 1; i < choiceCount; i++) if (slotOf(world, choices[i] as number) !== first) return true
  return false
}

/** One of the enabled choices of a slot, each as likely. No number is drawn if there is only one. */
export function choiceOfSlot(world: World, slot: number, rng: Rng): number {
  const { choices, choiceCount } = world
  let ways = 0
  let found = -1
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    if (slotOf(world, choice) !== slot) continue
    ways++
    if (ways === 1 || rng.below(ways) === 0) found = choice
  }
  return found
}
