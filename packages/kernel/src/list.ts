import type { Addr, Mem } from '@holdfast/atomics-sync'

/**
 * Linked lists of records in shared words, as sys/queue.h has them. The lock that covers a list is its owner's.
 *
 * `link` is the offset of the record's NEXT word; its PREV word follows it.
 *
 *   LIST    head: one word, the first record. PREV is the ADDRESS of the word that points to the record (le_prev),
 *           so a record can leave its list without knowing the head.
 *   TAILQ   head: two words, first and last record. PREV is the previous record.
 */

/** Size of a TAILQ head, in words. */
export const TAILQ_HEAD_WORDS = 2

/** LIST_INSERT_HEAD: makes `item` the first record of the list at `head`. */
export function listInsertHead(mem: Mem, head: Addr, item: Addr, link: number): void {
  const first = mem.read(head)
  mem.write(item + link, first)
  if (first !== 0) mem.write(first + link + 1, item + link)
  mem.write(head, item)
  mem.write(item + link + 1, head)
}

/** LIST_REMOVE: takes `item` off the list it is on. Its NEXT word stays, as in C. */
export function listRemove(mem: Mem, item: Addr, link: number): void {
  const next = mem.read(item + link)
  const prev = mem.read(item + link + 1)
  if (next !== 0) mem.write(next + link + 1, prev)
  mem.write(prev, next)
}

/** TAILQ_INIT: makes `head` an empty queue. */
export function tailqInit(mem: Mem, head: Addr): void {
  mem.write(head, 0)
  mem.write(head + 1, 0)
}

/** TAILQ_FIRST: the first record, or 0. */
export function tailqFirst(mem: Mem, head: Addr): Addr {
  return mem.read(head)
}

/** TAILQ_NEXT: the record after `item`, or 0. */
export function tailqNext(mem: Mem, item: Addr, link: number): Addr {
  return mem.read(item + link)
}

/** TAILQ_EMPTY. */
export function tailqEmpty(mem: Mem, head: Addr): boolean {
  return mem.read(head) === 0
}

/** TAILQ_INSERT_TAIL: makes `item` the last record. */
export function tailqInsertTail(mem: Mem, head: Addr, item: Addr, link: number): void {
  const last = mem.read(head + 1)
  mem.write(item + link, 0)
  mem.write(item + link + 1, last)
  if (last === 0) mem.write(head, item)
  else mem.write(last + link, item)
  mem.write(head + 1, item)
}

/** TAILQ_INSERT_HEAD: makes `item` the first record. */
export function tailqInsertHead(mem: Mem, head: Addr, item: Addr, link: number): void {
  const first = mem.read(head)
  mem.write(item + link, first)
  mem.write(item + link + 1, 0)
  if (first === 0) mem.write(head + 1, item)
  else mem.write(first + link + 1, item)
  mem.write(head, item)
}

/** TAILQ_INSERT_BEFORE: puts `item` before `before`, which is on the queue. */
export function tailqInsertBefore(mem: Mem, head: Addr, before: Addr, item: Addr, link: number): void {
  const prev = mem.read(before + link + 1)
  mem.write(item + link, before)
  mem.write(item + link + 1, prev)
  mem.write(before + link + 1, item)
  if (prev === 0) mem.write(head, item)
  else mem.write(prev + link, item)
}

/** TAILQ_REMOVE: takes `item` off the queue. Its links are cleared, so that a second removal shows. */
export function tailqRemove(mem: Mem, head: Addr, item: Addr, link: number): void {
  const next = mem.read(item + link)
  const prev = mem.read(item + link + 1)
  if (next === 0) mem.write(head + 1, prev)
  else mem.write(next + link + 1, prev)
  if (prev === 0) mem.write(head, next)
  else mem.write(prev + link, next)
  mem.write(item + link, 0)
  mem.write(item + link + 1, 0)
}
