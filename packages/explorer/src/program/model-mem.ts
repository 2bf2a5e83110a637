import type { Addr } from '@holdfast/atomics-sync'

/**
 * What a model program does to shared memory: the operations of the seam, and the primitives that the engine itself
 * understands. Each call is one event; `lock`, `join` and the other waits are enabled when their condition holds.
 *
 * Call them as `mem.op(...)`, in a named function of the module: the compiler pass rewrites exactly that form.
 */
export interface ModelMem {
  /** Plain load and store, as in C: two of them that conflict, unordered, are a race. */
  read(addr: Addr): number
  write(addr: Addr, value: number): void
  /** Atomic operations, sequentially consistent; the read-modify-writes return the old value. */
  load(addr: Addr): number
  store(addr: Addr, value: number): void
  add(addr: Addr, value: number): number
  sub(addr: Addr, value: number): number
  or(addr: Addr, value: number): number
  and(addr: Addr, value: number): number
  exchange(addr: Addr, value: number): number
  cas(addr: Addr, expected: number, value: number): number
  fence(): void
  /** Waits while the word holds `value`; while both words hold theirs; until the word holds `value`. */
  spinWhile(addr: Addr, value: number): void
  spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void
  await(addr: Addr, value: number): void
  /** `Atomics.wait` and `notify`. */
  wait(addr: Addr, value: number, timeoutMs?: number): 'ok' | 'not-equal' | 'timed-out'
  notify(addr: Addr, count?: number): number
  /** A mutex in one word, free when 0. `tryLock` returns 1 if it took it, 0 if not; a failed try is a read. */
  lock(mutex: Addr): void
  unlock(mutex: Addr): void
  tryLock(mutex: Addr): number
  /** A condition variable in one word. `cvWait` releases the mutex and waits in one step, and takes it again. */
  cvWait(cv: Addr, mutex: Addr): void
  cvSignal(cv: Addr): void
  cvBroadcast(cv: Addr): void
  /** Starts a thread, {@link call}; returns its id, for `join`. */
  spawn(body: Call): number
  join(thread: number): void
  /** Any number from 0 to `n` - 1: the explorer tries all. At most 60. */
  choose(n: number): number
  /** Lets others go first: a hint for strategies that are otherwise unfair. */
  yield(): void
  fill(addr: Addr, words: number, value: number): void
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
