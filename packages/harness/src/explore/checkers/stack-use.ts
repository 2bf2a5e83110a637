import type { Observer, World } from '@holdfast/explorer'
import { outerSite } from '@holdfast/explorer'
import { eventKinds, L_FLAG } from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * The kernel stack on which a CPU runs.
 *
 * Verifies   that no LWP is marked as swapped out, freed, or gone on with by another CPU while a CPU is on its stack, also in the middle of the
 *            switch, after LP_RUNNING was cleared and before the PCB is saved: every instruction there uses the u-area, whether or not it touches a
 *            word of it.
 * Does not   look at accesses to the u-area: the kernel's own pages do that, at each (StackTouch).
 */
export class StackUse implements Observer, MachineListener {
  readonly name = 'stack use'
  readonly ofStates = true
  private readonly target: MachineTarget
  private readonly placeOf: (site: number) => string

  constructor(target: MachineTarget, placeOf: (site: number) => string) {
    this.target = target
    this.placeOf = placeOf
    target.listen(this)
  }

  reset(): void {}

  finish(): void {}

  note(world: World, actor: number, kind: number, a: number, b: number): void {
    const event = eventKinds[kind]?.name
    if (event === 'swapout') this.mustBeLeft(world, actor, 'swaps out', a)
    else if (event === 'free') this.mustBeLeft(world, actor, 'frees', a)
    else if (event === 'switch') this.mustBeLeft(world, actor, 'goes on with', b)
  }

  /** No other CPU is on the stack of `lwp`. */
  private mustBeLeft(world: World, actor: number, does: string, lwp: number): void {
    const on = this.target.cpus.findIndex(({ self }, cpu) => cpu !== actor && self === lwp)
    if (on < 0) return
    const site = world.site[on] as number
    const where = outerSite(world)
    world.report({
      verdict: 'stackTouch',
      message: `CPU${actor} ${does} ${this.target.lwpName(world, lwp)} in ${this.placeOf(where)}, while CPU${on} is still on its stack, in ${this.placeOf(site)}`,
      sites: [where, site],
      steps: [Math.max(0, world.steps - 1)],
      words: [lwp + L_FLAG],
    })
  }
}
