import { ENDED } from '../engine/kinds.js'
import type { StoreBuffers } from '../engine/store-buffers.js'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { ADDR, ADDR2, RECORD, WORDS, WORDS2, footprint } from './dependence.js'

const record = new Int32Array(RECORD)

/**
 * Takes from `world.choices` the drains that may as well come later; for searches in which they are free, and would be tried at every point.
 *
 * A drain stays where its buffer has a store to a word that another actor is about to touch, waits for, or has in its own; where its actor
 * cannot go on without; or where there is nothing else to do. Elsewhere it commutes with whatever comes next: so every interleaving is
 * equivalent to one, with as many preemptions, whose drains all stay.
 *
 * But for interrupts, which are enabled only while the buffer is empty: one that could come if this drain did is put off with it. To keep those
 * drains would be to try them at nearly every step of a machine. Returns whether there was one, and so whether the search is not exact.
 */
export function keepLateDrains(world: World): boolean {
  const { buffers, choices, choiceCount, target } = world
  if (buffers === null) return false
  let kept = 0
  let putsOff = false
  for (let i = 0; i < choiceCount; i++) {
    const choice = choices[i] as number
    const actor = choice & (MAX_ACTORS - 1)
    if ((choice & MAX_ACTORS) === 0 || isDue(world, buffers, actor)) choices[kept++] = choice
    else putsOff ||= (target.interrupts?.(world, actor) ?? 0) !== 0
  }
  if (kept === 0) return false
  world.choiceCount = kept
  return putsOff
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
