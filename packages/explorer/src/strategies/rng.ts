/**
 * Numbers by chance, the same for the same seed: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 * 2021), seeded by splitmix32.
 */
export class Rng {
  private s0 = 0
  private s1 = 0
  private s2 = 0
  private s3 = 0

  constructor(seed: number) {
    this.seed(seed, 0)
  }

  /** Starts the sequence number `index` of `seed`: each execution has its own, so that they can be run in any order. */
  seed(seed: number, index: number): void {
    const state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0
    this.s0 = mixed(state + 0x9e3779b9)
    this.s1 = mixed(state + 2 * 0x9e3779b9)
    this.s2 = mixed(state + 3 * 0x9e3779b9)
    this.s3 = mixed(state + 4 * 0x9e3779b9) | 1
  }

  /** 32 random bits, signed. */
  bits(): number {
    const x = Math.imul(this.s1, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9)
    const t = this.s1 << 9
    this.s2 ^= this.s0
    this.s3 ^= this.s1
    this.s1 ^= this.s2
    this.s0 ^= this.s3
    this.s2 ^= t
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21)
    return result | 0
  }

  /** A number from 0 to `n` - 1, each as likely to within n / 2^32. */
  below(n: number): number {
    const bits = this.bits()
    if (n > 0x7fff) return Math.floor(((bits >>> 0) / 4294967296) * n)
    // The same in small integers: floor(bits * n / 2^32).
    return (Math.imul(bits >>> 16, n) + (Math.imul(bits & 0xffff, n) >>> 16)) >>> 16
  }

  /** A number in [0, 1). */
  unit(): number {
    return (this.bits() >>> 0) / 4294967296
  }
}

function mixed(state: number): number {
  let z = state | 0
  z ^= z >>> 16
  z = Math.imul(z, 0x21f0aaad)
  z ^= z >>> 15
  z = Math.imul(z, 0x735a2d97)
  return z ^ (z >>> 15)
}
