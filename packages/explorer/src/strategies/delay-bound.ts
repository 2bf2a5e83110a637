import { CHOOSE, CV_SIGNAL, YIELD } from '@holdfast/compiler'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { BoundedSearch } from './bounded-search.js'
import type { BoundedOptions, Costs } from './bounded-options.js'

/**
 * The base scheduler goes on with the last actor while it can (until it yields), then with the next one in the order of numbers, round
 * and round. Each delay skips one:
 *
 *     enabled 0 1 3, the last was 1       order 1 3 0       costs 0 1 2
 *
 * Alternatives of one actor (CHOOSE, whom a signal wakes) cost the same. A timeout or an interrupt costs 1 wherever it comes; nothing,
 * for the first of them, if no actor can go on in the plain way. Stores that reach memory are free.
 */
const DELAYS: Costs = {
  name: 'delay-bound',
  unit: 'delay',
  of(world, into, from) {
    const { choices, choiceCount } = world
    const start = startOf(world)
    let plain = 0
    let last = -1
    let before = 0
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      const actor = choice & (MAX_ACTORS - 1)
      if (!isPlain(world, choice) || actor === last) continue
      last = actor
      plain++
      if (actor < start) before++
    }
    let most = 0
    let seen = -1
    last = -1
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      const actor = choice & (MAX_ACTORS - 1)
      let cost: number
      if (isPlain(world, choice)) {
        if (actor !== last) seen++
        last = actor
        cost = seen >= before ? seen - before : seen + plain - before
      } else if ((choice & MAX_ACTORS) !== 0) cost = 0
      else cost = plain === 0 && i === 0 ? 0 : 1
      into[from + i] = Math.min(cost, 255)
      if (cost > most) most = cost
    }
    return Math.min(most, 255)
  },
  past: startOf,
}

/** The actor from which on the base scheduler looks for one that can go on. */
function startOf(world: World): number {
  if (world.current < 0) return 0
  return world.evKind === YIELD ? world.current + 1 : world.current
}

function isPlain(world: World, choice: number): boolean {
  if (choice < MAX_ACTORS) return true
  if (choice >> WAY_SHIFT >= FIRST_INTERRUPT) return false
  const kind = world.kind[choice & (MAX_ACTORS - 1)]
  return kind === CHOOSE || kind === CV_SIGNAL
}

/**
 * Delay bounding (Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL 2011), iterative: what the base scheduler does, then all
 * that differs from it by one delay, two, ... up to `bound`. The number of executions does not depend on that of actors.
 */
export class DelayBound extends BoundedSearch {
  constructor(options: BoundedOptions = {}) {
    super(DELAYS, options)
  }
}
