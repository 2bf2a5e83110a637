import type { World } from '../../../engine/world.js'
import type { Strategy } from '../../strategy.js'

/** All interleavings, one after the other: what a reduction is checked against. */
export class EveryInterleaving implements Strategy {
  readonly name = 'every'
  readonly exhaustive = true
  private readonly taken: number[] = []
  private readonly of: number[] = []
  private depth = 0
  private begun = false

  begin(): boolean {
    while (this.begun && this.taken.length > 0) {
      const last = this.taken.length - 1
      if ((this.taken[last] as number) + 1 < (this.of[last] as number)) {
        this.taken[last] = (this.taken[last] as number) + 1
        break
      }
      this.taken.pop()
      this.of.pop()
    }
    if (this.begun && this.taken.length === 0) return false
    this.begun = true
    this.depth = 0
    return true
  }

  choose(world: World): number {
    if (this.depth === this.taken.length) {
      this.taken.push(0)
      this.of.push(world.choiceCount)
    }
    return world.choices[this.taken[this.depth++] as number] as number
  }
}
