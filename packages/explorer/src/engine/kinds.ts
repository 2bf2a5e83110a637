import {
  ADD,
  AND,
  AWAIT,
  CAS,
  COPY,
  CV_BROADCAST,
  CV_WAIT,
  EXCHANGE,
  FENCE,
  FILL,
  JOIN,
  LOAD,
  LOCK,
  NOTIFY,
  OR,
  READ,
  SPAWN,
  SPIN_WHILE,
  SPIN_WHILE_BOTH,
  STORE,
  SUB,
  TRY_LOCK,
  UNLOCK,
  WAIT,
  WRITE,
  YIELD,
} from '@holdfast/compiler'

/** A waiter of `wait` that has been queued: goes on when notified, or when its time is over. */
export const WAITING = 28
/** A waiter of `cvWait` that has released the mutex: goes on when signalled and the mutex is free, taking it. */
export const CV_BLOCKED = 29
/** The thread has ended, or does not exist. */
export const ENDED = 30
/** An interrupt is taken: no access, but an event of the schedule. */
export const INTERRUPT = 31
/** The oldest store in the buffer of the actor reaches memory: see store-buffers.ts. */
export const DRAIN = 32
export const KINDS = 33

/** Kinds that are enabled whatever memory holds. */
export const ALWAYS = flags(
  [READ, WRITE, LOAD, STORE, ADD, SUB, OR, AND, EXCHANGE, CAS, FENCE, WAIT, NOTIFY, FILL, COPY],
  [UNLOCK, TRY_LOCK, CV_WAIT, CV_BROADCAST, SPAWN, YIELD],
)

/** Kinds that wait for a condition: disabled until it holds. */
export const AWAITS = flags([SPIN_WHILE, SPIN_WHILE_BOTH, LOCK, JOIN, AWAIT, WAITING, CV_BLOCKED])

/** Plain accesses, as a C load or store: no order is promised. */
export const PLAIN = flags([READ, WRITE, FILL, COPY])

function flags(...groups: number[][]): Uint8Array {
  const table = new Uint8Array(KINDS)
  for (const kind of groups.flat()) table[kind] = 1
  return table
}
