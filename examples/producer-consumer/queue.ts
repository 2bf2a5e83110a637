/**
 * A bounded queue from one producer to several consumers, on worker threads: a ring in shared memory.
 *
 *     head    how many items were taken: a consumer takes item `head` by being the first to add 1
 *     tail    how many items were put: only the producer writes it
 *     ring    item i lies in place i % capacity
 *
 * Who finds the ring empty (head = tail) or full (head + capacity = tail) waits for the other's word to change. Notifying costs
 * more than putting: the producer notifies only if the ring was empty, since nobody sleeps while it is not.
 */
import type { Addr, MemOps } from '@holdfast/atomics-sync'

/** Where a queue lies: it crosses to workers by message. Words that are 0 are an empty one. It serves for 2^31 items. */
export interface Queue {
  readonly head: Addr
  readonly tail: Addr
  readonly ring: Addr
  /** Places in the ring, from 1. */
  readonly capacity: number
}

/** Whoever uses a queue. */
export interface User {
  readonly mem: MemOps
  /** How long it waits, in ms, before it takes it that something is wrong. */
  readonly patience: number
}

/** Waits for a free place, and puts `item` there. For one thread only. Throws if none is free for `patience` ms. */
export function put({ mem, patience }: User, { head, tail, ring, capacity }: Queue, item: number): void {
  const n = mem.load(tail)
  const wasEmpty = mem.load(head) === n
  while (mem.load(head) === n - capacity) {
    const end = mem.wait(head, n - capacity, patience)
    if (end === 'timed-out') throw new Error(`full for ${patience} ms, before item ${n}`)
  }
  mem.store(ring + (n % capacity), item)
  mem.store(tail, n + 1)
  if (wasEmpty) mem.notify(tail)
}

/** Waits for an item, and takes it. Throws if none comes for `patience` ms. */
export function take({ mem, patience }: User, { head, tail, ring, capacity }: Queue): number {
  for (;;) {
    const n = mem.load(head)
    if (mem.load(tail) === n) {
      const end = mem.wait(tail, n, patience)
      if (end === 'timed-out') throw new Error(`empty for ${patience} ms, before item ${n}`)
      continue
    }
    const item = mem.load(ring + (n % capacity)) // counts only if nobody else has taken it meanwhile
    if (mem.cas(head, n, n + 1) !== n) continue
    mem.notify(head)
    return item
  }
}
