import * as ops from '@holdfast/compiler'
import * as kinds from './kinds.js'
import type { World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { WAIT } = ops
const { WAITING } = kinds

const WAIT_RESULTS = ['ok', 'not-equal', 'timed-out'] as const

/**
 * The seam as an instrumented program meets it: `$` announces an operation, `v` is its result.
 *
 * `$` returns false if the engine chose to go on with this actor and has executed the operation already: the coroutine
 * need not be suspended, which is what makes a point cheap.
 */
export class ActorMem {
  readonly id: number
  v: unknown = 0
  private readonly world: World

  constructor(world: World, id: number) {
    this.world = world
    this.id = id
  }

  /** Announces the operation `kind` at `site` with its operands. True: suspend, the result comes later; false: it is in `v`. */
  $(kind: number, site: number, a: number, b: number, c: number, d: number): boolean {
    return this.world.announce(this, kind, site, a, b, c, d)
  }

  /** The result of an operation as its caller expects it. */
  give(kind: number, result: number): void {
    this.v = kind === WAIT || kind === WAITING ? WAIT_RESULTS[result] : result
  }
}
