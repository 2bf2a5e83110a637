import { MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

/** The same choices did not lead to the same: the target depends on something that the explorer does not control. */
export class Drift extends Error {
  override readonly name = 'Nondeterminism'
  /** Number of the step at which it was noticed. */
  readonly step: number

  constructor(step: number, message: string) {
    super(`at step ${step} ${message}, after the same choices as before`)
    this.step = step
  }
}

/** Choices as text: `0 2 3` are actors, `2/1` is way 1 of actor 2, `2_` a store of it that reaches memory. */
export function choicesText(choices: ArrayLike<number>, from = 0, count = choices.length - from): string {
  const parts: string[] = []
  for (let i = from; i < from + count; i++) parts.push(choiceText(choices[i] as number))
  return parts.length === 0 ? 'nothing' : parts.join(' ')
}

export function choiceText(choice: number): string {
  const way = choice >> WAY_SHIFT
  const actor = choice & (MAX_ACTORS - 1)
  if ((choice & MAX_ACTORS) !== 0) return `${actor}_`
  return way === 0 ? `${actor}` : `${actor}/${way}`
}

/** What is enabled now, as text. */
export function enabledText(world: World): string {
  return choicesText(world.choices, 0, world.choiceCount)
}
