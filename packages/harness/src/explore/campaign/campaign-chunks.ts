import type { Leg } from './campaign-plan.js'

/** A part of a leg that is run in one go. */
export interface Chunk {
  /** Number in the order in which they are given out, which is the order in which results count. */
  readonly order: number
  readonly leg: number
  readonly first: number
  readonly executions: number | undefined
}

/** How large parts are: small at first, so that the first faults are known soon, and doubled up to the largest. */
export interface ChunkSizes {
  readonly smallest: number
  readonly largest: number
}

/** Sums of shares are off by less. */
const ROUNDING = 1e-9

/**
 * Divides a campaign into parts.
 *
 * The parts, and their order, depend on the legs and the number of executions alone: not on how many jobs there are, nor on
 * how fast they are. So what is found within a number of executions is the same for the same seed.
 */
export class Chunks {
  private readonly legs: readonly Leg[]
  private readonly sizes: ChunkSizes
  /** Executions of each leg that are not given out yet. */
  private readonly left: number[]
  private readonly given: number[]
  private readonly size: number[]
  private readonly over: boolean[]
  private order = 0
  private turn = 0

  constructor(legs: readonly Leg[], executions: number | undefined, sizes: ChunkSizes) {
    this.legs = legs
    this.sizes = sizes
    this.left = executions === undefined ? legs.map(() => Infinity) : shared(executions, legs)
    this.given = legs.map(() => 0)
    this.size = legs.map(() => sizes.smallest)
    this.over = legs.map(() => false)
  }

  /** No more parts of a leg. */
  end(leg: number): void {
    this.over[leg] = true
  }

  /** The next part: of one leg after the other. Undefined: all are given out. */
  next(): Chunk | undefined {
    for (let tried = 0; tried < this.legs.length; tried++) {
      const leg = this.turn++ % this.legs.length
      if (this.over[leg] === true || (this.left[leg] as number) <= 0) continue
      return this.of(leg)
    }
    return undefined
  }

  private of(leg: number): Chunk {
    const left = this.left[leg] as number
    const order = this.order++
    if ((this.legs[leg] as Leg).exhaustive) {
      this.left[leg] = 0
      return { order, leg, first: 0, executions: left === Infinity ? undefined : left }
    }
    const executions = Math.min(left, this.size[leg] as number)
    const first = this.given[leg] as number
    this.left[leg] = left - executions
    this.given[leg] = first + executions
    this.size[leg] = Math.min(2 * (this.size[leg] as number), this.sizes.largest)
    return { order, leg, first, executions }
  }
}

/** Whole shares that make `executions` together; what is over goes to the legs that come first. */
function shared(executions: number, legs: readonly Leg[]): number[] {
  let sum = 0
  let given = 0
  return legs.map(({ share }) => {
    sum += share
    const before = given
    given = Math.ceil(executions * sum - ROUNDING)
    return given - before
  })
}
