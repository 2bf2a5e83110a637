import { beat } from './pulse.js'
import type { World } from './world.js'

/** Events of an execution after which it shows a sign of life, and whoever runs it is asked whether it may go on. */
const LOOK_STEPS = 50_000

/** How long an execution may be: up to the step limit, or until whoever runs it has no more time. */
export class Patience {
  /** Events at which {@link goesOn} is to be asked. */
  until = 0
  /** Asked now and then in a long execution; false ends it, as abandoned. */
  mayTakeLonger: () => boolean = () => true
  private readonly world: World

  constructor(world: World) {
    this.world = world
  }

  /** Whether an execution that has come to {@link until} goes on; if not it has been ended. */
  goesOn(): boolean {
    const { world } = this
    beat()
    if (world.steps >= world.options.stepLimit) world.end('stepLimit')
    else if (world.steps > 0 && !this.mayTakeLonger()) world.end('abandoned')
    else {
      this.until = Math.min(world.options.stepLimit, world.steps + LOOK_STEPS)
      return true
    }
    return false
  }
}
