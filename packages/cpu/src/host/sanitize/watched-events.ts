import { OP_COUNT } from '@holdfast/kernel'
import { EventRing } from '../events.js'

/** A CPU's events, of which the end of each user operation is told: there an LWP is about to go to user mode. */
export class WatchedEvents extends EventRing {
  private readonly userret: () => void

  constructor(buffer: SharedArrayBuffer, cpu: number, userret: () => void) {
    super(buffer, cpu)
    this.userret = userret
  }

  override count(counter: number, n: number): void {
    super.count(counter, n)
    if (counter < OP_COUNT && n > 0) this.userret()
  }
}
