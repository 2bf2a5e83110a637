import { DRAIN, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'

/** Words from NULL on that are nobody's: the first globals come after them (globals.ts of mm). */
const NULL_PAGE = 64

/**
 * NULL pointers.
 *
 * Verifies   that nobody reads or writes a field of NULL: on the hardware that is a page fault in the kernel, which panics.
 * Does not   know a field of NULL that lies further than {@link NULL_PAGE} words from it.
 */
export class NullPage implements Observer {
  readonly name = 'NULL pointers'
  private readonly actor: (world: World, actor: number) => string

  constructor(actor: (world: World, actor: number) => string) {
    this.actor = actor
  }

  reset(): void {}

  event(world: World): void {
    const { evAddr, evKind, evWords } = world
    if (evAddr >= NULL_PAGE || evWords === 0 || evKind === DRAIN || world.evSite < 0) return
    if (world.reports.some(({ verdict, words }) => verdict === 'panic' && words?.[0] === evAddr)) return
    const message = `${this.actor(world, world.evActor)} follows a NULL pointer, to word ${evAddr} of what it takes for a record`
    world.report({
      verdict: 'panic',
      message,
      sites: [outerSite(world)],
      steps: [world.steps - 1],
      words: [evAddr],
    })
  }

  finish(): void {}
}
