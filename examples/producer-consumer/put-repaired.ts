import type { Queue, User } from './queue.js'

/** As `put` of queue.ts, but for one line, which stands elsewhere: whether the ring was empty is asked after the item is in it. */
export function put({ mem, patience }: User, { head, tail, ring, capacity }: Queue, item: number): void {
  const n = mem.load(tail)
  while (mem.load(head) === n - capacity) {
    const end = mem.wait(head, n - capacity, patience)
    if (end === 'timed-out') throw new Error(`full for ${patience} ms, before item ${n}`)
  }
  mem.store(ring + (n % capacity), item)
  mem.store(tail, n + 1)
  const wasEmpty = mem.load(head) === n
  if (wasEmpty) mem.notify(tail)
}
