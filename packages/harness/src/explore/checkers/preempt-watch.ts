import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import { L_KCPU, L_NOPREEMPT, OPC_EOTHER, eventKinds } from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * Whether an LWP may be put off, and where it goes on.
 *
 * Verifies   P1  at the end of an operation of its program it may be preempted (l_nopreempt is 0): whoever forbade that has allowed it again
 *            P2  one that is moved to another CPU is in user mode: no CPU has a coroutine of it in the kernel (l_kcpu)
 * Does not   tell whether preemption is forbidden where it must be: what goes wrong there is found otherwise.
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

  /** P2 */
  note(world: World, _actor: number, kind: number, lwp: number): void {
    const event = eventKinds[kind]?.name
    if (event !== 'migrate' && event !== 'steal') return
    if (issuedWords(world)[lwp + L_KCPU] !== 0)
      this.report(world, lwp, 'is moved to another CPU in the middle of the kernel', lwp + L_KCPU)
  }

  /** P1 */
  counted(world: World, actor: number, counter: number): void {
    const lwp = this.target.cpus[actor]?.self ?? 0
    if (counter <= OPC_EOTHER && issuedWords(world)[lwp + L_NOPREEMPT] !== 0)
      this.report(world, lwp, 'may not be preempted any more', lwp + L_NOPREEMPT)
  }

  private report(world: World, lwp: number, what: string, word: number): void {
    if (world.reports.some(({ words }) => words?.[0] === word)) return
    world.report({
      verdict: 'invariant',
      message: `${this.target.lwpName(world, lwp)} ${what}`,
      sites: [outerSite(world)],
      steps: [Math.max(0, world.steps - 1)],
      words: [word],
    })
  }
}
