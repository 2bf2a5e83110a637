import type { Addr, MemOps } from '@holdfast/atomics-sync'

/** Adds `n` to a total that several threads keep: a plain load, and a plain store, as `total += n` is. */
export function addTo(mem: MemOps, total: Addr, n: number): void {
  mem.write(total, mem.read(total) + n)
}

/** The same in one atomic operation. */
export function addAtomically(mem: MemOps, total: Addr, n: number): void {
  mem.add(total, n)
}
