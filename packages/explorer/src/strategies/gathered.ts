import type { World } from '../engine/world.js'
import { resized } from './path.js'
import type { SharedWords } from './shared-words.js'
import type { StateCache } from './state-cache.js'

/**
 * What a search has gathered from the events of an execution up to each step of its path: so that it need not be shown again those of the part that its next execution has in
 * common with it, which is most of them.
 */
export class Gathered {
  /** Where what belongs to each step begins; it ends where that of the next one does. */
  private begins = new Int32Array(1024)
  private numbers = new Int32Array(4096)

  /** The execution stands at `step`, which none stood at before, or those that did are cut off. */
  save(step: number, world: World, cache: StateCache | null, shared: SharedWords | null): void {
    if (step + 1 >= this.begins.length)
      this.begins = resized(this.begins, new Int32Array(this.begins.length * 2))
    const { begins } = this
    let at = step === 0 ? 0 : (begins[step] as number)
    const end = at + (cache === null ? 0 : 2) + (shared === null ? 0 : world.n)
    if (end > this.numbers.length) this.numbers = resized(this.numbers, new Int32Array(2 * end))
    if (cache !== null) {
      cache.save(this.numbers, at)
      at += 2
    }
    if (shared !== null)
      for (let actor = 0; actor < world.n; actor++) this.numbers[at + actor] = shared.gathered(actor)
    begins[step + 1] = end
  }

  /** The execution stands at `step` again, and was not shown the events up to there. */
  restore(step: number, world: World, cache: StateCache | null, shared: SharedWords | null): void {
    let at = step === 0 ? 0 : (this.begins[step] as number)
    if (cache !== null) {
      cache.rejoin(world, this.numbers, at)
      at += 2
    }
    if (shared !== null)
      for (let actor = 0; actor < world.n; actor++) shared.rejoin(actor, this.numbers[at + actor] as number)
  }
}
