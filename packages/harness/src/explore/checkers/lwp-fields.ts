import { DRAIN } from '@holdfast/explorer'
import type { World } from '@holdfast/explorer'
import { LWP_WORDS } from '@holdfast/kernel'
import type { MachineTarget } from '../machine/machine-target.js'

/** Which LWP, and which of its fields, an event has written. */
export class LwpFields {
  private readonly start: number
  private readonly end: number
  /** Address of the LWP, and offset of the field, that the last call found. */
  lwp = 0
  field = 0

  constructor({ machine }: MachineTarget) {
    const { lwps, nlwps } = machine.config
    this.start = lwps
    this.end = lwps + nlwps * LWP_WORDS
  }

  /** Whether the event at hand writes a single word, of an LWP: then it is known which. */
  writes({ evWrote, evKind, evWords, evAddr }: World): boolean {
    if (!evWrote || evWords !== 1 || evAddr < this.start || evAddr >= this.end || evKind === DRAIN)
      return false
    this.field = (evAddr - this.start) % LWP_WORDS
    this.lwp = evAddr - this.field
    return true
  }
}
