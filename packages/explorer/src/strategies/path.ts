import type { World } from '../engine/world.js'
import { Drift, choicesText, enabledText } from './drift.js'

/**
 * The path of a search from the first step down: what was enabled at each step, and which of it was taken.
 *
 *     step        0           1        2
 *     list    0   1   2   |   1    |   1   2        Path.list, from first[step]
 *     taken       ^           ^            ^        Path.taken[step]: place in the list
 *
 * A search repeats the path up to where it turns off; each step is compared with what was enabled before.
 */
export class Path {
  length = 0
  first = new Int32Array(1024)
  taken = new Uint16Array(1024)
  list = new Uint16Array(4096)
  /** Cost of each choice in the list; of searches that count. */
  cost = new Uint8Array(4096)
  /** Of searches that count: place of the first choice of a step that costs nothing, and whether one costs a little more than the one taken. */
  free = new Uint16Array(1024)
  open = new Uint8Array(1024)
  private used = 0

  /** How many were enabled at `step`. */
  count(step: number): number {
    const end = step + 1 < this.length ? (this.first[step + 1] as number) : this.used
    return end - (this.first[step] as number)
  }

  /** The choice taken at `step`. */
  choice(step: number): number {
    return this.list[(this.first[step] as number) + (this.taken[step] as number)] as number
  }

  /** What the choice taken at `step` costs. */
  costOf(step: number): number {
    return this.cost[(this.first[step] as number) + (this.taken[step] as number)] as number
  }

  /** Place of the next choice at `step`, from place `from` on, that costs `price`; or -1. */
  find(step: number, from: number, price: number): number {
    const base = this.first[step] as number
    const count = this.count(step)
    for (let i = from; i < count; i++) if (this.cost[base + i] === price) return i
    return -1
  }

  /** Adds a step at which the enabled choices are as in `world`; the first of them is taken. */
  push(world: World): void {
    const { choices, choiceCount } = world
    const step = this.length++
    if (step === this.taken.length) this.growSteps()
    if (this.used + choiceCount > this.list.length) this.growList()
    const { list, used } = this
    this.first[step] = used
    this.taken[step] = 0
    for (let i = 0; i < choiceCount; i++) list[used + i] = choices[i] as number
    this.used = used + choiceCount
  }

  /** Cuts the path off after `length` steps. */
  truncate(length: number): void {
    if (length >= this.length) return
    this.used = this.first[length] as number
    this.length = length
  }

  /** Checks that what is enabled is what was enabled at this step before. Throws {@link Drift}. */
  check(world: World, step: number): void {
    const { list } = this
    const { choices, choiceCount } = world
    const from = this.first[step] as number
    const count = this.count(step)
    let same = count === choiceCount
    for (let i = 0; same && i < count; i++) same = list[from + i] === choices[i]
    if (same) return
    throw new Drift(
      world.steps,
      `these were enabled: ${choicesText(list, from, count)}; now these are: ${enabledText(world)}`,
    )
  }

  /** Checks that an execution of `chosen` choices did not end before it was through what it had to repeat. */
  checkEnd(world: World, chosen: number, repeat: number): void {
    if (chosen < repeat) throw new Drift(world.steps, `the execution went on, and now it ends`)
  }

  /**
   * The share of the tree up to the end of this path, if each branch that costs nothing is as large as the others of its node; for
   * estimates.
   */
  share(): number {
    let weight = 1
    let before = 0
    for (let step = 0; step < this.length && weight > 1e-300; step++) {
      const from = this.first[step] as number
      const end = from + this.count(step)
      const taken = from + (this.taken[step] as number)
      let free = 0
      let passed = 0
      for (let i = from; i < end; i++) {
        if (this.cost[i] !== 0) continue
        free++
        if (i < taken) passed++
      }
      weight /= Math.max(1, free)
      before += passed * weight
    }
    return before + weight
  }

  private growSteps(): void {
    const { length } = this.taken
    this.first = resized(this.first, new Int32Array(length * 2))
    this.taken = resized(this.taken, new Uint16Array(length * 2))
    this.free = resized(this.free, new Uint16Array(length * 2))
    this.open = resized(this.open, new Uint8Array(length * 2))
  }

  private growList(): void {
    const length = this.list.length * 2
    this.list = resized(this.list, new Uint16Array(length))
    this.cost = resized(this.cost, new Uint8Array(length))
  }
}

/** Copies `from` into the larger `to`. */
export function resized<T extends Int32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Executions still to come when `visited` were a `share` of all. */
export function remainingOf(visited: number, share: number): number | null {
  if (visited === 0 || share <= 0) return null
  return Math.max(0, Math.round((visited * (1 - share)) / share))
}
