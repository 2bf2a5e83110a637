/**
 * The operations of the seam, as numbers: what an instrumented program tells the engine before each access.
 *
 * The operands of a kind are the arguments of the method of the same name, in order. From LOCK on they are operations of
 * model programs, which the kernel does not use: primitives the engine itself understands.
 */
export const READ = 0
export const WRITE = 1
export const LOAD = 2
export const STORE = 3
export const ADD = 4
export const SUB = 5
export const OR = 6
export const AND = 7
export const EXCHANGE = 8
export const CAS = 9
export const FENCE = 10
export const SPIN_WHILE = 11
export const SPIN_WHILE_BOTH = 12
export const WAIT = 13
export const NOTIFY = 14
export const FILL = 15
export const COPY = 16
export const LOCK = 17
export const UNLOCK = 18
export const TRY_LOCK = 19
export const CV_WAIT = 20
export const CV_SIGNAL = 21
export const CV_BROADCAST = 22
export const SPAWN = 23
export const JOIN = 24
export const CHOOSE = 25
export const AWAIT = 26
export const YIELD = 27

/** Method of `mem` for each kind, by number. */
export const OP_NAMES = [
  'read',
  'write',
  'load',
  'store',
  'add',
  'sub',
  'or',
  'and',
  'exchange',
  'cas',
  'fence',
  'spinWhile',
  'spinWhileBoth',
  'wait',
  'notify',
  'fill',
  'copy',
  'lock',
  'unlock',
  'tryLock',
  'cvWait',
  'cvSignal',
  'cvBroadcast',
  'spawn',
  'join',
  'choose',
  'await',
  'yield',
] as const
