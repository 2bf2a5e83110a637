import { layout } from './layout.js'
import type { Addr, Mem } from './mem.js'
import { mutexSpinInit } from './spin-mutex.js'

/**
 * Where a parking lot keeps what it knows, at an offset of the caller's buffer:
 *
 *   lot                              PL_*: how many threads and buckets
 *   + 16                             buckets of the turnstiles (waiters for locks), 16 words apart
 *   + 16 * buckets                   buckets of the sleep queues (sleepers on channels), 16 words apart
 *   + 16 * buckets                   records of the threads, 16 words apart
 *
 * Sixteen words are a cache line: what one thread spins on is not what another writes. The two tables are
 * apart because a condition variable's sleeper releases its mutex, which may need a turnstile bucket, while it
 * holds its sleep queue's bucket.
 */

export const { PL_MAGIC, PL_THREADS, PL_BUCKETS } = layout('parking_lot', {
  PL_MAGIC: 'stable', // PARKING_MAGIC once initialised
  PL_THREADS: 'stable',
  PL_BUCKETS: 'stable', // in each table; a power of two
})

/** A bucket: a spin mutex over a FIFO of the waiters of every channel that hashes to it. */
export const { PB_LOCK, PB_FIRST, PB_LAST } = layout('parking_bucket', {
  PB_LOCK: { lock: 'atomic', isLock: true },
  PB_FIRST: 'pb_lock',
  PB_LAST: 'pb_lock',
})

/** A thread's record; its address is the thread's owner word. */
export const { PT_ONPROC, PT_STATE, PT_NEXT, PT_PREV, PT_CHANNEL, PT_QUEUE, PT_ATTACHED, PT_INDEX } = layout(
  'parking_thread',
  {
    PT_ONPROC: 'atomic', // the thread's owner word while it runs, 0 while it is blocked
    PT_STATE: 'atomic', // PARK_*
    PT_NEXT: 'pb_lock', // in a bucket's FIFO; once claimed, in the waker's own list
    PT_PREV: 'pb_lock',
    PT_CHANNEL: 'pb_lock', // the lock or channel waited on
    PT_QUEUE: 'pb_lock', // TS_READER_Q or TS_WRITER_Q; 0 in a sleep queue
    PT_ATTACHED: 'atomic', // 1 while a thread has this record
    PT_INDEX: 'stable',
  },
)

/** Not waiting. */
export const PARK_RUNNING = 0
/** In a bucket's FIFO. */
export const PARK_QUEUED = 1
/** Taken off it by a waker, which is about to make it PARK_RUNNING. */
export const PARK_CLAIMED = 2

export const PARKING_MAGIC = 0x686f_6c64
const STRIDE = 16
const BUCKETS = 64

/** Size of a lot for `threads` threads, in words. */
export function parkingWords(threads: number, buckets = BUCKETS): number {
  return STRIDE * (1 + 2 * buckets + threads)
}

/**
 * Makes a lot for `threads` threads at `lot` (a multiple of 4, not 0); `buckets` is a power of two.
 * Run once, before any thread attaches.
 */
export function parkingInit(mem: Mem, lot: Addr, threads: number, buckets = BUCKETS): void {
  for (let i = 0; i < 2 * buckets; i++) {
    const bucket = lot + STRIDE * (1 + i)
    mutexSpinInit(mem, bucket + PB_LOCK)
    mem.write(bucket + PB_FIRST, 0)
    mem.write(bucket + PB_LAST, 0)
  }
  for (let index = 0; index < threads; index++) {
    const thread = lot + STRIDE * (1 + 2 * buckets + index)
    mem.write(thread + PT_INDEX, index)
    mem.store(thread + PT_ONPROC, 0)
    mem.store(thread + PT_STATE, PARK_RUNNING)
    mem.store(thread + PT_ATTACHED, 0)
  }
  mem.write(lot + PL_THREADS, threads)
  mem.write(lot + PL_BUCKETS, buckets)
  mem.store(lot + PL_MAGIC, PARKING_MAGIC)
}

/** The record of thread number `index`. */
export function parkingThread(mem: Mem, lot: Addr, index: number): Addr {
  return lot + STRIDE * (1 + 2 * mem.read(lot + PL_BUCKETS) + index)
}

/** The turnstile bucket of `lock`. */
export function turnstileBucket(mem: Mem, lot: Addr, lock: Addr): Addr {
  return lot + STRIDE * (1 + hash(lock, mem.read(lot + PL_BUCKETS)))
}

/** The sleep queue bucket of `wchan`. */
export function sleepqBucket(mem: Mem, lot: Addr, wchan: Addr): Addr {
  const buckets = mem.read(lot + PL_BUCKETS)
  return lot + STRIDE * (1 + buckets + hash(wchan, buckets))
}

/** Spreads addresses, which are mostly multiples of 4, over `buckets`: the high bits of a product by the golden ratio. */
function hash(addr: Addr, buckets: number): number {
  return (Math.imul(addr, 0x9e37_79b1) >>> 16) & (buckets - 1)
}
