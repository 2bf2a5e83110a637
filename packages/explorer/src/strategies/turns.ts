import { ENDED } from '../engine/kinds.js'
import { BUFFER, MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'

/** The last actor goes on while it can; if its stores must reach memory first, they do. */
export function goOn(world: World): number {
  if (world.canGoOn(world.current)) return world.current
  const drain = ownDrain(world)
  return drain >= 0 ? drain : (world.choices[0] as number)
}

/** The choice by which the oldest store of the last actor reaches memory; -1 if there is none, or the actor has ended. */
export function ownDrain({ buffers, current, kind }: World): number {
  const some = buffers !== null && current >= 0 && buffers.count[current] !== 0 && kind[current] !== ENDED
  return some ? current | BUFFER : -1
}

/** Operations of a turn. */
const TURN = 16

/** The actors take turns of a few operations; each is interrupted, at its turn, as soon as it can be. */
export function takeTurns(world: World, turn = TURN): number {
  const { choices, choiceCount, current } = world
  if (world.steps % turn !== 0 && world.canGoOn(current)) return current
  let best = -1
  let least = Infinity
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    const after = ((choice & (MAX_ACTORS - 1)) - current - 1 + MAX_ACTORS) % MAX_ACTORS
    // Of one actor, interrupts come after the plain way in the list, and are taken first.
    if (after > least) continue
    least = after
    best = choice
  }
  return best
}

/** A hash that goes on with what is enabled. */
export function hashOf(world: World, before: number): number {
  const { choices, choiceCount } = world
  let hash = before ^ choiceCount
  for (let i = 0; i < choiceCount; i++) {
    hash = Math.imul(hash ^ (choices[i] as number), 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}

export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
