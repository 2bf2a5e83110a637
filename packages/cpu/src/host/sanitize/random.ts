/** A small generator of random numbers (xorshift32) with a seed: each CPU has its own, and its choices repeat. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) | 1
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x
    return (x >>> 0) % below
  }
}
