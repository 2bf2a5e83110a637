import type { Mem } from '@holdfast/atomics-sync'
import { issuedWords } from '@holdfast/explorer'
import type { World } from '@holdfast/explorer'
import { L_INHERITEDPRIO, L_PRIORITY, L_SLEEPQ, lwpEprio } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { LwpFields } from './lwp-fields.js'
import type { MachineTarget } from '../machine/machine-target.js'

/** When LWPs came to the places that they have in their sleep queues: as they were queued, or since then given another effective priority. */
export class Arrivals {
  private readonly fields: LwpFields
  /** By LWP: the step. */
  private readonly since = new Map<number, number>()

  constructor(target: MachineTarget) {
    this.fields = new LwpFields(target)
  }

  reset(): void {
    this.since.clear()
  }

  /** Step of its arrival; 0 if it is on no queue. */
  of(lwp: number): number {
    return this.since.get(lwp) ?? 0
  }

  event(world: World): void {
    const { fields, since } = this
    if (!fields.writes(world)) return
    const { lwp, field } = fields
    if (field === L_SLEEPQ) {
      if (world.evNew === 0) since.delete(lwp)
      else since.set(lwp, world.steps)
    } else if ((field === L_PRIORITY || field === L_INHERITEDPRIO) && since.has(lwp) && isMoved(world, lwp))
      since.set(lwp, world.steps)
  }
}

/** Whether the word that the event has written makes a difference to the effective priority of `lwp`. */
function isMoved(world: World, lwp: number): boolean {
  const words = issuedWords(world)
  const now = (addr: number): number => words[addr] as number
  const before = (addr: number): number => (addr === world.evAddr ? world.evOld : now(addr))
  return effective(now, lwp) !== effective(before, lwp)
}

function effective(read: (addr: number) => number, lwp: number): number {
  return lwpEprio({ mem: { read } as unknown as Mem } as Cpu, lwp)
}
