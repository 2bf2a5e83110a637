import {
  ADD,
  AND,
  AWAIT,
  CAS,
  CHOOSE,
  CV_SIGNAL,
  EXCHANGE,
  LOAD,
  NOTIFY,
  OR,
  READ,
  SPIN_WHILE,
  SUB,
  TRY_LOCK,
  WAIT,
} from '@holdfast/compiler'
import { CV_BLOCKED, KINDS, WAITING } from '../engine/kinds.js'
import { mix } from '../engine/mix.js'
import { MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

/** Operations that return what the word held before. */
const LEARNS_OLD = new Uint8Array(KINDS)
for (const kind of [READ, LOAD, ADD, SUB, OR, AND, EXCHANGE, CAS, SPIN_WHILE, AWAIT]) LEARNS_OLD[kind] = 1

/**
 * What each actor has done, and what came of it: as hashes, in two halves. It fixes where the actor stands and what is in its locals; the interrupts it took belong to
 * it.
 */
export class Histories {
  /** Sum over actors. */
  sumLow = 0
  sumHigh = 0
  private readonly low = new Int32Array(MAX_ACTORS)
  private readonly high = new Int32Array(MAX_ACTORS)
  private way = 0
  private woken = 0

  reset(): void {
    this.low.fill(0)
    this.high.fill(0)
    this.sumLow = 0
    this.sumHigh = 0
  }

  /** `choice` is about to be executed. */
  chosen(world: World, choice: number): void {
    const actor = choice & (MAX_ACTORS - 1)
    this.way = choice >> WAY_SHIFT
    this.woken = world.kind[actor] === NOTIFY ? waitersAt(world, world.a[actor] as number) : 0
  }

  /** The event chosen last has been executed; it is no drain. */
  executed(world: World): void {
    const actor = world.evActor
    const low = this.low[actor] as number
    const high = this.high[actor] as number
    this.sumLow = (this.sumLow - spread(low, actor)) | 0
    this.sumHigh = (this.sumHigh - spread(high, actor)) | 0
    const result = this.resultOf(world)
    const place = (world.evKind << 24) ^ world.evAddr
    this.low[actor] = mix(mix(low, place), result)
    this.high[actor] = mix(mix(high, result ^ 0x3c6ef372), place)
    this.sumLow = (this.sumLow + spread(this.low[actor], actor)) | 0
    this.sumHigh = (this.sumHigh + spread(this.high[actor], actor)) | 0
  }

  /** What the actor learnt from the event just executed. */
  private resultOf(world: World): number {
    switch (world.evKind) {
      case CHOOSE:
      case WAITING:
      case CV_BLOCKED:
        return this.way
      case TRY_LOCK:
        return world.evWrote ? 1 : 0
      case NOTIFY:
        return this.woken
      case CV_SIGNAL:
        return world.evOld - world.evNew
      case WAIT:
        return world.kind[world.evActor] === WAITING ? 0 : 1
      default:
        return LEARNS_OLD[world.evKind] === 1 ? world.evOld : 0
    }
  }
}

function waitersAt(world: World, addr: number): number {
  let waiting = 0
  for (let actor = 0; actor < world.n; actor++) {
    if (world.kind[actor] === WAITING && world.a[actor] === addr && world.notified[actor] === 0) waiting++
  }
  return waiting
}

/** A history at its actor: equal histories of two actors are two things. */
function spread(history: number, actor: number): number {
  return history === 0 ? 0 : mix(history, actor + 1)
}
