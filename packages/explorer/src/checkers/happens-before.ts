import * as ops from '@holdfast/compiler'
import * as kinds from '../engine/kinds.js'
import type { LoggedEvent } from './event-log.js'
import type { VectorClocks } from './vector-clocks.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { READ, WRITE, LOAD, STORE, ADD, SUB, OR, AND, EXCHANGE, CAS, WAIT, NOTIFY, FILL, COPY } = ops
const { LOCK, UNLOCK, TRY_LOCK, CV_WAIT, CV_SIGNAL, CV_BROADCAST, SPIN_WHILE, SPIN_WHILE_BOTH, AWAIT } = ops
const { SPAWN, JOIN } = ops
const { CV_BLOCKED, WAITING } = kinds

/** Who is told of each access to a word, while the clocks stand as they do at it. */
export interface Accesses {
  plainRead(actor: number, addr: number): void
  plainWrite(actor: number, addr: number): void
  atomicRead(actor: number, addr: number): void
  atomicWrite(actor: number, addr: number): void
}

/**
 * What happens before what: takes the clocks past one event, and tells `accesses` of the words it touches.
 *
 *   atomic load, await, failed compare-and-swap     acquires the word
 *   atomic store                                    releases into the word, in place of what it carried: as in C11, a store by
 *                                                   another ends the release sequence
 *   plain store to a word that is a lock            releases, where the clocks are told which are: a lock may be let go of so on x86
 *   read-modify-write                               acquires, and releases besides what the word carried
 *   lock, condition variables                       unlock releases, lock acquires; a signal passes what its sender knows to those it
 *                                                   wakes; a failed tryLock orders nothing
 *   notify                                          to those it wakes, as a signal
 *   spawn, join                                     from parent to child, from child to whoever joins it
 *   fence, interrupt, choose, yield                 nothing across actors
 *   drain                                           nothing: a plain store is an access when it is made, whenever it reaches memory
 *
 * The words of model locks and condition variables are no accesses.
 */
export function followEvent(clocks: VectorClocks, event: LoggedEvent, accesses: Accesses): void {
  if (isCommon(event.kind)) followCommon(clocks, event.kind, event.actor, event.addr, event.wrote, accesses)
  else followRare(clocks, event, accesses)
}

const COMMON =
  bits(READ, WRITE, LOAD, STORE, ADD, SUB, OR, AND, EXCHANGE, CAS, SPIN_WHILE, WAIT, LOCK, UNLOCK, TRY_LOCK) |
  bits(AWAIT)

function bits(...marked: number[]): number {
  return marked.reduce((all, kind) => all | (1 << kind), 0)
}

/** Whether {@link followCommon} knows all there is to an event of this kind. */
export function isCommon(kind: number): boolean {
  return ((COMMON >>> kind) & 1) !== 0
}

/** As {@link followEvent}, of the kinds that access one word. */
export function followCommon(
  clocks: VectorClocks,
  kind: number,
  actor: number,
  addr: number,
  wrote: boolean,
  accesses: Accesses,
): void {
  switch (kind) {
    case READ:
      accesses.plainRead(actor, addr)
      return
    case WRITE:
      accesses.plainWrite(actor, addr)
      if (clocks.releases?.(addr) === true) clocks.release(actor, addr)
      return
    case LOAD:
    case SPIN_WHILE:
    case AWAIT:
    case WAIT:
      clocks.acquire(actor, addr)
      accesses.atomicRead(actor, addr)
      return
    case STORE:
      accesses.atomicWrite(actor, addr)
      clocks.release(actor, addr)
      return
    case CAS:
      clocks.acquire(actor, addr)
      if (!wrote) {
        accesses.atomicRead(actor, addr)
        return
      }
      accesses.atomicWrite(actor, addr)
      clocks.release(actor, addr)
      return
    case ADD:
    case SUB:
    case OR:
    case AND:
    case EXCHANGE:
      clocks.acquire(actor, addr)
      accesses.atomicWrite(actor, addr)
      clocks.release(actor, addr)
      return
    case LOCK:
      clocks.acquire(actor, addr)
      return
    case TRY_LOCK:
      if (wrote) clocks.acquire(actor, addr)
      return
    case UNLOCK:
      clocks.release(actor, addr)
      return
    default:
  }
}

/** As {@link followEvent}, of the other kinds. */
export function followRare(clocks: VectorClocks, event: LoggedEvent, accesses: Accesses): void {
  const { actor, addr, addr2 } = event
  switch (event.kind) {
    case SPIN_WHILE_BOTH:
      clocks.acquire(actor, addr)
      clocks.acquire(actor, addr2)
      accesses.atomicRead(actor, addr)
      accesses.atomicRead(actor, addr2)
      return
    case FILL:
      for (let i = 0; i < event.words; i++) accesses.plainWrite(actor, addr + i)
      return
    case COPY:
      for (let i = 0; i < event.words2; i++) accesses.plainRead(actor, addr2 + i)
      for (let i = 0; i < event.words; i++) accesses.plainWrite(actor, addr + i)
      return
    case CV_WAIT:
      clocks.release(actor, addr2)
      return
    case CV_BLOCKED:
      clocks.acquire(actor, addr)
      if (event.way === 0) clocks.take(actor)
      return
    case WAITING:
      if (event.way === 0) clocks.take(actor)
      return
    case NOTIFY:
    case CV_SIGNAL:
    case CV_BROADCAST:
      for (let k = 0; k < event.wokenCount; k++) clocks.pass(actor, event.woken[k] as number)
      if (event.wokenCount > 0) clocks.tick(actor)
      return
    case SPAWN:
      if (event.child < 0) return
      clocks.follow(event.child, actor)
      clocks.tick(actor)
      return
    case JOIN:
      clocks.follow(actor, addr)
      return
    default:
  }
}
