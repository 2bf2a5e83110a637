import type { Coroutine } from './target.js'

/** An operation that was pending when an interrupt came: it is pending again when the handler is done. */
export interface SavedOp {
  /** Height of the stack at which the handler has ended. */
  readonly height: number
  readonly kind: number
  readonly site: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

const NO_MARKS = new Int32Array(0)

/**
 * Where a flow of control stands: the functions it is in, innermost last, and the operations that interrupts put off.
 *
 * An actor has one; a machine's CPU exchanges it when it switches from one of its threads to another.
 */
export class Context {
  readonly stack: Coroutine[] = []
  /** Site of the call of each but the outermost; -1: called by the machine, as a handler is. */
  readonly calls: number[] = []
  readonly saved: SavedOp[] = []
  /** Of each function that is under way, where it stands, as numbers: see frames.ts. Unused if nobody wants to know. */
  marks = NO_MARKS
  marked = 0
  /** Tells it from others of an execution, and is the same in all executions. */
  readonly id: number

  constructor(id = 0) {
    this.id = id
  }
}
