import { ENDED } from '../engine/kinds.js'
import type { StoreBuffers } from '../engine/store-buffers.js'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { ADDR, ADDR2, RECORD, WORDS, WORDS2, footprint } from './dependence.js'

const record = new Int32Array(RECORD)

/**
 * Takes from `world.choices` the drains that may as well come later; for searches in which they are free, and would be tried at every point.
 *
 * A drain stays where its buffer has a store to a word that another actor is about to touch, waits for, or has in its own; where its actor cannot go on
 * without; or where there is nothing else to do. Elsewhere it commutes with whatever comes next: so every interleaving is equivalent to one, with as many preemptions, whose
 * drains all stay.
 */
export function keepLateDrains(world: World): void {
  const { buffers, choices, choiceCount } = world
  if (buffers === null) return
  let kept = 0
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    if ((choice & MAX_ACTORS) === 0 || isDue(world, buffers, choice & (MAX_ACTORS - 1)))
      choices[kept++] = choice
  }
  if (kept > 0) world.choiceCount = kept
}

function isDue(world: World, buffers: StoreBuffers, actor: number): boolean {
  if (world.kind[actor] !== ENDED && buffers.holdsUp(actor)) return true
  for (let other = 0; other < world.n; other++) {
    if (other === actor) continue
    if (buffers.meet(actor, other)) return true
    if (world.kind[other] === ENDED) continue
    footprint(world, other, 0, record, 0)
    if (meets(buffers, actor, ADDR, WORDS) || meets(buffers, actor, ADDR2, WORDS2)) return true
  }
  return false
}

function meets(buffers: StoreBuffers, actor: number, first: number, count: number): boolean {
  const from = record[first] as number
  for (let word = from; word < from + (record[count] as number); word++)
    if (buffers.holds(actor, word)) return true
  return false
}
