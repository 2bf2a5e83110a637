import { WRITE } from '@holdfast/compiler'
import { outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import { PG_WIRE_COUNT } from '@holdfast/mm'
import type { AddressTable } from '../machine/address-table.js'
import type { MachineTarget } from '../machine/machine-target.js'

/**
 * The wiring of page frames.
 *
 * Verifies   that no wire count goes below 0: somebody has then unwired a page that was not the one he wired, and the other stays wired for ever.
 * Does not   notice a page that stays wired and is never unwired: the invariants of the machine at rest do (wire leaks).
 */
export class WireCounts implements Observer {
  readonly name = 'wire counts'
  readonly ofStates = true
  private readonly target: MachineTarget
  private readonly table: AddressTable
  private readonly placeOf: (site: number) => string
  private readonly first: number

  constructor(target: MachineTarget, table: AddressTable, placeOf: (site: number) => string) {
    this.target = target
    this.table = table
    this.placeOf = placeOf
    this.first = target.machine.config.vmPages
  }

  reset(): void {}

  event(world: World): void {
    if (world.evKind !== WRITE || world.evNew >= 0 || world.evAddr < this.first) return
    const placed = this.table.at(world.evAddr)
    if (placed?.layout.name !== 'vm_page' || placed.field.offset !== PG_WIRE_COUNT) return
    const site = outerSite(world)
    world.report({
      verdict: 'wireLeak',
      message: `${this.target.actorText(world, world.evActor)} unwires ${this.target.nameOf(world.evAddr)}, which is not wired, in ${this.placeOf(site)}`,
      sites: [site],
      steps: [world.steps - 1],
      words: [world.evAddr],
    })
  }

  finish(): void {}
}
