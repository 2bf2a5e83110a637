import * as ops from '@holdfast/compiler'
import { collect } from './enabled.js'
import * as kinds from './kinds.js'
import * as limits from './limits.js'
import type { Memo } from './memo.js'
import type { Observer } from './observer.js'
import { perform } from './perform.js'
import type { Chooser, World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { SPAWN } = ops
const { ALWAYS, ENDED } = kinds
const { MAX_ACTORS, WAY_SHIFT } = limits

/**
 * Runs an execution of a pure target, whose actors have begun, to its end: `World.run` without coroutines and interrupts.
 *
 * What is enabled is found anew only where it can have changed. As long as every pending operation is one that is enabled whatever
 * memory holds, an event takes away its actor's choice at most.
 */
export function runPure(world: World, memo: Memo, chooser: Chooser, observers: readonly Observer[]): void {
  const { kind } = world
  const { stepLimit } = world.options
  let settled = collect(world)
  while (world.outcome !== 'failed') {
    const { steps } = world
    if (steps >= stepLimit) return world.end('stepLimit')
    while (world.choiceCount === 0) {
      if (!world.nothingEnabled()) return
      settled = collect(world)
    }
    const choice = chooser.choose(world)
    if (choice < 0) return world.end('abandoned')
    const actor = choice & (MAX_ACTORS - 1)
    const before = kind[actor]
    const result = perform(world, actor, choice >> WAY_SHIFT)
    if (steps === world.schedule.length) world.growSchedule()
    world.schedule[steps] = choice
    world.steps = steps + 1
    world.current = actor
    for (let i = 0; i < observers.length; i++) (observers[i] as Observer).event(world)
    if (world.again) {
      world.again = false
      settled = collect(world)
      continue
    }
    memo.advance(actor, result)
    const after = kind[actor] as number
    if (settled && before !== SPAWN) {
      if (ALWAYS[after] === 1) continue
      if (after === ENDED) {
        leave(world, actor)
        continue
      }
    }
    settled = collect(world)
  }
}

/** `actor` has ended, and nothing else has changed. */
function leave(world: World, actor: number): void {
  const { choices } = world
  const count = world.choiceCount - 1
  let at = 0
  while (choices[at] !== actor) at++
  for (; at < count; at++) choices[at] = choices[at + 1] as number
  world.choiceCount = count
}
