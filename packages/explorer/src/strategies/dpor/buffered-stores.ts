import { COPY, FILL, WRITE } from '@holdfast/compiler'
import { DRAIN } from '../../engine/kinds.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { World } from '../../engine/world.js'

const NONE = -1

/** The stores of the execution at hand that went into buffers: the event that made each, and how many have reached memory. */
export class BufferedStores {
  private readonly makers: number[][] = []
  private readonly drained = new Int32Array(MAX_ACTORS)

  /** The event that made the oldest store in the buffer of `actor`; -1: it is empty. */
  oldest(actor: number): number {
    return this.makers[actor]?.[this.drained[actor] as number] ?? NONE
  }

  /** `event` is about to be executed: the pending operation of `actor`, or a drain of its buffer. */
  add(world: World, actor: number, kind: number, event: number): void {
    if (kind === DRAIN) this.drained[actor] = (this.drained[actor] as number) + 1
    while (this.makers.length <= actor) this.makers.push([])
    const makers = this.makers[actor] as number[]
    for (let stores = storesOf(world, actor, kind); stores > 0; stores--) makers.push(event)
  }

  /** `event`, the last one, is taken back. */
  remove(actor: number, kind: number, event: number): void {
    if (kind === DRAIN) this.drained[actor] = (this.drained[actor] as number) - 1
    const makers = this.makers[actor] as number[]
    while (makers.at(-1) === event) makers.pop()
  }
}

function storesOf(world: World, actor: number, kind: number): number {
  if (kind === WRITE) return 1
  if (kind === FILL) return world.b[actor] as number
  return kind === COPY ? (world.c[actor] as number) : 0
}
