import {
  CAS,
  CHOOSE,
  COPY,
  CV_WAIT,
  FENCE,
  FILL,
  JOIN,
  LOAD,
  READ,
  SPAWN,
  SPIN_WHILE,
  SPIN_WHILE_BOTH,
  AWAIT,
  TRY_LOCK,
  WAIT,
  WRITE,
  YIELD,
} from '@holdfast/compiler'
import { CV_BLOCKED, DRAIN, ENDED, INTERRUPT, KINDS, WAITING } from '../engine/kinds.js'
import type { StoreBuffers } from '../engine/store-buffers.js'
import { DRAIN_WAY, FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'

/**
 * What a step touches, as a record of {@link RECORD} numbers in an Int32Array: so that steps can be kept in pools.
 *
 *     CHOICE          actor | way << WAY_SHIFT
 *     MASK            of each word touched the bit `1 << (address & 31)`: steps without a common bit touch nothing in common
 *     ADDR, WORDS     first range, 0 words: none       ADDR2, WORDS2  second range
 *     FLAGS           which ranges are written, and what is touched besides memory; above, the kind of operation
 */
export const CHOICE = 0
const MASK = 1
export const ADDR = 2
export const WORDS = 3
export const ADDR2 = 4
export const WORDS2 = 5
export const FLAGS = 6
/** The word compared with, of an operation that writes or not according to what it finds (compare-and-swap, wait). */
const COMPARED = 7
export const RECORD = 8

/** The first range is written; the second is. */
export const WRITES = 1
export const WRITES2 = 2
/** It takes one of the spurious wake-ups that an execution may have, all of which come from one store. */
export const SPURIOUS = 4
/** It happens because nothing else can (a timeout of the virtual clock, an interrupt at rest): ordered with everything. */
export const LAST_RESORT = 8
const ALL_FLAGS = 15
const KIND_SHIFT = 4
const EVERYTHING = -1

/** The actor of a choice; its buffer is one of its own, by the bit above. */
export const ACTOR = (1 << WAY_SHIFT) - 1

/** Where a range without words lies: within no other. */
const NOWHERE = -1

/** Kinds that touch no memory. */
const NOTHING = table(FENCE, SPAWN, JOIN, CHOOSE, YIELD, ENDED, INTERRUPT)
/** Kinds that only look at memory. */
const LOOKS = table(READ, LOAD, SPIN_WHILE, SPIN_WHILE_BOTH, AWAIT, WAITING)
/** Kinds that write or only look, according to the word they find. */
export const EITHER = table(CAS, TRY_LOCK, WAIT)

/**
 * Writes to `record[at ..]` what the pending operation of `actor` will touch if it is executed now, in the given way.
 *
 * A compare-and-swap or a tryLock that would fail only reads. A `wait` that would queue itself writes, as the order of
 * the queue matters; so do notify and all operations on a condition variable, except that one who was signalled only
 * reads it. An interrupt touches nothing, and is ordered with everything: what strategies that reorder meet of them is taken when
 * nothing else can happen. With store buffers see {@link buffered}.
 */
export function footprint(world: World, actor: number, way: number, record: Int32Array, at: number): void {
  const kind = world.kind[actor] as number
  const a = world.a[actor] as number
  const b = world.b[actor] as number
  record[at + CHOICE] = actor | (way << WAY_SHIFT)
  record[at + MASK] = 0
  record[at + COMPARED] = 0
  second(record, at, 0, 0)
  if (way >= FIRST_INTERRUPT) {
    first(record, at, 0, 0)
    record[at + MASK] = EVERYTHING
    record[at + FLAGS] = LAST_RESORT | (INTERRUPT << KIND_SHIFT)
    return
  }
  if (world.buffers !== null && buffered(world, world.buffers, actor, way, record, at)) return
  if (NOTHING[kind] === 1) {
    first(record, at, 0, 0)
    record[at + FLAGS] = kind << KIND_SHIFT
    return
  }
  first(record, at, a, 1)
  let flags = LOOKS[kind] === 1 ? 0 : WRITES
  switch (kind) {
    case CAS:
    case WAIT:
      record[at + COMPARED] = b
      if (world.words[a] !== b) flags = 0
      break
    case TRY_LOCK:
      record[at + COMPARED] = 0
      if (world.words[a] !== 0) flags = 0
      break
    case SPIN_WHILE_BOTH:
      second(record, at, world.c[actor] as number, 1)
      break
    case FILL:
      first(record, at, a, b)
      break
    case COPY:
      first(record, at, a, world.c[actor] as number)
      second(record, at, b, world.c[actor] as number)
      break
    case WAITING:
      if (way === 1 && world.options.expiry === 'idle') flags = LAST_RESORT
      break
    case CV_WAIT:
      second(record, at, b, 1)
      flags = WRITES | WRITES2
      break
    case CV_BLOCKED:
      first(record, at, b, 1)
      second(record, at, a, 1)
      if (way === 1) flags = WRITES | WRITES2 | SPURIOUS
      break
    default:
  }
  record[at + FLAGS] = flags | (kind << KIND_SHIFT)
  if ((flags & (SPURIOUS | LAST_RESORT)) !== 0) record[at + MASK] = EVERYTHING
}

/**
 * As {@link footprint}, of steps that have to do with store buffers. Returns whether this is one.
 *
 * A store that enters a buffer touches nothing; what reaches memory writes the word. A read that is answered by the buffer of its actor touches
 * nothing that others do, but it must be told from the same read after the store has reached memory, which others come between: it reads
 * {@link ownWord}, which the drain writes as well. A copy may be answered by both.
 */
function buffered(
  world: World,
  buffers: StoreBuffers,
  actor: number,
  way: number,
  record: Int32Array,
  at: number,
): boolean {
  const a = world.a[actor] as number
  const b = world.b[actor] as number
  const c = world.c[actor] as number
  const kind = way === DRAIN_WAY ? DRAIN : (world.kind[actor] as number)
  record[at + FLAGS] = kind << KIND_SHIFT
  switch (kind) {
    case DRAIN: {
      const word = buffers.addrAt(actor, 0)
      record[at + CHOICE] = actor | MAX_ACTORS | (DRAIN_WAY << WAY_SHIFT)
      first(record, at, word, 1)
      second(record, at, ownWord(world, actor, word), 1)
      record[at + FLAGS] = WRITES | WRITES2 | (kind << KIND_SHIFT)
      return true
    }
    case WRITE:
    case FILL:
      first(record, at, 0, 0)
      return true
    case COPY:
      first(record, at, b, c)
      second(record, at, ownWord(world, actor, b), c)
      return true
    case SPIN_WHILE_BOTH:
      second(record, at, buffers.holds(actor, c) ? ownWord(world, actor, c) : c, 1)
      break
    case READ:
    case LOAD:
    case SPIN_WHILE:
    case AWAIT:
      break
    default:
      return false
  }
  first(record, at, buffers.holds(actor, a) ? ownWord(world, actor, a) : a, 1)
  return true
}

/** What stands for a word in the buffer of `actor`: behind all words, and the store of spurious wake-ups. */
export function ownWord({ words }: World, actor: number, word: number): number {
  return words.length * (actor + 1) + 1 + word
}

/** A step of one word, or of one and another, touches these instead; `addr2` -1: of one. */
export function touchInstead(record: Int32Array, at: number, addr: number, addr2: number): void {
  record[at + MASK] = 0
  first(record, at, addr, 1)
  if (addr2 >= 0) second(record, at, addr2, 1)
}

/** The kind of operation of a step. */
export function kindOf(record: Int32Array, at: number): number {
  return (record[at + FLAGS] as number) >> KIND_SHIFT
}

/** An operation of a kind in {@link EITHER} finds `value`: decides whether it writes. */
export function settle(record: Int32Array, at: number, value: number): void {
  const writes = record[at + COMPARED] === value ? WRITES : 0
  record[at + FLAGS] = ((record[at + FLAGS] as number) & ~ALL_FLAGS) | writes
}

function first(record: Int32Array, at: number, addr: number, words: number): void {
  record[at + ADDR] = words === 0 ? NOWHERE : addr
  record[at + WORDS] = words
  cover(record, at, addr, words)
}

function second(record: Int32Array, at: number, addr: number, words: number): void {
  record[at + ADDR2] = words === 0 ? NOWHERE : addr
  record[at + WORDS2] = words
  cover(record, at, addr, words)
}

function cover(record: Int32Array, at: number, addr: number, words: number): void {
  if (words > 31) record[at + MASK] = EVERYTHING
  else {
    let mask = record[at + MASK] as number
    for (let word = addr; word < addr + words; word++) mask |= 1 << (word & 31)
    record[at + MASK] = mask
  }
}

/**
 * Whether two steps, one of which can come right after the other, depend on each other: they are of one actor, or touch
 * the same word and do not both read it.
 */
export function dependent(x: Int32Array, i: number, y: Int32Array, j: number): boolean {
  if ((((x[i + CHOICE] as number) ^ (y[j + CHOICE] as number)) & ACTOR) === 0) return true
  if (((x[i + MASK] as number) & (y[j + MASK] as number)) === 0) return false
  return overlap(x, i, y, j)
}

function overlap(x: Int32Array, i: number, y: Int32Array, j: number): boolean {
  const fx = x[i + FLAGS] as number
  const fy = y[j + FLAGS] as number
  if (((fx | fy) & ALL_FLAGS) === 0) return false
  if (((fx | fy) & LAST_RESORT) !== 0 || (fx & fy & SPURIOUS) !== 0) return true
  const ax = x[i + ADDR] as number
  const ay = y[j + ADDR] as number
  const nx = x[i + WORDS] as number
  const ny = y[j + WORDS] as number
  if (((fx | fy) & WRITES) !== 0 && ax < ay + ny && ay < ax + nx) return true
  const nx2 = x[i + WORDS2] as number
  const ny2 = y[j + WORDS2] as number
  if ((nx2 | ny2) === 0) return false
  const ax2 = x[i + ADDR2] as number
  const ay2 = y[j + ADDR2] as number
  if ((fx & WRITES2) !== 0 || (fy & WRITES) !== 0) if (ax2 < ay + ny && ay < ax2 + nx2) return true
  if ((fx & WRITES) !== 0 || (fy & WRITES2) !== 0) if (ax < ay2 + ny2 && ay2 < ax + nx) return true
  return ((fx | fy) & WRITES2) !== 0 && ax2 < ay2 + ny2 && ay2 < ax2 + nx2
}

const pending = new Int32Array(2 * RECORD)

/**
 * Whether the pending operations of two actors conflict in the present state: of one actor, or on the same word and not
 * both reading. What is disabled is taken as it will be when enabled. `actor | MAX_ACTORS` is the oldest store in the buffer of an actor, which has
 * one. Allocates nothing.
 */
export function conflict(world: World, actor: number, other: number): boolean {
  if (actor === other) return true
  pend(world, actor, 0)
  pend(world, other, RECORD)
  return dependent(pending, 0, pending, RECORD)
}

function pend(world: World, actor: number, at: number): void {
  const own = actor & (MAX_ACTORS - 1)
  footprint(world, own, actor === own ? likely(world, actor) : DRAIN_WAY, pending, at)
}

function likely(world: World, actor: number): number {
  return world.kind[actor] === CV_BLOCKED && world.notified[actor] === 0 ? 1 : 0
}

function table(...kinds: number[]): Uint8Array {
  const flags = new Uint8Array(KINDS)
  for (const kind of kinds) flags[kind] = 1
  return flags
}
