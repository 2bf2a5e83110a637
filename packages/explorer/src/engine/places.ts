import type { World } from './world.js'

/**
 * The place of the event at hand as a reader wants it: within the code of a lock, the innermost call that is outside of it; elsewhere
 * the site of the event.
 */
export function outerSite(world: World): number {
  const { target, evSite } = world
  if (target.isInner === undefined || !target.isInner(evSite)) return evSite
  const calls = world.contexts[world.evActor]?.calls ?? []
  for (let i = calls.length - 1; i >= 0; i--) {
    const site = calls[i] as number
    if (site >= 0 && !target.isInner(site)) return site
  }
  return evSite
}
