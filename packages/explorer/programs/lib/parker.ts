import {
  type Mem,
  type Parker,
  parkingInit,
  parkingInterrupts,
  parkingSleepq,
  parkingTurnstile,
  parkingWords,
} from '@holdfast/atomics-sync'
import type { Addr, Thread } from '@holdfast/explorer'

/** One bucket a table: all that wait meet in it. */
const BUCKETS = 1
const RECORD = 16

/** Size of a parking lot for `threads` threads, in words. It must lie at a multiple of 4: the first variable of a program does. */
export function lotWords(threads: number): number {
  return parkingWords(threads, BUCKETS)
}

/** Makes the lot. To be called before the threads that use it are spawned. */
export function makeLot(t: Thread, lot: Addr, threads: number): void {
  const mem = t.mem as unknown as Mem
  parkingInit(mem, lot, threads, BUCKETS)
}

/** Thread `t` as number `index` of those that may wait in the lot: what the locks of atomics-sync want first. */
export function parker(t: Thread, lot: Addr, index: number): Parker {
  const mem = t.mem as unknown as Mem
  const self = lot + RECORD * (1 + 2 * BUCKETS + index)
  mem.store(self, self) // PT_ONPROC: it runs
  return {
    mem,
    lot,
    self,
    deadlineMs: Infinity,
    tickMs: 1,
    wmesg: '',
    spinDepth: 0,
    preemptWanted: false,
    turnstile: parkingTurnstile,
    sleepq: parkingSleepq,
    interrupts: parkingInterrupts,
    lockstat: null,
  }
}
