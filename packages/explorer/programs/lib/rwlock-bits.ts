import {
  type Parker,
  RW_HAS_WAITERS,
  RW_WRITE_WANTED,
  TS_READER_Q,
  TS_WRITER_Q,
} from '@holdfast/atomics-sync'
import { type Addr, check } from '@holdfast/explorer'

/**
 * Checks that the word of an rwlock says who waits: HAS_WAITERS if anybody does and only then, WANTED if a writer does. Takes and releases the chain lock,
 * under which these bits do not change.
 */
export function checkWaiterBits(actor: Parker, rw: Addr): void {
  const { mem, turnstile } = actor
  const ts = turnstile.lookup(actor, rw)
  const readers = ts === 0 ? 0 : turnstile.waiters(actor, ts, TS_READER_Q)
  const writers = ts === 0 ? 0 : turnstile.waiters(actor, ts, TS_WRITER_Q)
  const word = mem.load(rw)
  turnstile.exit(actor, rw)
  const waiters = readers + writers
  check(((word & RW_HAS_WAITERS) !== 0) === waiters > 0, `${waiters} wait, and the word is ${word}`)
  check(writers === 0 || (word & RW_WRITE_WANTED) !== 0, `${writers} writers wait, and the word is ${word}`)
}
