import { EV_SWITCH, OP_COUNT } from '@holdfast/kernel'
import { EventRing } from '../events.js'

/** Where an LWP comes to the edge of the kernel. */
export interface KernelEdge {
  /** The LWP that runs has done a system call, and is about to go to user mode. */
  userret(): void
  /** The CPU leaves `lwp` for another. */
  left(lwp: number): void
}

/** A CPU's events, from which others learn when an LWP leaves the kernel or its CPU. */
export class WatchedEvents extends EventRing {
  private readonly edge: KernelEdge

  constructor(buffer: SharedArrayBuffer, cpu: number, edge: KernelEdge) {
    super(buffer, cpu)
    this.edge = edge
  }

  override count(counter: number, n: number): void {
    super.count(counter, n)
    if (counter < OP_COUNT && n > 0) this.edge.userret()
  }

  override record(kind: number, a: number, b: number): void {
    super.record(kind, a, b)
    if (kind === EV_SWITCH) this.edge.left(a)
  }
}
