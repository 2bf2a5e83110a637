import type { Context } from '../engine/context.js'
import type { Frames } from '../engine/frames.js'
import { CV_BLOCKED, DRAIN, ENDED, WAITING } from '../engine/kinds.js'
import { mix } from '../engine/mix.js'
import type { World } from '../engine/world.js'
import { Histories } from './histories.js'

const FIRST_SLOTS = 1 << 12
/** Most states that are kept, in half a gigabyte; others are visited as often as they are come to. */
const MOST_STATES = 1 << 24

/**
 * The states that a search has visited, so that it need not go on from one of them twice.
 *
 * A state is: where each actor stands and what is in its locals, the stores in its buffer, the words, who waits in which order and who was woken. Where an actor
 * stands is told by the history of its own operations and their results (histories.ts); or, where that is asked for, by where its coroutines
 * stand (frames.ts), which comes out the same for many histories. States are kept as hashes of 64 bits, in two halves, changed event by event: two
 * different states are taken for one with a probability of about states^2 / 2^65.
 *
 * Sound for what depends on states alone: assertions, the check at the end, deadlocks. Not for what depends on the way to them: races,
 * lock order, leaks told by who came first (see Observer.ofStates). What a target keeps outside words and coroutines is seen only as far as
 * it says it (hidden; with frames, registers and rest). Grows with the number of states: 16 to 32 bytes each.
 */
export class StateCache {
  /** States visited. */
  states = 0
  /** Executions given up since they came to a state visited before. */
  pruned = 0
  private slots = new Int32Array(2 * FIRST_SLOTS)
  private readonly histories = new Histories()
  /** Sum over the changed words. */
  private wordsLow = 0
  private wordsHigh = 0
  private shadow = new Int32Array(0)
  /** Of the state at hand. */
  private low = 0
  private high = 0
  private fresh = true

  /** An execution begins. What happens before the first event it is shown, or state it is asked for, is taken to be the same in all. */
  begin(): void {
    this.fresh = true
  }

  /** Notes the state that `world` is in; `current` is part of it where it matters who ran last. False: it was visited before. */
  visit(world: World, current: number): boolean {
    if (this.fresh) this.reset(world)
    const { target, buffers } = world
    this.low = mix(this.wordsLow ^ this.histories.sumLow, current)
    this.high = mix(this.wordsHigh ^ this.histories.sumHigh ^ 0x5bd1e995, current)
    this.add(world.spuriousLeft)
    if (target.hidden !== undefined) this.add(target.hidden(world))
    if (world.frames !== null) this.addFrames(world, world.frames)
    for (let actor = 0; actor < world.n; actor++) {
      const kind = world.kind[actor]
      if (kind !== WAITING && kind !== CV_BLOCKED) continue
      const waiter = mix(mix(actor, world.notified[actor] as number), placeOf(world, actor))
      const deadline = world.deadline[actor] as number
      this.add(mix(waiter, deadline === Infinity ? -1 : (deadline - world.clock) | 0))
    }
    for (let actor = 0; buffers !== null && actor < world.n; actor++) {
      for (let i = 0; i < (buffers.count[actor] as number); i++)
        this.add(mix(mix(actor, buffers.addrAt(actor, i)), buffers.valueAt(actor, i)))
    }
    return this.isNew(this.low, this.high)
  }

  /** `choice` is about to be executed. */
  chosen(world: World, choice: number): void {
    if (this.fresh) this.reset(world)
    if (world.frames === null) this.histories.chosen(world, choice)
  }

  /** The event chosen last has been executed. */
  executed(world: World): void {
    if (this.fresh) this.reset(world)
    if (world.frames === null && world.evKind !== DRAIN) this.histories.executed(world)
    if (!world.evWrote) return
    this.changed(world, world.evAddr, world.evWords)
    if (world.evWords2 > 0) this.changed(world, world.evAddr2, world.evWords2)
  }

  /** What it has gathered of the words, two numbers: for {@link rejoin}. */
  save(into: Int32Array, at: number): void {
    into[at] = this.wordsLow
    into[at + 1] = this.wordsHigh
  }

  /** It was not shown the events up to the state at hand, which was saved when it was there before. Only where Target.frames are told. */
  rejoin(world: World, from: Int32Array, at: number): void {
    this.reset(world)
    this.wordsLow = from[at] as number
    this.wordsHigh = from[at + 1] as number
  }

  bound(): string {
    return `each state once (${this.states} states): orders that lead to the same state are not told apart`
  }

  private changed(world: World, addr: number, words: number): void {
    const { shadow } = this
    for (let at = addr; at < addr + words; at++) {
      const before = shadow[at] as number
      const now = world.words[at] as number
      if (before === now) continue
      shadow[at] = now
      this.wordsLow = (this.wordsLow + wordHash(at, now, 0x1b873593) - wordHash(at, before, 0x1b873593)) | 0
      this.wordsHigh = (this.wordsHigh + wordHash(at, now, 0x7feb352d) - wordHash(at, before, 0x7feb352d)) | 0
    }
  }

  private reset(world: World): void {
    this.fresh = false
    if (this.shadow.length !== world.words.length) this.shadow = new Int32Array(world.words.length)
    this.shadow.set(world.words)
    this.histories.reset()
    this.wordsLow = 0
    this.wordsHigh = 0
  }

  private addFrames(world: World, frames: Frames): void {
    const { target } = world
    this.low = mix(this.low, frames.asleepLow)
    this.high = mix(this.high, frames.asleepHigh)
    if (target.rest !== undefined) this.add(target.rest(world))
    for (let actor = 0; actor < world.n; actor++) {
      const context = world.contexts[actor] as Context
      this.low = mix(this.low, frames.low(context))
      this.high = mix(this.high, frames.high(context))
      if (target.registers !== undefined) this.add(target.registers(world, actor))
      // Which operation is pending follows from that. Where it does not, because a target left something out, the states are told apart here.
      this.add(world.kind[actor] === ENDED ? -1 : (world.site[actor] as number))
      this.add(world.a[actor] as number)
    }
  }

  private add(value: number): void {
    this.low = mix(this.low, value)
    this.high = mix(this.high, value ^ 0x2545f491)
  }

  private isNew(low: number, high: number): boolean {
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

function wordHash(at: number, value: number, salt: number): number {
  return mix(mix(salt, at), value)
}
