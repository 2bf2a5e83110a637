import type { Addr } from '@holdfast/atomics-sync'

/**
 * What a model program does to shared memory: the operations of the seam, and the primitives that the engine itself
 * understands. Each call is one event; `lock`, `join` and the other waits are enabled when their condition holds.
 *
 * Call them as `mem.op(...)`, in a named function of the module: the compiler pass rewrites exactly that form.
 */
export interface ModelMem {
  /** Plain load, as in C: unordered with a store of the same word it is a race. */
  read(addr: Addr): number
  /** Plain store, as in C: unordered with another access of the same word it is a race. */
  write(addr: Addr, value: number): void
  /** Atomic load, sequentially consistent, as all that follows. */
  load(addr: Addr): number
  /** Atomic store. */
  store(addr: Addr, value: number): void
  /** Atomic: adds `value` (wrapping); returns what the word held. */
  add(addr: Addr, value: number): number
  /** Atomic: subtracts `value` (wrapping); returns what the word held. */
  sub(addr: Addr, value: number): number
  /** Atomic: sets the bits of `value`; returns what the word held. */
  or(addr: Addr, value: number): number
  /** Atomic: keeps the bits of `value` only; returns what the word held. */
  and(addr: Addr, value: number): number
  /** Atomic: stores `value`; returns what the word held. */
  exchange(addr: Addr, value: number): number
  /** Atomic: stores `value` if the word holds `expected`, and is a read otherwise; returns what it held. */
  cas(addr: Addr, expected: number, value: number): number
  /** A full barrier. Under `tso` it waits until the thread's own store buffer is empty. */
  fence(): void
  /** Waits while the word holds `value`. */
  spinWhile(addr: Addr, value: number): void
  /** Waits while both words hold theirs: until either changes. */
  spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void
  /** Waits until the word holds `value`. */
  await(addr: Addr, value: number): void
  /** `Atomics.wait`: sleeps if the word holds `value`, until notified or, with a timeout in ms, until that is up (see `--expiry`). */
  wait(addr: Addr, value: number, timeoutMs?: number): 'ok' | 'not-equal' | 'timed-out'
  /** `Atomics.notify`: wakes up to `count` who wait on the word, default all; returns how many. */
  notify(addr: Addr, count?: number): number
  /** Takes a mutex in one word, free when 0; waits while another thread has it. */
  lock(mutex: Addr): void
  /** Releases a mutex. */
  unlock(mutex: Addr): void
  /** Takes a mutex if it is free: returns 1 if it did, 0 if not. A failed try is a read. */
  tryLock(mutex: Addr): number
  /** Waits on a condition variable in one word. Releases `mutex` and waits in one step, and takes it again. */
  cvWait(cv: Addr, mutex: Addr): void
  /** Wakes one who waits on the condition variable, if any (which one: see `--wake`). The mutex need not be held. */
  cvSignal(cv: Addr): void
  /** Wakes all who wait on the condition variable. */
  cvBroadcast(cv: Addr): void
  /** Starts a thread, {@link call}; returns its id, for `join`. */
  spawn(body: Call): number
  /** Waits until the thread has ended. */
  join(thread: number): void
  /** Any number from 0 to `n` - 1: the explorer tries all. At most 60. */
  choose(n: number): number
  /** Lets others go first: a hint for strategies that are otherwise unfair. */
  yield(): void
  /** Plain stores of `value` to `words` words from `addr` on, in one step. */
  fill(addr: Addr, words: number, value: number): void
  /** Plain loads and stores: `words` words from `from` on, to `to` on, in one step. */
  copy(to: Addr, from: Addr, words: number): void
}

/** A thread of a model program: what its functions get first. */
export interface Thread {
  readonly mem: ModelMem
}

/** A thread's function with its arguments. */
export type Call = (mem: ModelMem) => unknown

/** The thread that runs `body(thread, ...args)`. */
export function call<A extends readonly unknown[]>(
  body: (thread: Thread, ...args: A) => void,
  ...args: A
): Call {
  const made: Call = (mem) => body({ mem }, ...args)
  calls.add(made)
  return made
}

const calls = new WeakSet<object>()

/** Whether `value` was made by {@link call}. */
export function isCall(value: unknown): value is Call {
  return typeof value === 'function' && calls.has(value)
}

/** A check of the program failed: its thread ends, the others go on. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
}

/** Fails, with `text`, unless `holds`. */
export function check(holds: boolean, text: string): void {
  if (!holds) throw new CheckFailed(text)
}
