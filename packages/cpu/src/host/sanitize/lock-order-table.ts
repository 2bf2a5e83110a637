/**
 * Which classes of locks were waited for while which were held, on any CPU: a byte for each ordered pair of classes, twice:
 * the second table is for two locks of one class, taken from the higher address to the lower. A byte is 0, or says how much
 * is known. Plain accesses do: at worst two CPUs tell of the same pair.
 */
export class LockOrderTable {
  private readonly pairs: Uint8Array
  private readonly classes: number

  constructor(buffer: SharedArrayBuffer, classes: number) {
    this.pairs = new Uint8Array(buffer)
    this.classes = classes
  }

  /** Number of a pair. */
  pair(from: number, to: number, down: boolean): number {
    return ((down ? this.classes : 0) + from) * this.classes + to
  }

  known(pair: number): number {
    return this.pairs[pair] as number
  }

  /** Says how much is known of it now; false: it was known already. */
  learn(pair: number, what: number): boolean {
    if (this.known(pair) >= what) return false
    this.pairs[pair] = what
    return true
  }
}

/** The place of the second lock is known. */
export const PAIR_SEEN = 1
/** That of the first too. */
export const PAIR_PLACED = 2

/** Makes an empty table for so many classes of locks. */
export function allocLockOrder(classes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * classes * classes)
}
