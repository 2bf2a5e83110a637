import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { ownDrain } from '../../strategies/turns.js'

/** Whether `choice` is enabled now. */
export function isEnabled(world: World, choice: number): boolean {
  const { choices, choiceCount } = world
  for (let i = 0; i < choiceCount; i++) if (choices[i] === choice) return true
  return false
}

/** Where the last actor stands in the program, as a number: what it is about to do, and the calls it is in. 0: there is none. */
export function standing({ contexts, current, site, target }: World): number {
  if (current < 0) return 0
  let hash = (site[current] as number) + 1
  // Of what the engine remembers, it does not know the calls.
  const calls = target.pure ? [] : (contexts[current]?.calls ?? [])
  for (const call of calls) hash = (Math.imul(hash, 0x01000193) ^ call) | 0
  return hash
}

/**
 * What happens where nobody decides: the running actor goes on as long as it can, and then the next that can, in the order of actors.
 * Time-outs and spurious wake-ups come after all that is plain, and so do stores that reach memory, unless the running actor cannot go on without;
 * interrupts last.
 */
export function choiceWithoutPreemption(world: World): number {
  const { choices, choiceCount, current } = world
  const drain = ownDrain(world)
  if (drain >= 0) return world.canGoOn(current) ? current : drain
  let best = -1
  let bestRank = Infinity
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    if (choice === current) return choice
    const rank = rankOf(choice, current)
    if (rank < bestRank) {
      best = choice
      bestRank = rank
    }
  }
  return best
}

function rankOf(choice: number, current: number): number {
  const actor = choice & (MAX_ACTORS - 1)
  const way = choice >> WAY_SHIFT
  const turn = (actor - current + MAX_ACTORS - 1) % MAX_ACTORS
  const group = way === 0 ? 0 : way < FIRST_INTERRUPT ? 1 : 2
  return (group * 128 + way) * MAX_ACTORS + turn
}
