import { LOAD, READ } from '@holdfast/compiler'
import type { Observer } from '../../engine/observer.js'
import type { World } from '../../engine/world.js'

/**
 * The outcomes of a litmus test: what each thread has read, in its order, and the variables at the end. `1 0 | 0 ; 1 2`: the first thread read 1 and 0,
 * the second 0, and memory ends as 1 2.
 */
export class Outcomes implements Observer {
  readonly name = 'outcomes'
  readonly seen = new Set<string>()
  private readonly from: number
  private reads: number[][] = []

  /** `from`: address of the first variable. */
  constructor(from = 8) {
    this.from = from
  }

  reset(world: World): void {
    this.reads = Array.from({ length: world.n }, () => [])
  }

  event({ evActor, evKind, evOld }: World): void {
    if (evKind === READ || evKind === LOAD) this.reads[evActor]?.push(evOld)
  }

  finish({ outcome, words }: World): void {
    const reads = this.reads.filter((values) => values.length > 0).map((values) => values.join(' '))
    const end = outcome === 'done' ? '' : ` (${outcome})`
    this.seen.add(`${reads.join(' | ')} ; ${words.slice(this.from).join(' ')}${end}`.trim())
  }
}
