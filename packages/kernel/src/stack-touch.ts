import type { LwpRef } from './lwp.js'

/**
 * A u-area used while its page is not wired: the kernel stack or the PCB of a swapped-out LWP.
 *
 * On hardware the access would usually work, because unwiring does not unmap; sometimes it would read a page that
 * the pagedaemon has given away. So it is a finding by itself, whatever the page holds.
 */
export class StackTouch extends Error {
  override readonly name = 'StackTouch'
  /** The LWP whose u-area it is. */
  readonly lwp: LwpRef
  /** The address touched, in bytes. */
  readonly va: number

  constructor(lwp: LwpRef, va: number) {
    super(`u-area of lwp ${lwp} touched at 0x${va.toString(16)} while not wired`)
    this.lwp = lwp
    this.va = va
  }
}
