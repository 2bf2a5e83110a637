import { type Actor, type InterruptOps, type Parker, type Sleeps, operations } from '@holdfast/atomics-sync'
import type { Addr, Thread } from '@holdfast/explorer'
import { parker } from './parker.js'

/** A parker that counts how often its interrupts were polled, and how often it was asked to give way. */
export interface Counting extends Parker {
  polls: number
  preemptions: number
}

function poll(actor: Actor): void {
  ;(actor as Counting).polls++
}

// eslint-disable-next-line require-yield -- it gives way to nobody
function* preempt(actor: Actor): Sleeps<void> {
  actor.preemptWanted = false
  ;(actor as Counting).preemptions++
}

const interrupts: InterruptOps = operations({ poll, preempt })

/** As {@link parker}. */
export function counting(t: Thread, lot: Addr, index: number): Counting {
  return { ...parker(t, lot, index), interrupts, polls: 0, preemptions: 0 }
}
