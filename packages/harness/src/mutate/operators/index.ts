import type { Operator } from '../mutant.js'
import { weakenAtomic } from './atomics.js'
import { dropCheck, dropOperand, negateCondition } from './checks.js'
import { dropLock, dropUnlock, earlyUnlock, lateLock, swapLocks } from './locks.js'
import { whileToIf } from './loops.js'
import { storeAfterUnlock } from './stores.js'
import { tryToBlocking } from './tries.js'
import { skipWakeup } from './wakeups.js'

/** All operators, in the order of reports. */
export const OPERATORS: readonly Operator[] = [
  dropLock,
  dropUnlock,
  swapLocks,
  lateLock,
  earlyUnlock,
  storeAfterUnlock,
  weakenAtomic,
  dropCheck,
  dropOperand,
  negateCondition,
  whileToIf,
  tryToBlocking,
  skipWakeup,
]
