import type { Frames } from './frames.js'
import type { World } from './world.js'

/** How an execution ended: all ended or at rest; nothing enabled; cut by the step limit; given up by its strategy; ended by a failure. */
export type Outcome = 'done' | 'blocked' | 'stepLimit' | 'abandoned' | 'failed'

/** Who decides: see strategies/strategy.ts. */
export interface Chooser {
  /** Picks one of `world.choices[0 .. world.choiceCount)`, or returns -1 to give the execution up. */
  choose(world: World): number
  /** Told of calls and returns. */
  readonly frames?: Frames | undefined
}

/** Goes on with the same actor for as long as it can. */
export const FIRST_CHOICE: Chooser = {
  choose: (world) => (world.canGoOn(world.current) ? world.current : (world.choices[0] as number)),
}

/** The same choices, with room for as many again. */
export function grown(schedule: Uint16Array): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(schedule.length * 2)
  larger.set(schedule)
  return larger
}
