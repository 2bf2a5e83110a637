import type { Observer, World } from '@holdfast/explorer'
import { outerSite } from '@holdfast/explorer'
import { eventKinds, L_FLAG } from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from './machine-target.js'

/**
 * The kernel stack on which a CPU runs.
 *
 * Verifies   that no LWP is marked as swapped out while a CPU is on its stack, also in the middle of the switch, after LP_RUNNING was
 *            cleared and before the PCB is saved: every instruction there uses the u-area, whether or not it touches a word of it.
 * Does not   look at accesses to the u-area: the kernel's own pages do that, at each (StackTouch).
 */
export class StackUse implements Observer, MachineListener {
  readonly name = 'stack use'
  private readonly target: MachineTarget
  private readonly placeOf: (site: number) => string

  constructor(target: MachineTarget, placeOf: (site: number) => string) {
    this.target = target
    this.placeOf = placeOf
    target.listen(this)
  }

  reset(): void {}

  event(): void {}

  finish(): void {}

  note(world: World, actor: number, kind: number, lwp: number): void {
    if (eventKinds[kind]?.name !== 'swapout') return
    const on = this.target.cpus.findIndex(({ self }) => self === lwp)
    if (on < 0) return
    const site = world.site[on] as number
    const where = outerSite(world)
    world.report({
      verdict: 'stackTouch',
      message: `CPU${actor} swaps out ${this.target.lwpName(world, lwp)} in ${this.placeOf(where)}, while CPU${on} is still on its stack, in ${this.placeOf(site)}`,
      sites: [where, site],
      steps: [Math.max(0, world.steps - 1)],
      words: [lwp + L_FLAG],
    })
  }
}
