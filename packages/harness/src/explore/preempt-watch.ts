import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import { L_NOPREEMPT, OPC_EOTHER } from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from './machine-target.js'

/**
 * Kernel preemption, at the end of each operation of a program.
 *
 * Verifies   that the LWP may be preempted (l_nopreempt is 0): whoever forbade it has allowed it again
 * Does not   tell whether it is forbidden where it must be: what goes wrong there is found otherwise.
 */
export class PreemptWatch implements Observer, MachineListener {
  readonly name = 'preemption'
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
    target.listen(this)
  }

  reset(): void {}

  finish(): void {}

  note(): void {}

  counted(world: World, actor: number, counter: number): void {
    const lwp = this.target.cpus[actor]?.self ?? 0
    const word = lwp + L_NOPREEMPT
    if (counter > OPC_EOTHER || issuedWords(world)[word] === 0) return
    if (world.reports.some(({ words }) => words?.[0] === word)) return
    world.report({
      verdict: 'invariant',
      message: `${this.target.lwpName(world, lwp)} may not be preempted any more`,
      sites: [outerSite(world)],
      steps: [Math.max(0, world.steps - 1)],
      words: [word],
    })
  }
}
