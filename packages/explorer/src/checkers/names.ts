import type { Site } from '@holdfast/compiler'
import type { World } from '../engine/world.js'

/** How reports call places and actors. Words are called as the target calls them. */
export interface Names {
  /** A place in the program. Default: `site 12`. */
  readonly site?: (site: number) => string
  /** An actor, whatever it runs by now. Default: as the target calls it. */
  readonly actor?: (world: World, actor: number) => string
}

/** Names of places from the table of the compiler: `queue.ts:31 (put)`. */
export function placesOf(sites: readonly Site[]): (site: number) => string {
  return (number) => {
    const site = sites[number]
    if (site === undefined) return `site ${number}`
    return `${site.file}:${site.line} (${site.cName})`
  }
}

export function siteName(names: Names, site: number): string {
  return names.site?.(site) ?? `site ${site}`
}

export function actorName(names: Names, world: World, actor: number): string {
  return names.actor?.(world, actor) ?? world.target.actorName?.(world, actor) ?? `T${actor + 1}`
}

/** `words`: as it is called in that memory. */
export function wordName(world: World, addr: number, words?: Int32Array): string {
  return world.target.nameOf?.(addr, words) ?? `word ${addr}`
}
