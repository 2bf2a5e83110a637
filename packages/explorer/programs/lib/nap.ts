import type { Parker } from '@holdfast/atomics-sync'

/** PT_ONPROC: the first word of a thread's record names it while it runs. */

/** The thread leaves its CPU for a while, as one that waits for something else: who wants what it owns sleeps meanwhile. No lock of the lot held. */
export function nap(actor: Parker): void {
  const { mem, self } = actor
  mem.store(self, 0)
  mem.store(self, self)
}
