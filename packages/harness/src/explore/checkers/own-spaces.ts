import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import { P_VMSPACE, PROC_WORDS } from '@holdfast/kernel'
import type { MachineTarget } from '../machine/machine-target.js'

/**
 * The address spaces of processes.
 *
 * Verifies   that no process is given the address space of another, but for that of proc0: no scenario asks for one that is shared (vfork).
 * Does not   look at what is in it.
 */
export class OwnSpaces implements Observer {
  readonly name = 'own spaces'
  readonly ofStates = true
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
  }

  reset(): void {}

  event(world: World): void {
    if (!world.evWrote || world.evKind === DRAIN) return
    const { procs, nprocs, proc0Vmspace } = this.target.machine.config
    const from = world.evAddr - procs - P_VMSPACE
    if (from < 0 || from >= nprocs * PROC_WORDS || from % PROC_WORDS !== 0) return
    const space = world.evNew
    if (space === 0 || space === proc0Vmspace) return
    const words = issuedWords(world)
    for (let p = procs; p < procs + nprocs * PROC_WORDS; p += PROC_WORDS) {
      if (p === procs + from || words[p + P_VMSPACE] !== space) continue
      const site = outerSite(world)
      world.report({
        verdict: 'invariant',
        message: `${this.target.nameOf(p)} and ${this.target.nameOf(procs + from)} have the same address space`,
        sites: [site],
        steps: [world.steps - 1],
        words: [world.evAddr, p + P_VMSPACE],
      })
      return
    }
  }

  finish(): void {}
}
