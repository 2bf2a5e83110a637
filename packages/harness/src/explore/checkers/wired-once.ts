import type { Observer, World } from '@holdfast/explorer'
import { PG_WIRE_COUNT, VM_PAGE_WORDS } from '@holdfast/mm'
import type { MachineTarget } from '../machine/machine-target.js'

/**
 * The wiring of page frames when all processes are gone.
 *
 * Verifies   that no frame is wired more than once: what remains are u-areas, in use or in their cache, each of which is wired once.
 * Does not   look at executions that end otherwise, nor tell who wired a frame.
 */
export class WiredOnce implements Observer {
  readonly name = 'wired once'
  readonly ofStates = true
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
  }

  reset(): void {}

  finish(world: World): void {
    if (world.outcome !== 'done' || world.reports.length > 0) return
    const { vmPages, physmem } = this.target.machine.config
    for (let frame = 0; frame < physmem; frame++) {
      const addr = vmPages + frame * VM_PAGE_WORDS + PG_WIRE_COUNT
      const count = world.words[addr] as number
      if (count <= 1) continue
      world.report({
        verdict: 'wireLeak',
        message: `at the end, wired-once: a frame is wired ${count} times`,
        sites: [],
        words: [addr],
      })
      return
    }
  }
}
