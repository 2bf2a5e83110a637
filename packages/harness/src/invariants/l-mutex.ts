import { NULL } from '@holdfast/atomics-sync'
import {
  L_CPU,
  L_MUTEX,
  L_SLEEPQ,
  L_STAT,
  L_WCHAN,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  SLEEPTAB_WORDS,
  SPC_LWPLOCK,
  SPC_MUTEX,
  ST_MUTEX,
  ST_QUEUE,
  SLEEPTAB_HASH_SIZE,
  TC_MUTEX,
  turnstileChain,
  type Cpu,
} from '@holdfast/kernel'
import { type Inspection, type Violation, listedLwps, lwpName, word } from './inspect.js'

/**
 * `l_mutex` is the lock that the state of the LWP calls for (docs/locking.md has the table).
 *
 * It changes only under the lock it points to, so it is exact at safe points.
 */
export function lMutex(inspection: Inspection): Violation[] {
  const { mem } = inspection
  const found: Violation[] = []
  for (const l of listedLwps(inspection)) {
    const wanted = wantedMutex(inspection, l)
    if (mem.read(l + L_MUTEX) === wanted) continue
    found.push({
      invariant: 'l-mutex',
      message: `l_mutex of LWP ${lwpName(inspection, l)} is word ${mem.read(l + L_MUTEX)}, and its state calls for word ${wanted}`,
      words: [
        word(inspection, 'l_mutex', l + L_MUTEX),
        word(inspection, 'l_stat', l + L_STAT),
        word(inspection, 'l_cpu', l + L_CPU),
        word(inspection, 'l_wchan', l + L_WCHAN),
        word(inspection, 'l_sleepq', l + L_SLEEPQ),
      ],
    })
  }
  return found
}

function wantedMutex(inspection: Inspection, l: number): number {
  const { mem } = inspection
  const ci = mem.read(l + L_CPU)
  switch (mem.read(l + L_STAT)) {
    case LSIDL:
    case LSRUN:
      return ci + SPC_MUTEX
    case LSONPROC:
    case LSZOMB:
      return ci + SPC_LWPLOCK
    case LSSLEEP:
      return queueLock(inspection, l)
    case LSSTOP:
    case LSSUSPENDED:
      return mem.read(l + L_WCHAN) === NULL ? ci + SPC_LWPLOCK : queueLock(inspection, l)
    default:
      return NULL
  }
}

/** The lock of the sleep queue an LWP is on: its bucket's, or that of the chain of the turnstile that holds the queue. */
function queueLock({ mem, config }: Inspection, l: number): number {
  const sleepq = mem.read(l + L_SLEEPQ)
  const sleeptab = config.kern['sleeptab'] ?? NULL
  const inTable = sleepq - sleeptab - ST_QUEUE
  if (inTable >= 0 && inTable < SLEEPTAB_HASH_SIZE * SLEEPTAB_WORDS) {
    return sleeptab + Math.floor(inTable / SLEEPTAB_WORDS) * SLEEPTAB_WORDS + ST_MUTEX
  }
  return turnstileChain({ mem, config } as unknown as Cpu, mem.read(l + L_WCHAN)) + TC_MUTEX
}
