import { MAX_ACTORS } from '../../engine/world.js'
import type { Rng } from '../../strategies/rng.js'
import type { Deviation, Shown } from './trial.js'

/** A deviation is moved by fewer steps of its actor than 2 to this; small distances are as likely as large ones. */
const FURTHEST = 12

/**
 * Deviations near those of an execution that shows the fault: one or two of them left out, sometimes another put in, some of the others
 * a little earlier or later. Leaving out alone seldom shows the fault again: what the others have to do is then done elsewhere.
 */
export function neighbour({ deviations, choices }: Shown, rng: Rng): Deviation[] {
  const near: Deviation[] = [...deviations]
  const two = rng.below(3) === 0
  for (let left = two ? 2 : 1; left > 0 && near.length > 0; left--) near.splice(rng.below(near.length), 1)
  if (two || rng.below(4) === 0) near.push(anywhere(choices, rng))
  return near.map((each) => (rng.below(3) === 0 ? { ...each, after: moved(each.after, rng) } : each))
}

function moved(after: number, rng: Rng): number {
  const distance = rng.below((1 << rng.below(FURTHEST)) + 1)
  return Math.max(0, after + (rng.below(2) === 0 ? distance : -distance))
}

/** After any step, an actor that takes part goes on. */
function anywhere(choices: Uint16Array, rng: Rng): Deviation {
  const actorAt = (step: number): number => (choices[step] as number) & (MAX_ACTORS - 1)
  const step = rng.below(choices.length)
  const of = actorAt(step)
  const after = choices.slice(0, step + 1).filter((choice) => (choice & (MAX_ACTORS - 1)) === of).length
  return { of, after, choice: actorAt(rng.below(choices.length)), where: 0 }
}
