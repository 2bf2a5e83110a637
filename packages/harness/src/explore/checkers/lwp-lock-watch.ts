import { MUTEX_FLAGS } from '@holdfast/atomics-sync'
import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import { LSIDL, LWP_WORDS, L_MUTEX, L_STAT, SPC_MUTEX } from '@holdfast/kernel'
import type { MachineTarget } from '../machine/machine-target.js'

/**
 * The lock of an LWP, which l_mutex names (kern-lwp-lock.ts), whenever it is exchanged for another.
 *
 * Verifies   M1  who exchanges it holds the lock that covers the LWP until then
 *            M2  an LWP comes under the lock of a run queue only while that is held too: others may want it from then on. (One that is being
 *                made, LSIDL, is wanted by nobody.)
 * Does not   tell whether the new lock is the right one for the state of the LWP: the invariants at the end do.
 */
export class LwpLockWatch implements Observer {
  readonly name = 'LWP locks'
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
  }

  reset(): void {}

  event(world: World): void {
    if (!world.evWrote || world.evKind === DRAIN || world.evWords !== 1) return
    const { lwps, nlwps } = this.target.machine.config
    const from = world.evAddr - lwps - L_MUTEX
    if (from < 0 || from >= nlwps * LWP_WORDS || from % LWP_WORDS !== 0) return
    const { evOld, evNew } = world
    // The first lock of a new LWP.
    if (evOld === 0 || evNew === 0 || evOld === evNew) return
    if (!this.isHeld(world, evOld)) this.report(world, evOld, 'is held by another, or by none')
    else if (this.isRunQueue(evNew) && !this.isHeld(world, evNew)) {
      if (issuedWords(world)[lwps + from + L_STAT] !== LSIDL) this.report(world, evNew, 'is not held')
    }
  }

  finish(): void {}

  private isHeld(world: World, mutex: number): boolean {
    const owner = (issuedWords(world)[mutex] as number) & ~MUTEX_FLAGS
    return owner === this.target.cpus[world.evActor]?.self
  }

  private isRunQueue(mutex: number): boolean {
    const { cpuInfos, cpuInfoWords, ncpu } = this.target.machine.config
    const at = mutex - cpuInfos - SPC_MUTEX
    return at >= 0 && at < ncpu * cpuInfoWords && at % cpuInfoWords === 0
  }

  private report(world: World, mutex: number, how: string): void {
    const { target } = this
    const lwp = world.evAddr - L_MUTEX
    if (world.reports.some((known) => known.words?.[0] === world.evAddr)) return
    const site = outerSite(world)
    world.report({
      verdict: 'guardedBy',
      message: `${target.actorText(world, world.evActor)} changes the lock of ${target.lwpName(world, lwp)} from ${target.nameOf(world.evOld)} to ${target.nameOf(world.evNew)}; ${target.nameOf(mutex)} ${how}`,
      sites: [site],
      steps: [world.steps - 1],
      words: [world.evAddr, mutex],
    })
  }
}
