import {
  MUTEX_BIT_SPIN,
  MUTEX_DESTROYED,
  MUTEX_FLAGS,
  RW_READ_INCR,
  RW_THREAD,
  RW_WRITE_LOCKED,
} from '@holdfast/atomics-sync'

/**
 * What a lock is, so that its word can be read:
 *
 *   model   taken and released by the engine's own operations
 *   mutex   the mutex of atomics-sync, adaptive or spin: the word says which
 *   spin    free when 0, or MUTEX_BIT_SPIN; anything else is held. Not ticket locks: their word does not say
 *   rw      the reader/writer lock of atomics-sync
 */
export type LockKind = 'model' | 'mutex' | 'spin' | 'rw'

/** A lock, as whoever knows the memory describes it. */
export interface LockInfo {
  readonly kind: LockKind
  /** Locks of one class are ordered alike: `l_swaplock`. */
  readonly class: string
  /** This very lock, for reports. */
  readonly name: string
}

/** Whether the word of a mutex is that of the spin kind. */
export function isSpin(word: number): boolean {
  return word !== MUTEX_DESTROYED && (word & MUTEX_BIT_SPIN) !== 0
}

/** Owner of a mutex of either kind; 0: free, or destroyed. */
export function mutexOwnerOf(word: number): number {
  return word === MUTEX_DESTROYED ? 0 : word & ~MUTEX_FLAGS
}

/** Whether a spin lock is held. */
export function spinHeld(word: number): boolean {
  return word !== 0 && word !== MUTEX_BIT_SPIN && word !== MUTEX_DESTROYED
}

/** What rwDestroy leaves. */
const RW_DESTROYED = RW_THREAD | RW_WRITE_LOCKED

/** The writer that has a reader/writer lock, as an owner word; 0: none. */
export function rwWriterOf(word: number): number {
  return word === RW_DESTROYED || (word & RW_WRITE_LOCKED) === 0 ? 0 : (word & RW_THREAD) >> 1
}

/** How many readers have it. */
export function rwReadersOf(word: number): number {
  return (word & RW_WRITE_LOCKED) === 0 ? (word & RW_THREAD) / RW_READ_INCR : 0
}
