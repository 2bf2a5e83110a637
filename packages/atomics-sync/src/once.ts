import type { Actor, Sleeps } from './actor.js'
import { cvBroadcast, cvInit, cvWait } from './condvar.js'
import { layout } from './layout.js'
import type { Addr, Mem } from './mem.js'
import { kassert } from './panic.js'
import { mutexSpinEnter, mutexSpinExit, mutexSpinInit } from './spin-mutex.js'

/**
 * Once: something is done by the first that asks, and the others wait until it is (RUN_ONCE).
 *
 *            onceEnter: true            onceDone
 *   NEW -----------------------> RUNNING -------> DONE      onceEnter: false, at once
 *    ^                              |
 *    '------- onceAbandon ----------'     (wakes the others: the next one tries)
 *
 * Rules   O1  onceEnter returns true to one actor at a time, which then calls onceDone or onceAbandon
 *         O2  ONCE_STATE is changed under ONCE_LOCK only; what was done before onceDone is seen by whoever gets false
 * Race    the unlocked first look may find RUNNING when it is DONE: it then looks again under the lock.
 */
export const { ONCE_LOCK, ONCE_STATE, ONCE_CV, ONCE_WORDS } = layout('once', {
  ONCE_LOCK: { lock: 'atomic', isLock: true }, // spin
  ONCE_STATE: { lock: 'once_lock', unlocked: 'DONE is final, and is looked for first' },
  ONCE_CV: { lock: 'once_lock', words: 2 },
})

const ONCE_NEW = 0
const ONCE_RUNNING = 1
const ONCE_DONE = 2

/** Makes a once at `addr`. Nobody else may know the words yet. */
export function onceInit(mem: Mem, addr: Addr): void {
  mutexSpinInit(mem, addr + ONCE_LOCK)
  mem.store(addr + ONCE_STATE, ONCE_NEW)
  cvInit(mem, addr + ONCE_CV)
}

/** Returns true if the caller is to do it now, false once it has been done. May sleep: no spin mutex may be held. */
export function* onceEnter(actor: Actor, addr: Addr): Sleeps<boolean> {
  const { mem } = actor
  if (mem.load(addr + ONCE_STATE) === ONCE_DONE) return false
  mutexSpinEnter(actor, addr + ONCE_LOCK)
  while (mem.load(addr + ONCE_STATE) === ONCE_RUNNING) {
    yield* cvWait(actor, addr + ONCE_CV, addr + ONCE_LOCK, 'once')
  }
  const mine = mem.load(addr + ONCE_STATE) === ONCE_NEW
  if (mine) mem.store(addr + ONCE_STATE, ONCE_RUNNING)
  mutexSpinExit(actor, addr + ONCE_LOCK)
  return mine
}

/** It has been done. Only after onceEnter returned true. Never sleeps. */
export function onceDone(actor: Actor, addr: Addr): void {
  onceLeave(actor, addr, ONCE_DONE)
}

/** It has failed: the next that asks shall try. Only after onceEnter returned true. Never sleeps. */
export function onceAbandon(actor: Actor, addr: Addr): void {
  onceLeave(actor, addr, ONCE_NEW)
}

function onceLeave(actor: Actor, addr: Addr, state: number): void {
  const { mem } = actor
  mutexSpinEnter(actor, addr + ONCE_LOCK)
  kassert(mem.load(addr + ONCE_STATE) === ONCE_RUNNING, 'once_state == ONCE_RUNNING')
  mem.store(addr + ONCE_STATE, state)
  cvBroadcast(actor, addr + ONCE_CV)
  mutexSpinExit(actor, addr + ONCE_LOCK)
}
