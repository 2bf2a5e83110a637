import type { Site } from '@holdfast/compiler'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { actorNameOf, opName } from './events.js'
import { placeText } from './place-text.js'

/** A choice as words: `T2`, `T2 (way 1)`, `CPU1 taking interrupt 0`. */
export function describeChoice(world: World, choice: number): string {
  const actor = choice & (MAX_ACTORS - 1)
  const way = choice >> WAY_SHIFT
  const name = actor < world.n ? actorNameOf(world, actor) : `actor ${actor}`
  if ((choice & MAX_ACTORS) !== 0) return `the store buffer of ${name}`
  if (way >= FIRST_INTERRUPT) return `${name} taking interrupt ${way - FIRST_INTERRUPT}`
  return way === 0 ? name : `${name} (way ${way})`
}

/** What is enabled now, with what each would do and where. */
export function describeChoices(world: World, sites: readonly Site[]): string[] {
  return Array.from(world.choices.subarray(0, world.choiceCount), (choice) => {
    const actor = choice & (MAX_ACTORS - 1)
    if ((choice & MAX_ACTORS) !== 0) return describeChoice(world, choice)
    const place = sites[world.site[actor] as number]
    const at = place === undefined ? '' : ` in ${placeText(place)}`
    return `${describeChoice(world, choice)}: ${opName(world.kind[actor] as number)}${at}`
  })
}
