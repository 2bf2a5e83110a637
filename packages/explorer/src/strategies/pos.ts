import type { StoreBuffers } from '../engine/store-buffers.js'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { conflict } from './dependence.js'
import { Rng } from './rng.js'
import { SLOTS, choiceOfSlot, slotOf } from './slots.js'
import type { Strategy } from './strategy.js'

export interface PosOptions {
  readonly seed: number
  /** Steps after which an execution goes on as a random walk. Default 20,000. */
  readonly fairAfter?: number
}

/**
 * Partial order sampling (Yuan, Yang and Gu, "Partial order aware concurrency sampling", CAV 2018): every pending operation has a random
 * priority, drawn when it becomes pending, and the highest enabled one is executed. Then those that conflict with it are drawn anew:
 * they lost one race, which must not decide the next.
 *
 * So an operation that is pending all the while another actor does k, which do not conflict with it, comes after them all with
 * probability 1 / (k + 1); a random walk gets there with 1 / 2^k. Timeouts and interrupts are pending operations of their own
 * (slots.ts).
 */
export class Pos implements Strategy {
  readonly name = 'pos'
  readonly exhaustive = false
  private readonly seed: number
  private readonly fairAfter: number
  private readonly rng: Rng
  /** Of each pending operation, in (0, 1]; 0: not drawn. */
  private readonly priority = new Float64Array(SLOTS)
  private highest = -1

  constructor({ seed, fairAfter = 20_000 }: PosOptions) {
    this.seed = seed
    this.fairAfter = fairAfter
    this.rng = new Rng(seed)
  }

  begin(index: number): boolean {
    this.rng.seed(this.seed, index)
    this.priority.fill(0, 0, this.highest + 1)
    this.highest = -1
    return true
  }

  choose(world: World): number {
    const { choices, choiceCount } = world
    const { priority, rng } = this
    if (world.steps >= this.fairAfter)
      return choices[choiceCount === 1 ? 0 : rng.below(choiceCount)] as number
    let best = -1
    let highest = 0
    for (let i = 0; i < choiceCount; i++) {
      const slot = slotOf(world, choices[i] as number)
      let mine = priority[slot] as number
      if (mine === 0) {
        mine = 1 - rng.unit()
        priority[slot] = mine
        if (slot > this.highest) this.highest = slot
      }
      if (mine > highest) {
        highest = mine
        best = slot
      }
    }
    this.forget(world, best)
    return choiceOfSlot(world, best, rng)
  }

  /** The operation of slot `best` is executed: it and those that conflict with it have no priority any more. */
  private forget(world: World, best: number): void {
    const { priority } = this
    priority[best] = 0
    if (best >= MAX_ACTORS * 2) return
    if (world.buffers !== null) {
      this.forgetBuffered(world, world.buffers, best)
      return
    }
    const actor = best & (MAX_ACTORS - 1)
    priority[actor] = 0
    priority[actor + MAX_ACTORS] = 0
    for (let other = 0; other < world.n; other++) {
      if (other === actor) continue
      if (priority[other] === 0 && priority[other + MAX_ACTORS] === 0) continue
      if (!conflict(world, actor, other)) continue
      priority[other] = 0
      priority[other + MAX_ACTORS] = 0
    }
  }

  /** The same with store buffers: those are pending operations too, and go with what others do rather than with their actor. */
  private forgetBuffered(world: World, { count }: StoreBuffers, best: number): void {
    const { priority } = this
    const own = best & (MAX_ACTORS - 1)
    const drains = best !== own && count[own] !== 0
    const one = drains ? best : own
    if (!drains) priority[own] = 0
    for (let actor = 0; actor < world.n; actor++) {
      const buffer = actor + MAX_ACTORS
      if (priority[actor] !== 0 && actor !== own && conflict(world, one, actor)) priority[actor] = 0
      if (priority[buffer] === 0 || buffer === best) continue
      if (conflict(world, one, count[actor] === 0 ? actor : buffer)) priority[buffer] = 0
    }
  }
}
