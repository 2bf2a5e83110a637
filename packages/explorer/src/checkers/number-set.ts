/** A set of numbers other than 0 that holds at most so many: open addressing in one typed array. */
export class NumberSet {
  size = 0
  private readonly most: number
  private slots = new Float64Array(1024)

  constructor(most: number) {
    this.most = most
  }

  /** Whether it holds all that it may. */
  get full(): boolean {
    return this.size >= this.most
  }

  /** Whether it holds `value`. */
  has(value: number): boolean {
    return this.slots[this.slotOf(value)] !== 0
  }

  /** Adds `value`; whether it was not there. A full set takes nothing. */
  add(value: number): boolean {
    const at = this.slotOf(value)
    if (this.slots[at] !== 0 || this.full) return false
    this.slots[at] = value
    this.size++
    if (this.size * 2 > this.slots.length) this.grow()
    return true
  }

  /** Where `value` is, or the free place where it would be. */
  private slotOf(value: number): number {
    const { slots } = this
    const mask = slots.length - 1
    let at = spread(value) & mask
    while (slots[at] !== 0 && slots[at] !== value) at = (at + 1) & mask
    return at
  }

  private grow(): void {
    const { slots } = this
    const larger = new Float64Array(slots.length * 2)
    const mask = larger.length - 1
    for (const value of slots) {
      if (value === 0) continue
      let at = spread(value) & mask
      while (larger[at] !== 0) at = (at + 1) & mask
      larger[at] = value
    }
    this.slots = larger
  }
}

/** The upper bits of the number, which may have 53. */
function spread(value: number): number {
  return Math.imul((value * 2 ** -21) >>> 0, 0x9e3779b1) >>> 4
}
