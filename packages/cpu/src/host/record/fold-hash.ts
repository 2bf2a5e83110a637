const PRIME = 0x0100_0193

/** Events between two hashes in a log. */
export const CHECK_EVERY = 256

/**
 * What a CPU's events come to, one more: `addr` is the first word accessed, `value` what was read there or, of a plain or
 * atomic store, what was written; of a range its length; of an interrupt its source, and 0.
 */
export function foldHash(hash: number, addr: number, value: number): number {
  return (Math.imul(hash ^ value, PRIME) + addr) | 0
}
