import type { Addr, Mem } from './mem.js'
import type { Lockstat } from './lockstat.js'

/**
 * A function that may give up its CPU is a generator of this type, and is called with `yield*`.
 * A function that is not one never sleeps, so the compiler rejects sleeping where it is not allowed.
 */
export type Sleeps<T> = Generator<void, T, void>

/** Kinds of synchronisation object an actor can wait on (`struct syncobj`); the kernel adds its own from 8. */
export const MUTEX_SYNCOBJ = 1
export const RW_SYNCOBJ = 2
export const CV_SYNCOBJ = 3

/** Queues of a turnstile (sys/sleepq.h). */
export const TS_READER_Q = 0
export const TS_WRITER_Q = 1

/**
 * Whoever takes locks: a CPU of the simulated machine, or a plain worker thread.
 *
 * `self`, `spinDepth` and `preemptWanted` are its registers: private to it, never shared.
 */
export interface Actor {
  readonly mem: Mem
  /** Owner word of the locks it takes: non-zero, a multiple of 4. On a CPU, the current LWP. */
  self: number
  /** Spin mutexes held (`ci_mtx_count`). While it is above 0 interrupts are held off, and sleeping is a fault. */
  spinDepth: number
  /** An interrupt asked for preemption; honoured where the kernel may sleep. */
  preemptWanted: boolean
  readonly turnstile: TurnstileOps
  readonly sleepq: SleepOps
  readonly interrupts: InterruptOps
  /** Lock statistics, or null when they are off. */
  readonly lockstat: Lockstat | null
}

/** How an actor blocks on a lock and is woken (kern_turnstile.c). */
export interface TurnstileOps {
  /** The word that holds `owner` for as long as that owner is running, or 0 if it is not. `owner` may be stale. */
  onproc(actor: Actor, owner: number): Addr
  /** Takes the chain lock of `lock`; returns its turnstile, or 0 if nobody waits. */
  lookup(actor: Actor, lock: Addr): Addr
  /** Releases the chain lock of `lock`. */
  exit(actor: Actor, lock: Addr): void
  /** Waits on `lock`. Chain lock held on entry, released on return. `ts` is what lookup returned. */
  block(actor: Actor, ts: Addr, queue: number, lock: Addr, syncobj: number): Sleeps<void>
  /**
   * Wakes `count` waiters of one queue, first come first served by priority. `newOwner` is 0, or the LWP to
   * which the lock is handed and which therefore is the one woken. Chain lock held on entry, released on return.
   */
  wakeup(actor: Actor, ts: Addr, queue: number, count: number, lock: Addr, newOwner: number): void
  /** How many wait in one queue of `ts`. Chain lock held. */
  waiters(actor: Actor, ts: Addr, queue: number): number
  /** The first waiter of one queue of `ts`, or 0. Chain lock held. */
  first(actor: Actor, ts: Addr, queue: number): number
}

/** How an actor sleeps on a channel and is woken (kern_sleepq.c). */
export interface SleepOps {
  /** Joins the queue of `wchan`. The queue's lock is held on return. */
  enter(actor: Actor, wchan: Addr, wmesg: string, syncobj: number): void
  /**
   * Gives up the CPU until woken. Queue lock held on entry, released on return.
   * `ticks` is the timeout (0: none); `catchSignals` lets a signal end the sleep.
   * Returns 0, EWOULDBLOCK (35) or EINTR (4).
   */
  block(actor: Actor, ticks: number, catchSignals: boolean): Sleeps<number>
  /** Wakes at most `count` sleepers of `wchan`; takes and releases the queue's lock. Returns how many. */
  wake(actor: Actor, wchan: Addr, count: number): number
}

/** How interrupts reach an actor. A plain thread has none. */
export interface InterruptOps {
  /** Called when `spinDepth` returns to 0, and while spinning. Handles what is pending and allowed; never sleeps. */
  poll(actor: Actor): void
  /** Called, where sleeping is allowed, when `preemptWanted` is set: gives the CPU to another if one should run. */
  preempt(actor: Actor): Sleeps<void>
}

/**
 * Declares a table of operations: the only indirect calls there are, so that a compiler that must know
 * every callee can find them by this call.
 */
export function operations<T extends object>(table: T): T {
  return Object.freeze(table)
}

/** Runs to its end a body that cannot give up its CPU (on a plain thread, blocking blocks the thread). */
export function runToEnd<T>(body: Sleeps<T>): T {
  const step = body.next()
  if (step.done === true) return step.value
  throw new Error('the body gave up its CPU, and there is no scheduler here to resume it')
}
