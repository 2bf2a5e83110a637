import type { Actor, Sleeps } from './actor.js'
import { cvBroadcast, cvInit, cvWait } from './condvar.js'
import { layout } from './layout.js'
import type { Addr, Mem } from './mem.js'
import { kassert } from './panic.js'
import { mutexSpinEnter, mutexSpinExit, mutexSpinInit } from './spin-mutex.js'

/**
 * Cyclic barrier: `parties` actors wait for each other, round after round.
 *
 *   round g, arrived 0 --> 1 --> .. --> parties-1 --- the last arrives ---> round g+1, arrived 0; wakes all
 *
 * Rules   B1  ARRIVED and ROUND are changed under BAR_LOCK only
 *         B2  a sleeper waits for the round to change, not for a count: who is woken late is not confused by
 *             arrivals of the next round
 * Race    a fast party arrives for the next round before a slow one has left this one: B2.
 */
export const { BAR_LOCK, BAR_PARTIES, BAR_ARRIVED, BAR_ROUND, BAR_CV, BARRIER_WORDS } = layout('barrier', {
  BAR_LOCK: { lock: 'atomic', isLock: true }, // spin
  BAR_PARTIES: 'stable',
  BAR_ARRIVED: 'bar_lock', // in this round so far
  BAR_ROUND: 'bar_lock',
  BAR_CV: { lock: 'bar_lock', words: 2 },
})

/** Makes a barrier for `parties` actors (from 1) at `addr`. Nobody else may know the words yet. */
export function barrierInit(mem: Mem, addr: Addr, parties: number): void {
  kassert(Number.isInteger(parties) && parties >= 1, 'parties >= 1')
  mutexSpinInit(mem, addr + BAR_LOCK)
  mem.write(addr + BAR_PARTIES, parties)
  mem.write(addr + BAR_ARRIVED, 0)
  mem.write(addr + BAR_ROUND, 0)
  cvInit(mem, addr + BAR_CV)
}

/** Arrives, and sleeps until all parties have. Returns true to exactly one of them, the last. No spin mutex may be held. */
export function* barrierWait(actor: Actor, addr: Addr): Sleeps<boolean> {
  const { mem } = actor
  mutexSpinEnter(actor, addr + BAR_LOCK)
  const round = mem.read(addr + BAR_ROUND)
  const arrived = mem.read(addr + BAR_ARRIVED) + 1
  const last = arrived === mem.read(addr + BAR_PARTIES)
  if (last) {
    mem.write(addr + BAR_ARRIVED, 0)
    mem.write(addr + BAR_ROUND, (round + 1) | 0)
    cvBroadcast(actor, addr + BAR_CV)
  } else {
    mem.write(addr + BAR_ARRIVED, arrived)
    while (mem.read(addr + BAR_ROUND) === round)
      yield* cvWait(actor, addr + BAR_CV, addr + BAR_LOCK, 'barrier')
  }
  mutexSpinExit(actor, addr + BAR_LOCK)
  return last
}
