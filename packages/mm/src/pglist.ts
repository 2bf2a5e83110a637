import { kassert } from '@holdfast/atomics-sync'
import type { Addr, Mem } from '@holdfast/atomics-sync'
import { PG_PQ_NEXT, PG_PQ_PREV } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * Page lists (TAILQ of vm_page, uvm/uvm_pglist.h): a head of three words and two links in each page.
 *
 *     head:  first | last | length          page:  PG_PQ_NEXT | PG_PQ_PREV        (0 ends the list)
 *
 * The lock of the queue is held throughout.
 */
const PGL_FIRST = 0
const PGL_LAST = 1
const PGL_LENGTH = 2

/** TAILQ_FIRST: the first page, or 0. */
export function pglistFirst(mem: Mem, head: Addr): VmPageRef {
  return mem.read(head + PGL_FIRST)
}

/** TAILQ_NEXT: the page after `pg`, or 0. */
export function pglistNext(mem: Mem, pg: VmPageRef): VmPageRef {
  return mem.read(pg + PG_PQ_NEXT)
}

/** Pages on the list. */
export function pglistLength(mem: Mem, head: Addr): number {
  return mem.read(head + PGL_LENGTH)
}

/** TAILQ_INSERT_HEAD. */
export function pglistInsertHead(mem: Mem, head: Addr, pg: VmPageRef): void {
  const first = mem.read(head + PGL_FIRST)
  mem.write(pg + PG_PQ_NEXT, first)
  mem.write(pg + PG_PQ_PREV, 0)
  if (first !== 0) mem.write(first + PG_PQ_PREV, pg)
  else mem.write(head + PGL_LAST, pg)
  mem.write(head + PGL_FIRST, pg)
  mem.write(head + PGL_LENGTH, mem.read(head + PGL_LENGTH) + 1)
}

/** TAILQ_INSERT_TAIL. */
export function pglistInsertTail(mem: Mem, head: Addr, pg: VmPageRef): void {
  const last = mem.read(head + PGL_LAST)
  mem.write(pg + PG_PQ_NEXT, 0)
  mem.write(pg + PG_PQ_PREV, last)
  if (last !== 0) mem.write(last + PG_PQ_NEXT, pg)
  else mem.write(head + PGL_FIRST, pg)
  mem.write(head + PGL_LAST, pg)
  mem.write(head + PGL_LENGTH, mem.read(head + PGL_LENGTH) + 1)
}

/** TAILQ_REMOVE. `pg` is on the list. */
export function pglistRemove(mem: Mem, head: Addr, pg: VmPageRef): void {
  const next = mem.read(pg + PG_PQ_NEXT)
  const prev = mem.read(pg + PG_PQ_PREV)
  if (next !== 0) mem.write(next + PG_PQ_PREV, prev)
  else mem.write(head + PGL_LAST, prev)
  if (prev !== 0) mem.write(prev + PG_PQ_NEXT, next)
  else mem.write(head + PGL_FIRST, next)
  const length = mem.read(head + PGL_LENGTH)
  kassert(length > 0, 'pdpol_state.s_active > 0')
  mem.write(head + PGL_LENGTH, length - 1)
  mem.write(pg + PG_PQ_NEXT, 0)
  mem.write(pg + PG_PQ_PREV, 0)
}
