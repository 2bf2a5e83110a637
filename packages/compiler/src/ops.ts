import { OP_NAMES } from './op-kinds.js'

/** The number of each operation of the seam, by the name of its method. */
export const KINDS: ReadonlyMap<string, number> = new Map(OP_NAMES.map((name, kind) => [name, kind]))

/** Most operands that an operation has. */
export const OPERANDS = 4

/** Operations that have no result: as an expression they are undefined. */
export const VOID_OPS: ReadonlySet<string> = new Set([
  'write',
  'store',
  'fence',
  'spinWhile',
  'spinWhileBoth',
  'fill',
  'copy',
])

/** Operands that are not 0 when the source leaves them out. `notify` wakes all; a `wait` has no timeout. */
export const DEFAULT_OPERANDS: Readonly<Record<string, readonly string[]>> = {
  wait: ['0', '0', 'Infinity'],
  notify: ['0', '2147483647'],
}

/** Operations whose operands may be functions of the program: the engine calls them as the program would. */
export const TAKES_FUNCTIONS: ReadonlySet<string> = new Set(['spawn'])

/** What may be called on `mem`, for messages. */
export const ALLOWED_OPS = OP_NAMES.join(', ')
