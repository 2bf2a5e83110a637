/**
 * Ends a CPU's loop from within whatever it was doing: thrown by the poll for interrupts when the machine
 * stops. Kernel code never catches it. Its stack says where the CPU was.
 */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  /** The machine stopped because of a failure, so the CPU may have been anywhere, with anything held. */
  readonly failed: boolean

  constructor(failed: boolean) {
    super(failed ? 'the machine failed' : 'the machine was stopped')
    this.failed = failed
  }
}
