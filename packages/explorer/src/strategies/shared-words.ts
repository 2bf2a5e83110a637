import { SPAWN } from '@holdfast/compiler'
import { DRAIN, INTERRUPT } from '../engine/kinds.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

const NOBODY = 0
const SEVERAL = -1

/**
 * Which words flows of control share, and where it therefore makes a difference that an actor is preempted or interrupted.
 *
 * A word is shared if two flows use it and one of them writes it. A flow is an actor; the handler of an interrupt is another than what it
 * interrupts, and `target.flow` may tell more of them apart.
 *
 *     choice made       o    an operation on a shared word
 *     choice made       x    the next operation, whatever it is
 *     no choice         x    operations on words of its own: whoever comes between two of them might as well come before
 *     no choice         o    the first, for all he does commutes with them
 *     choice made       x    again the one behind an operation on a shared word
 *
 * A choice is made as well where an interrupt of the actor can come that could not at its operation before, and while any store is in a buffer.
 *
 * So every interleaving with n preemptions is equivalent (each shared word sees the same operations in the same order, hence the
 * same results and states) to one with at most n preemptions, all of them where a choice is made. What is shared is learnt from executions.
 * Whoever relies on it begins again when another word {@link grew} shared, until an exploration is through without. Then none is
 * missing: the first operation of any interleaving on a word wrongly taken for unshared would have been pending in an execution that was visited, and
 * carried out there.
 */
export class SharedWords {
  /** Words found to be shared. */
  count = 0
  /** More words have been found to be shared than were adopted. */
  grew = false
  /** The one flow, plus 1, that used a word. */
  private owner = new Int32Array(0)
  private written = new Uint8Array(0)
  private shared = new Uint8Array(0)
  private adopted = new Uint8Array(0)
  /** Of each actor: a choice is due at its pending operation; and what could interrupt it at the one before. */
  private readonly due = new Uint8Array(MAX_ACTORS)
  private readonly level = new Int32Array(MAX_ACTORS)

  /** From now on choices are made for all words that are known to be shared. */
  adopt(): void {
    this.adopted.set(this.shared)
    this.grew = false
  }

  /** An execution begins. */
  begin(): void {
    this.due.fill(1)
    this.level.fill(0)
  }

  /** What it has gathered of an actor in this execution: for {@link rejoin}. */
  gathered(actor: number): number {
    return ((this.level[actor] as number) << 1) | (this.due[actor] as number)
  }

  /** It was not shown the events up to the state at hand, in which it had gathered this of the actor before. */
  rejoin(actor: number, gathered: number): void {
    this.due[actor] = gathered & 1
    this.level[actor] = gathered >> 1
  }

  /** Whether it can make a difference that the pending operation of the last actor, which can go on, does not come next. */
  matters(world: World): boolean {
    const { choices, choiceCount, current } = world
    if (this.due[current] === 1) return true
    let ways = 0
    for (let i = 0; i < choiceCount; i++) {
      const choice = choices[i] as number
      if ((choice & MAX_ACTORS) !== 0) return true
      if ((choice & (MAX_ACTORS - 1)) === current && choice >> WAY_SHIFT < FIRST_INTERRUPT) ways++
    }
    return ways !== 1 || (interruptsOf(world, current) & ~(this.level[current] as number)) !== 0
  }

  /** An operation has been executed. What is kept depends on the operations up to now alone. */
  executed(world: World): void {
    if (world.evKind === DRAIN) return // the store was used when it was made
    const actor = world.evActor
    const flow = flowOf(world, actor) + 1
    let due = world.evKind === INTERRUPT || world.evKind === SPAWN
    if (world.evWords > 0 && this.used(world, world.evAddr, world.evWords, flow)) due = true
    if (world.evWords2 > 0 && this.used(world, world.evAddr2, world.evWords2, flow)) due = true
    const level = interruptsOf(world, actor)
    this.due[actor] = due || (level & ~(this.level[actor] as number)) !== 0 ? 1 : 0
    this.level[actor] = level
  }

  /** Whether a word of these is adopted. */
  private used(world: World, from: number, words: number, flow: number): boolean {
    if (this.shared.length !== world.words.length) this.forget(world.words.length)
    const { owner, written, adopted } = this
    let due = false
    for (let at = from; at < from + words; at++) {
      if (adopted[at] === 1) due = true
      if (this.shared[at] === 1) continue
      if (world.evWrote) written[at] = 1
      if (owner[at] === NOBODY) owner[at] = flow
      else if (owner[at] !== flow) owner[at] = SEVERAL
      if (owner[at] !== SEVERAL || written[at] === 0) continue
      this.shared[at] = 1
      this.count++
      this.grew = true
    }
    return due
  }

  private forget(words: number): void {
    this.owner = new Int32Array(words)
    this.written = new Uint8Array(words)
    this.shared = new Uint8Array(words)
    this.adopted = new Uint8Array(words)
  }
}

/** Number of the flow of control that `actor` is in. */
function flowOf(world: World, actor: number): number {
  if (world.target.flow !== undefined) return world.target.flow(world, actor)
  const context = world.contexts[actor]
  return actor * 2 + (context !== undefined && context.saved.length > 0 ? 1 : 0)
}

function interruptsOf(world: World, actor: number): number {
  return world.target.interrupts?.(world, actor) ?? 0
}
