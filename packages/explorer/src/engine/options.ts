/** What an execution may do beyond what the program says. */
export interface EngineOptions {
  /**
   * When a timed wait may expire: `always` (at any point, as an event of its waiter: the default, and exhaustive) or `idle` (by the virtual
   * clock: only when nothing else can run, the earliest deadline first).
   */
  readonly expiry: 'always' | 'idle'
  /** Whom a signal wakes: the one that waits longest (the default, as NetBSD does), or any: a choice of its own. */
  readonly wake: 'fifo' | 'any'
  /** Spurious wake-ups of condition waits that an execution may have; default 0. */
  readonly spurious: number
  /** Operations after which an execution is cut off. A cut execution is reported, never taken for a finished one. */
  readonly stepLimit: number
  /**
   * What a CPU sees of the stores of others: `sc` (the default), each at once; or `tso`, when it has left the store buffer of its CPU, as on x86
   * (store-buffers.ts).
   */
  readonly memoryModel: 'sc' | 'tso'
}

/** The engine as it is unless told otherwise. */
export const DEFAULT_OPTIONS: EngineOptions = {
  expiry: 'always',
  wake: 'fifo',
  spurious: 0,
  stepLimit: 100_000,
  memoryModel: 'sc',
}
