import { CV_SYNCOBJ, MUTEX_SYNCOBJ, RW_SYNCOBJ } from '@holdfast/atomics-sync'
import { UVM_PAGEDAEMON_WAITERS, UVMEXP_FREE } from '@holdfast/mm'
import {
  L_FLAG,
  L_RU_NSWAP,
  L_STAT,
  L_SYNCOBJ,
  L_WCHAN,
  LSRUN,
  LSSLEEP,
  LW_INMEM,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
} from '@holdfast/kernel'
import { type Inspection, type Violation, listedLwps, lwpName, word } from './inspect.js'

/** In the words of mutexes, rwlocks and condition variables alike: somebody may be waiting. */
const WAITERS = 1

/** What an LWP sleeps on, by its syncobj, where the word it sleeps on must know of it. */
const KINDS: Readonly<Record<number, string>> = {
  [MUTEX_SYNCOBJ]: 'mutex',
  [RW_SYNCOBJ]: 'rwlock',
  [CV_SYNCOBJ]: 'condition variable',
}

/**
 * Nobody sleeps for a mutex, an rwlock or a condition variable that does not know of it, or for memory when nobody is
 * counted as waiting; and while the swapper sleeps unkicked, nobody is runnable but swapped out.
 *
 * The first is exact at safe points, since both change under a spin lock. The second is not: between dropping the sleep
 * queue's lock and the kick a waker may stand at a safe point, so it counts only if it held at the inspection before
 * as well, of the same swap-out (`stale`). Says nothing of plain sleeps on a channel: they have no word.
 */
export function wakeups(inspection: Inspection, stale: Set<string>): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  const asleep =
    mem.read(config.lwp0 + L_STAT) === LSSLEEP &&
    mem.read(config.lwp0 + L_WCHAN) === UVM_SCHEDULER_CV &&
    mem.read(UVM_SCHEDULER_KICKED) === 0
  const before = new Set(stale)
  stale.clear()
  for (const l of listedLwps(inspection)) {
    const stat = mem.read(l + L_STAT)
    const lock = mem.read(l + L_WCHAN)
    const kind = KINDS[mem.read(l + L_SYNCOBJ)]
    if (stat === LSSLEEP && kind !== undefined && (mem.read(lock) & WAITERS) === 0) {
      found.push({
        invariant: 'wakeups',
        verdict: 'lostWakeup',
        message: `LWP ${lwpName(inspection, l)} sleeps for the ${kind} at word ${lock}, which says that nobody waits`,
        words: [word(inspection, kind, lock), word(inspection, 'l_wchan', l + L_WCHAN)],
      })
    }
    if (stat === LSSLEEP && lock === UVMEXP_FREE && mem.read(UVM_PAGEDAEMON_WAITERS) === 0) {
      found.push({
        invariant: 'wakeups',
        verdict: 'lostWakeup',
        message: `LWP ${lwpName(inspection, l)} waits for memory, and nobody is counted as waiting`,
        words: [word(inspection, 'uvm.pagedaemon_waiters', UVM_PAGEDAEMON_WAITERS)],
      })
    }
    if (asleep && stat === LSRUN && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {
      const episode = `${l} ${mem.read(l + L_RU_NSWAP)}`
      stale.add(episode)
      if (!before.has(episode)) continue
      found.push({
        invariant: 'wakeups',
        verdict: 'lostWakeup',
        message: `LWP ${lwpName(inspection, l)} is runnable and swapped out while the swapper sleeps unkicked`,
        words: [
          word(inspection, 'l_flag', l + L_FLAG),
          word(inspection, 'uvm.scheduler_kicked', UVM_SCHEDULER_KICKED),
        ],
      })
    }
  }
  return found
}
