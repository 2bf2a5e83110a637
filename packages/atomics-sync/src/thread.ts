import type { Actor, InterruptOps, SleepOps, TurnstileOps } from './actor.js'
import type { Lockstat } from './lockstat.js'
import { Mem } from './mem.js'
import type { Addr } from './mem.js'
import { kassert } from './panic.js'
import {
  PARKING_MAGIC,
  PL_MAGIC,
  PL_THREADS,
  PT_ATTACHED,
  PT_ONPROC,
  parkingInit,
  parkingThread,
  parkingWords,
} from './parking-layout.js'
import { parkingInterrupts, parkingSleepq, parkingTurnstile } from './parking.js'
import type { Parker } from './parking.js'

/**
 * An ordinary worker thread as an actor. `createSync` makes a parking lot once; each worker attaches to it by buffer,
 * offset and its own index. All state is in the buffer; a Thread holds registers only.
 */
export class Thread implements Actor, Parker {
  readonly mem: Mem
  readonly lot: Addr
  readonly index: number
  readonly deadlineMs: number
  readonly tickMs = 1
  readonly turnstile: TurnstileOps = parkingTurnstile
  readonly sleepq: SleepOps = parkingSleepq
  readonly interrupts: InterruptOps = parkingInterrupts
  readonly lockstat: Lockstat | null
  self: number
  spinDepth = 0
  preemptWanted = false
  wmesg = ''

  /** For {@link attachSync}: `self` is the address of the record that this thread has claimed. */
  constructor(mem: Mem, lot: Addr, index: number, self: Addr, options: ThreadOptions) {
    this.mem = mem
    this.lot = lot
    this.index = index
    this.self = self
    this.deadlineMs = options.deadlineMs ?? 30_000
    this.lockstat = options.lockstat ?? null
  }
}

/** How a plain thread waits and counts. */
export interface ThreadOptions {
  /** How long a wait without a timeout may last before it throws, in ms (finite, above 0). Default 30,000. */
  readonly deadlineMs?: number
  /** Collects lock statistics of this thread. Default none. */
  readonly lockstat?: Lockstat
}

/** Where a parking lot lies. Plain data: it crosses to workers by message. */
export interface Sync {
  /** Address of the lot: the `offset` of {@link attachSync}. */
  readonly offset: Addr
  readonly threads: number
  /** The first word after it: the caller's locks and data may lie from here on. */
  readonly end: Addr
}

/**
 * Makes a parking lot for `threads` threads in `buffer`, from word `offset` on (a multiple of 4, at least 4, since word
 * 0 is NULL). Run once, before any thread attaches. Throws RangeError if it does not fit.
 */
export function createSync(buffer: SharedArrayBuffer, offset: Addr, { threads }: { threads: number }): Sync {
  if (!Number.isInteger(offset) || offset < 4 || offset % 4 !== 0) {
    throw new RangeError(`offset is ${offset}; a multiple of 4 from 4 is allowed`)
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; a whole number from 1 is allowed`)
  }
  const end = offset + parkingWords(threads)
  if (end * 4 > buffer.byteLength) {
    throw new RangeError(
      `buffer is ${buffer.byteLength} bytes; a lot for ${threads} threads at word ${offset} ends at ${end * 4}`,
    )
  }
  parkingInit(new Mem(buffer), offset, threads)
  return { offset, threads, end }
}

/**
 * Makes the calling worker thread number `index` (0 .. threads-1) of the lot at word `offset`. Throws if there is no lot,
 * no such index, or another thread has it.
 */
export function attachSync(
  buffer: SharedArrayBuffer,
  offset: Addr,
  index: number,
  options: ThreadOptions = {},
): Thread {
  const mem = new Mem(buffer)
  const { deadlineMs = 30_000 } = options
  if (!(deadlineMs > 0 && Number.isFinite(deadlineMs))) {
    throw new RangeError(`deadlineMs is ${deadlineMs}; a finite number above 0 is allowed`)
  }
  if (mem.load(offset + PL_MAGIC) !== PARKING_MAGIC)
    throw new Error(`no parking lot at word ${offset}: run createSync first`)
  const threads = mem.read(offset + PL_THREADS)
  if (!Number.isInteger(index) || index < 0 || index >= threads) {
    throw new RangeError(`index is ${index}; 0 to ${threads - 1} is allowed`)
  }
  const self = parkingThread(mem, offset, index)
  if (mem.cas(self + PT_ATTACHED, 0, 1) !== 0)
    throw new Error(`index is ${index}; another thread has it already`)
  mem.store(self + PT_ONPROC, self)
  return new Thread(mem, offset, index, self, options)
}

/** Gives the index back. The thread may hold nothing; whoever waits for a lock it left behind reports its deadline. */
export function detachSync(thread: Thread): void {
  const { mem } = thread
  kassert(thread.spinDepth === 0, 'ci->ci_mtx_count == 0')
  mem.store(thread.self + PT_ONPROC, 0)
  mem.store(thread.self + PT_ATTACHED, 0)
}
