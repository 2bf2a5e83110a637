import { MAX_ACTORS } from '../engine/limits.js'

/** Bits of an epoch that name the actor; the rest is its clock. */
export const ACTOR_BITS = 7
export const ACTOR_MASK = (1 << ACTOR_BITS) - 1

/** Most releases of an actor in an execution, and the clock from which they start from 0 again. */
export const MOST = 2 ** 23 - 2

/**
 * Vector clocks of the actors, and of the words through which they synchronise.
 *
 * `c[actor * stride + other]` is the latest moment of `other` that `actor` knows to be past. An epoch is one such moment packed
 * into an integer, `clock << 7 | actor`; 0 is a moment before all others. A clock counts the releases of its actor.
 *
 * The clocks of an execution start where those of the one before have ended, and all before that is past for everybody: so
 * nothing that is kept of earlier executions, here or elsewhere, has to be wiped away.
 *
 * Whoever releases into a word has acquired it, or overwrites it: so a word carries what one actor knew at one moment, and whoever knows
 * the moment knows all of it.
 */
export class VectorClocks {
  /** Actors there is room for, and actors there are. */
  stride = 4
  private width = 4
  c = new Int32Array(16)
  /** The present moment of each actor. */
  readonly now = new Int32Array(MAX_ACTORS)
  /** What was passed to each waiter that was woken. */
  private passed = new Int32Array(16)
  /** Row of each word that something was released into; 0: none. */
  private index = new Int32Array(0)
  private rows = new Int32Array(64)
  /** The moment whose knowledge a row is. */
  private moments = new Int32Array(16)
  private rowCount = 1
  /** Where the clocks of this execution have started. */
  private start = 0
  /** Words that a plain store releases; null: none. */
  releases: ((addr: number) => boolean) | null = null

  /**
   * An execution begins, over `words` words and with `actors` actors. Returns true if the clocks have started from 0: then no
   * epoch of an earlier execution means anything.
   */
  reset(words: number, actors: number): boolean {
    if (this.index.length < words) this.index = extended(this.index, words)
    if (actors > this.stride) this.resize(actors)
    const { c, now, stride } = this
    let { start } = this
    for (let actor = 0; actor < this.width; actor++) {
      const clock = c[actor * stride + actor] as number
      if (clock > start) start = clock
    }
    const anew = start >= MOST
    if (anew) {
      start = 0
      this.moments.fill(0)
    }
    this.start = start
    this.width = actors
    const end = actors * stride
    if (end > FEW) c.fill(start, 0, end)
    else for (let i = 0; i < end; i++) c[i] = start
    for (let actor = 0; actor < actors; actor++) {
      c[actor * stride + actor] = start + 1
      now[actor] = ((start + 1) << ACTOR_BITS) | actor
    }
    return anew
  }

  /** Whether the moment `epoch` is past for `actor`. */
  knows(actor: number, epoch: number): boolean {
    return epoch >> ACTOR_BITS <= (this.c[actor * this.stride + (epoch & ACTOR_MASK)] as number)
  }

  /** `actor` comes to know what was released into the word. */
  acquire(actor: number, addr: number): void {
    const row = this.index[addr] as number
    if (!this.knows(actor, this.moments[row] as number)) this.join(actor, this.rows, row)
  }

  /** The word carries what `actor` knows from now on, which knows what it carried or overwrites it. */
  release(actor: number, addr: number): void {
    const { stride, width, c, now } = this
    let row = this.index[addr] as number
    if (row === 0) row = this.freshRow(addr)
    const { rows } = this
    const to = row * stride
    const from = actor * stride
    for (let i = 0; i < width; i++) rows[to + i] = c[from + i] as number
    this.moments[row] = now[actor] as number
    const clock = (c[from + actor] as number) + 1
    c[from + actor] = clock
    now[actor] = (clock << ACTOR_BITS) | actor
  }

  /** `actor` wakes `waiter`, which learns what it knows when it goes on. The caller ticks. */
  pass(actor: number, waiter: number): void {
    const { stride, width, c, passed } = this
    for (let i = 0; i < width; i++) passed[waiter * stride + i] = c[actor * stride + i] as number
  }

  /** `waiter` goes on after it was woken. */
  take(waiter: number): void {
    this.join(waiter, this.passed, waiter)
  }

  /** All that `other` did so far is past for `actor`. */
  follow(actor: number, other: number): void {
    this.join(actor, this.c, other)
  }

  /** What `actor` does from now on is a later moment. */
  tick(actor: number): void {
    const at = actor * this.stride + actor
    const clock = (this.c[at] as number) + 1
    this.c[at] = clock
    this.now[actor] = (clock << ACTOR_BITS) | actor
  }

  private join(actor: number, from: Int32Array<ArrayBuffer>, row: number): void {
    const { c, stride, width } = this
    const at = actor * stride
    const source = row * stride
    for (let i = 0; i < width; i++) {
      const clock = from[source + i] as number
      if (clock > (c[at + i] as number)) c[at + i] = clock
    }
  }

  private freshRow(addr: number): number {
    const fresh = this.rowCount++
    if (fresh === this.moments.length) {
      this.moments = extended(this.moments, fresh * 2)
      this.rows = extended(this.rows, this.moments.length * this.stride)
    }
    this.index[addr] = fresh
    return fresh
  }

  private resize(actors: number): void {
    const { stride: before, start } = this
    let after = before
    while (after < actors) after *= 2
    const c = new Int32Array(after * after).fill(start)
    for (let actor = 0; actor < before; actor++)
      for (let other = 0; other < before; other++)
        c[actor * after + other] = this.c[actor * before + other] as number
    for (let actor = before; actor < after; actor++) {
      c[actor * after + actor] = start + 1
      this.now[actor] = ((start + 1) << ACTOR_BITS) | actor
    }
    this.c = c
    this.passed = restrided(this.passed, before, after, after)
    this.rows = restrided(this.rows, before, after, this.moments.length)
    this.stride = after
  }
}

/** Clocks that are set one by one: a call costs more. */
const FEW = 16

function extended(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length)
  result.set(array)
  return result
}

/** Rows of `before` numbers as rows of `after`. */
export function restrided(
  array: Int32Array<ArrayBuffer>,
  before: number,
  after: number,
  rows: number,
): Int32Array<ArrayBuffer> {
  const result = new Int32Array(rows * after)
  const kept = Math.min(rows, array.length / before)
  for (let row = 0; row < kept; row++)
    for (let i = 0; i < before; i++) result[row * after + i] = array[row * before + i] as number
  return result
}
