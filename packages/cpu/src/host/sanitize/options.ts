import type { LockClasses } from '@holdfast/atomics-sync'

/** What the CPUs' sanitizers are told, and what they share. Plain data over shared memory: it crosses by message. */
export interface SanitizeOptions {
  /** {@link allocWatchpoints}. */
  readonly watchpoints: SharedArrayBuffer
  /** One byte for each word of the machine: WORD_*. */
  readonly words: Uint8Array
  /** For each word, the number of the field that it is; words with one number are sampled as one. */
  readonly fields: Uint16Array
  /** One byte for each word: 1 if atomic operations change it, as its layout says or as was seen. */
  readonly changed: Uint8Array
  /** How many watchpoints each CPU has set. */
  readonly watches: Float64Array
  /** {@link allocLockOrder}, for as many classes as there are. */
  readonly lockOrder: SharedArrayBuffer
  readonly lockClasses: LockClasses
  /** One word for each item of the static pools, 0 at first: the LWP that was handed it. */
  readonly poolMakers: Int32Array
  /** Of all random choices; each CPU makes its own seed of it. */
  readonly seed: number
  /** Random delays and priorities at synchronisation points. */
  readonly chaos: boolean
  /** What is unlocked by design is reported too, and reads beside atomic writes. */
  readonly all: boolean
  /** Share of its time that a CPU may spend waiting at watchpoints, above 0 and below 1. */
  readonly stallShare: number
}

/** The word is no business of the race checker: outside all records, or a lock. */
export const WORD_IGNORED = 0
/** It is watched. */
export const WORD_WATCHED = 1
/** It is read unlocked by design: only writes that meet are a race. */
export const WORD_READ_UNLOCKED = 2
/** It is also written unlocked by design. */
export const WORD_UNLOCKED = 3
/** The bits of the above. */
export const WORD_KIND = 3
/** A plain write of it hands out or takes back an item of a pool. */
export const WORD_POOL_LINK = 4
/** It is the word of a lock; of a reader/writer lock. */
export const WORD_LOCK = 8
export const WORD_RWLOCK = 16
