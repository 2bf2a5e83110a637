import { FIRST_INTERRUPT, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { Rng } from './rng.js'
import type { Strategy } from './strategy.js'

/** The rarest: one in so many of the steps at which it could come. Small executions have some thousand. */
const RAREST = 8192
const MOST_FREQUENT = 8
/** Keeps these numbers apart from those of the strategy. */
const SALT = 0x5e1d0

/**
 * A strategy that chooses by chance, among everything but interrupts that come of themselves (Target.isSpontaneous: a free tick of the
 * clock, a transfer that completes early). Those are enabled at nearly every step; ranked or drawn like the rest they would all come as
 * soon as they can, and take the place of the choices between actors.
 *
 * They come by a clock of their own instead. Each execution draws how rare they are, from 1 in 8 to 1 in 8192 steps at which one could come,
 * each order of magnitude as likely; before each it draws how many such steps pass. At all others the strategy chooses, and does not see
 * them. Where nothing else is enabled it chooses among them. Of a target that has none it is the strategy itself.
 */
export class Seldom implements Strategy {
  readonly name: string
  readonly exhaustive: boolean
  readonly executed?: (world: World) => void
  readonly bound?: () => string | null
  readonly remaining?: () => number | null
  private readonly inner: Strategy
  private readonly seed: number
  private readonly rng: Rng
  /** Number of the execution. */
  private index = 0
  /** Mean number of steps between two, and those that pass before the next: drawn when one could come, for few targets have any. */
  private mean = RAREST
  private left = 0
  private drawn = false
  private readonly kept: number[] = []
  private readonly all: number[] = []

  constructor(inner: Strategy, seed: number) {
    this.inner = inner
    this.seed = seed
    this.rng = new Rng(seed)
    this.name = inner.name
    this.exhaustive = inner.exhaustive
    if (inner.executed !== undefined) this.executed = (world) => inner.executed?.(world)
    if (inner.bound !== undefined) this.bound = () => inner.bound?.() ?? null
    if (inner.remaining !== undefined) this.remaining = () => inner.remaining?.() ?? null
  }

  learn(world: World): void {
    this.inner.learn?.(world)
  }

  begin(index: number): boolean {
    this.index = index
    this.drawn = false
    return this.inner.begin(index)
  }

  choose(world: World): number {
    return this.hasSpontaneous(world) ? this.apart(world) : this.inner.choose(world)
  }

  end(world: World): void {
    this.inner.end?.(world)
  }

  /** How rare they are in this execution. */
  private drawMean(): void {
    this.drawn = true
    this.rng.seed(this.seed ^ SALT, this.index)
    this.mean = MOST_FREQUENT * (RAREST / MOST_FREQUENT) ** this.rng.unit()
    this.draw()
  }

  /** How many steps pass before the next: geometric. */
  private draw(): void {
    this.left = Math.floor(Math.log(1 - this.rng.unit()) / Math.log(1 - 1 / this.mean))
  }

  private hasSpontaneous(world: World): boolean {
    const { choices, choiceCount, target } = world
    if (target.isSpontaneous === undefined) return false
    // Interrupts are the last of what is enabled.
    for (let i = choiceCount - 1; i >= 0; i--) {
      const way = (choices[i] as number) >> WAY_SHIFT
      if (way < FIRST_INTERRUPT) return false
      if (target.isSpontaneous(world, way - FIRST_INTERRUPT)) return true
    }
    return false
  }

  /** Takes one of those that come of themselves, or lets the strategy choose among the others. */
  private apart(world: World): number {
    const { choices, choiceCount, target } = world
    const { kept, all } = this
    kept.length = 0
    all.length = 0
    const rare: number[] = []
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      all.push(choice)
      const source = (choice >> WAY_SHIFT) - FIRST_INTERRUPT
      const isRare = source >= 0 && target.isSpontaneous?.(world, source) === true
      ;(isRare ? rare : kept).push(choice)
    }
    if (kept.length === 0) return this.inner.choose(world)
    if (!this.drawn) this.drawMean()
    if (this.left-- <= 0) {
      this.draw()
      return rare[this.rng.below(rare.length)] as number
    }
    for (let i = 0; i < kept.length; i++) choices[i] = kept[i] as number
    world.choiceCount = kept.length
    const choice = this.inner.choose(world)
    for (let i = 0; i < all.length; i++) choices[i] = all[i] as number
    world.choiceCount = all.length
    return choice
  }
}
