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
import { CV_BLOCKED, DRAIN, KINDS, WAITING } from '../engine/kinds.js'
import { MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

const FIRST_SLOTS = 1 << 12
/** Most states that are kept, in half a gigabyte; others are visited as often as they are come to. */
const MOST_STATES = 1 << 24

/** Operations that return what the word held before. */
const LEARNS_OLD = new Uint8Array(KINDS)
for (const kind of [READ, LOAD, ADD, SUB, OR, AND, EXCHANGE, CAS, SPIN_WHILE, AWAIT]) LEARNS_OLD[kind] = 1

/**
 * The states that a search has visited, so that it need not go on from one of them twice.
 *
 * A state is: for each actor the history of its own operations and their results (which fix where it stands and what is in its
 * locals; the interrupts it took belong to it), the stores in its buffer, the words, who waits in which order and who was woken. States are kept as hashes of
 * 64 bits, in two halves, changed event by event: two different states are taken for one with a probability of about
 * states^2 / 2^65.
 *
 * Sound for what depends on states alone: assertions, the check at the end, deadlocks. Not for what depends on the way to them: races,
 * lock order, leaks told by who came first (see Observer.ofStates). What a target keeps outside words and coroutines is seen only as far as
 * it says it (hidden, and where that is asked for, timing). Grows with the number of states: 16 to 32 bytes each.
 */
export class StateCache {
  /** States visited. */
  states = 0
  /** Executions given up since they came to a state visited before. */
  pruned = 0
  private slots = new Int32Array(2 * FIRST_SLOTS)
  private readonly low = new Int32Array(MAX_ACTORS)
  private readonly high = new Int32Array(MAX_ACTORS)
  /** Sum over actors of their histories, and of the changed words. */
  private sumLow = 0
  private sumHigh = 0
  private shadow = new Int32Array(0)
  private way = 0
  private woken = 0
  private fresh = true
  private readonly timing: boolean

  /** `timing`: states of different Target.timing are told apart. */
  constructor(timing = false) {
    this.timing = timing
  }

  /** An execution begins. What happens before the first event it is shown, or state it is asked for, is taken to be the same in all. */
  begin(): void {
    this.fresh = true
  }

  /** Notes the state that `world` is in; `current` is part of it where it matters who ran last. False: it was visited before. */
  visit(world: World, current: number): boolean {
    if (this.fresh) this.reset(world)
    let low = mix(this.sumLow, current)
    let high = mix(this.sumHigh ^ 0x5bd1e995, current)
    low = mix(low, world.spuriousLeft)
    if (world.target.hidden !== undefined) low = mix(low, world.target.hidden(world))
    if (this.timing && world.target.timing !== undefined) {
      const timing = world.target.timing(world)
      low = mix(low, timing)
      high = mix(high, timing ^ 0x3c6ef372)
    }
    for (let actor = 0; actor < world.n; actor++) {
      const kind = world.kind[actor]
      if (kind !== WAITING && kind !== CV_BLOCKED) continue
      const waiter = mix(mix(actor, world.notified[actor] as number), placeOf(world, actor))
      const deadline = world.deadline[actor] as number
      const timed = mix(waiter, deadline === Infinity ? -1 : (deadline - world.clock) | 0)
      low = mix(low, timed)
      high = mix(high, timed ^ 0x2545f491)
    }
    const { buffers } = world
    for (let actor = 0; buffers !== null && actor < world.n; actor++) {
      for (let i = 0; i < (buffers.count[actor] as number); i++) {
        const store = mix(mix(actor, buffers.addrAt(actor, i)), buffers.valueAt(actor, i))
        low = mix(low, store)
        high = mix(high, store ^ 0x2545f491)
      }
    }
    return this.add(low, high)
  }

  /** `choice` is about to be executed. */
  chosen(world: World, choice: number): void {
    if (this.fresh) this.reset(world)
    const actor = choice & (MAX_ACTORS - 1)
    this.way = choice >> WAY_SHIFT
    this.woken = world.kind[actor] === NOTIFY ? waitersAt(world, world.a[actor] as number) : 0
  }

  /** The event chosen last has been executed. */
  executed(world: World): void {
    if (this.fresh) this.reset(world)
    if (world.evKind === DRAIN) {
      this.changed(world, world.evAddr, 1)
      return
    }
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
    if (!world.evWrote) return
    this.changed(world, world.evAddr, world.evWords)
    if (world.evWords2 > 0) this.changed(world, world.evAddr2, world.evWords2)
  }

  bound(): string {
    return `each state once (${this.states} states): orders that lead to the same state are not told apart`
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

  private changed(world: World, addr: number, words: number): void {
    const { shadow } = this
    for (let at = addr; at < addr + words; at++) {
      const before = shadow[at] as number
      const now = world.words[at] as number
      if (before === now) continue
      shadow[at] = now
      this.sumLow = (this.sumLow + wordHash(at, now, 0x1b873593) - wordHash(at, before, 0x1b873593)) | 0
      this.sumHigh = (this.sumHigh + wordHash(at, now, 0x7feb352d) - wordHash(at, before, 0x7feb352d)) | 0
    }
  }

  private reset(world: World): void {
    this.fresh = false
    if (this.shadow.length !== world.words.length) this.shadow = new Int32Array(world.words.length)
    this.shadow.set(world.words)
    this.low.fill(0)
    this.high.fill(0)
    this.sumLow = 0
    this.sumHigh = 0
  }

  private add(low: number, high: number): boolean {
    const key = low === 0 && high === 0 ? 1 : low
    const { slots } = this
    const mask = slots.length / 2 - 1
    let at = (key ^ (high >>> 7)) & mask
    for (;;) {
      const keyAt = slots[2 * at] as number
      const highAt = slots[2 * at + 1] as number
      if (keyAt === 0 && highAt === 0) break
      if (keyAt === key && highAt === high) {
        this.pruned++
        return false
      }
      at = (at + 1) & mask
    }
    if (this.states >= MOST_STATES) return true
    slots[2 * at] = key
    slots[2 * at + 1] = high
    this.states++
    if (this.states * 2 > mask) this.grow()
    return true
  }

  private grow(): void {
    const old = this.slots
    const mask = old.length - 1
    this.slots = new Int32Array(old.length * 2)
    for (let i = 0; i < old.length; i += 2) {
      const key = old[i] as number
      const high = old[i + 1] as number
      if (key === 0 && high === 0) continue
      let at = (key ^ (high >>> 7)) & mask
      while (this.slots[2 * at] !== 0 || this.slots[2 * at + 1] !== 0) at = (at + 1) & mask
      this.slots[2 * at] = key
      this.slots[2 * at + 1] = high
    }
  }
}

function placeOf(world: World, actor: number): number {
  let before = 0
  for (let other = 0; other < world.n; other++) {
    const kind = world.kind[other]
    if (kind !== WAITING && kind !== CV_BLOCKED) continue
    if ((world.queued[other] as number) < (world.queued[actor] as number)) before++
  }
  return before
}

function waitersAt(world: World, addr: number): number {
  let waiting = 0
  for (let actor = 0; actor < world.n; actor++) {
    if (world.kind[actor] === WAITING && world.a[actor] === addr && world.notified[actor] === 0) waiting++
  }
  return waiting
}

function wordHash(at: number, value: number, salt: number): number {
  return mix(mix(salt, at), value)
}

/** A history at its actor: equal histories of two actors are two things. */
function spread(history: number, actor: number): number {
  return history === 0 ? 0 : mix(history, actor + 1)
}

/** MurmurHash3's step and finish (public domain, A. Appleby). */
function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  let h = hash ^ Math.imul(k, 0x1b873593)
  h = (h << 13) | (h >>> 19)
  h = (Math.imul(h, 5) + 0xe6546b64) | 0
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  return h ^ (h >>> 13)
}
