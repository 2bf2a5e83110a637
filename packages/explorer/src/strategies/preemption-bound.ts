import { ALWAYS } from '../engine/kinds.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { BoundedSearch } from './bounded-search.js'
import type { BoundedOptions, Costs } from './bounded-options.js'

/**
 * Whether taking `choice` is a preemption: another actor goes on although the last one could, in the plain way; or an actor that
 * could go on is interrupted.
 *
 * No store that reaches memory is one; they are free, also those that the last actor must wait for before it goes on.
 * Not so a switch away from an actor that waits (that its time could run out does not count), and not the timeout of the last actor itself.
 */
export function isPreemption(world: World, choice: number): boolean {
  const { current } = world
  if ((choice & MAX_ACTORS) !== 0) return false
  const actor = choice & (MAX_ACTORS - 1)
  if (actor !== current && goesOn(world)) return true
  return interruptsWork(world, choice)
}

const PREEMPTIONS: Costs = {
  name: 'preemption-bound',
  unit: 'preemption',
  of(world, into, from) {
    const { choices, choiceCount, current } = world
    const going = goesOn(world)
    let most = 0
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      const leaves = going && (choice & (MAX_ACTORS - 1)) !== current
      const free = (choice & MAX_ACTORS) !== 0
      const cost = !free && (leaves || interruptsWork(world, choice)) ? 1 : 0
      into[from + i] = cost
      if (cost === 1) most = 1
    }
    return most
  },
  // Who ran last is preempted only if he can go on.
  past: (world) => (goesOn(world) ? world.current : -1),
}

/** Whether the last actor can go on, be it after its own stores have reached memory. */
function goesOn(world: World): boolean {
  const { buffers, current, kind } = world
  if (current < 0) return false
  if (world.canGoOn(current)) return true
  return buffers !== null && buffers.count[current] !== 0 && ALWAYS[kind[current] as number] === 1
}

function interruptsWork(world: World, choice: number): boolean {
  return choice >> WAY_SHIFT >= FIRST_INTERRUPT && world.canGoOn(choice & (MAX_ACTORS - 1))
}

/**
 * Iterative preemption bounding (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007): every interleaving without preemptions,
 * then all with one, two, ... up to `bound`.
 */
export class PreemptionBound extends BoundedSearch {
  constructor(options: BoundedOptions = {}) {
    super(PREEMPTIONS, options)
  }
}
