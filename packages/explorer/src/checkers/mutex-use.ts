import { CV_WAIT, LOCK, TRY_LOCK, UNLOCK } from '@holdfast/compiler'
import { CV_BLOCKED } from '../engine/kinds.js'
import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'

/**
 * The use of model mutexes.
 *
 * Verifies   that whoever releases one, by `unlock` or `cvWait`, holds it.
 * Does not   keep the release from happening: the mutex is free afterwards, whoever held it.
 */
export class MutexUse implements Observer {
  readonly name = 'mutex use'
  private readonly names: Names
  private readonly owners = new Map<number, number>()

  constructor(names: Names = {}) {
    this.names = names
  }

  reset(): void {
    if (this.owners.size > 0) this.owners.clear()
  }

  event(world: World): void {
    switch (world.evKind) {
      case LOCK:
      case CV_BLOCKED:
        this.owners.set(world.evAddr, world.evActor)
        return
      case TRY_LOCK:
        if (world.evWrote) this.owners.set(world.evAddr, world.evActor)
        return
      case UNLOCK:
        this.released(world, world.evAddr)
        return
      case CV_WAIT:
        this.released(world, world.evAddr2)
        return
      default:
    }
  }

  repeated(): void {}

  finish(): void {}

  private released(world: World, mutex: number): void {
    const owner = this.owners.get(mutex)
    this.owners.delete(mutex)
    if (owner === world.evActor) return
    const whose = owner === undefined ? 'nobody holds it' : `${actorName(this.names, world, owner)} holds it`
    const who = actorName(this.names, world, world.evActor)
    world.report({
      verdict: 'assertion',
      message: `${who} releases ${wordName(world, mutex)} at ${siteName(this.names, world.evSite)}, and ${whose}`,
      sites: [world.evSite],
      steps: [world.steps - 1],
      words: [mutex],
    })
  }
}
