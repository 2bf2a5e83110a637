import * as ops from '@holdfast/compiler'
import * as kinds from './kinds.js'
import * as limits from './limits.js'
import type { StoreBuffers } from './store-buffers.js'
import type { World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { AWAIT, CHOOSE, CV_SIGNAL, JOIN, LOCK, SPIN_WHILE, SPIN_WHILE_BOTH } = ops
const { ALWAYS, AWAITS, CV_BLOCKED, ENDED, WAITING } = kinds
const { BUFFER, FIRST_INTERRUPT, WAY_SHIFT } = limits

const WAY = 1 << WAY_SHIFT
const SOURCES = 8

/**
 * Finds what is enabled now: `world.choices`, in the order of actors, interrupts last. Returns whether every pending operation is one
 * that is enabled whatever memory holds.
 */
export function collect(world: World): boolean {
  const { kind, ownChoices: choices, n, target, buffers } = world
  if (buffers !== null) return collectBuffered(world, buffers)
  world.choices = choices
  let count = 0
  let settled = true
  for (let actor = 0; actor < n; actor++) {
    const pending = kind[actor] as number
    if (ALWAYS[pending] === 1) choices[count++] = actor
    else if (pending !== ENDED) {
      settled = false
      count = choicesOf(world, actor, count)
    }
  }
  world.choiceCount = target.interrupts === undefined ? count : interruptsOf(world, count)
  return settled
}

/** The same with store buffers: drains come after what actors do, and before the interrupts, which find buffers empty. */
function collectBuffered(world: World, buffers: StoreBuffers): boolean {
  const { kind, ownChoices: choices, n, target } = world
  world.choices = choices
  let count = 0
  for (let actor = 0; actor < n; actor++) {
    const pending = kind[actor] as number
    if (pending === ENDED || buffers.holdsUp(actor)) continue
    if (ALWAYS[pending] === 1) choices[count++] = actor
    else if (buffers.count[actor] !== 0 && AWAITS[pending] === 1) {
      if (sees(world, buffers, actor)) choices[count++] = actor
    } else if (pending !== JOIN || buffers.count[world.a[actor] as number] === 0)
      count = choicesOf(world, actor, count)
  }
  for (let actor = 0; actor < n; actor++) if (buffers.count[actor] !== 0) choices[count++] = actor | BUFFER
  world.choiceCount = target.interrupts === undefined ? count : interruptsOf(world, count)
  return false
}

/** Whether what `actor`, which has stores in its buffer, waits for is what it sees. */
function sees(world: World, buffers: StoreBuffers, actor: number): boolean {
  const first = buffers.valueOf(actor, world.a[actor] as number) === world.b[actor]
  switch (world.kind[actor]) {
    case SPIN_WHILE:
      return !first
    case AWAIT:
      return first
    default:
      return !first || buffers.valueOf(actor, world.c[actor] as number) !== world.d[actor]
  }
}

function interruptsOf(world: World, from: number): number {
  const { buffers, choices, n, target } = world
  let count = from
  for (let actor = 0; actor < n; actor++) {
    if (buffers !== null && buffers.count[actor] !== 0) continue
    const sources = target.interrupts?.(world, actor) ?? 0
    if (sources === 0) continue
    for (let source = 0; source < SOURCES; source++) {
      if ((sources & (1 << source)) !== 0)
        choices[count++] = actor | ((FIRST_INTERRUPT + source) << WAY_SHIFT)
    }
  }
  return count
}

/** Nothing is enabled: time may pass, or this is the end. Returns whether something may be enabled now. */
export function isGoingOn(world: World): boolean {
  if (world.options.expiry === 'idle' && expireFirst(world)) return true
  if (world.target.idle?.(world) === true) {
    collect(world)
    if (world.choiceCount > 0) return true
    world.end('done')
    return false
  }
  let actor = 0
  while (actor < world.n && world.kind[actor] === ENDED) actor++
  world.end(actor < world.n ? 'blocked' : 'done')
  return false
}

/** The virtual clock goes on to the first deadline of a blocked waiter, whose time is then over. False: there is none. */
function expireFirst(world: World): boolean {
  let first = -1
  for (let actor = 0; actor < world.n; actor++) {
    const at = world.deadline[actor] as number
    if (at === Infinity || world.notified[actor] !== 0) continue
    if (first < 0 || at < (world.deadline[first] as number)) first = actor
  }
  if (first < 0) return false
  world.clock = Math.max(world.clock, world.deadline[first] as number)
  world.notified[first] = 2
  return true
}

/**
 * Appends the choices that `actor` has for a pending operation that is not always enabled, or that has several ways:
 *
 *   awaits, locks, joins     the plain way, when the condition holds
 *   WAITING                  way 0 when notified; way 1, its time is over
 *   CV_BLOCKED               way 0 when signalled and the mutex is free; way 1, a spurious wake-up
 *   CV_SIGNAL                way k wakes the k-th waiter, if any may be woken
 *   CHOOSE                   way k is alternative k
 *
 * Returns the number of choices then.
 */
function choicesOf(world: World, actor: number, count: number): number {
  const { words, choices, options } = world
  const a = world.a[actor] as number
  switch (world.kind[actor]) {
    case SPIN_WHILE:
      return words[a] === world.b[actor] ? count : push(choices, count, actor)
    case SPIN_WHILE_BOTH:
      return words[a] === world.b[actor] && words[world.c[actor] as number] === world.d[actor]
        ? count
        : push(choices, count, actor)
    case AWAIT:
      return words[a] === world.b[actor] ? push(choices, count, actor) : count
    case LOCK:
      return words[a] === 0 ? push(choices, count, actor) : count
    case JOIN:
      return world.kind[a] === ENDED ? push(choices, count, actor) : count
    case WAITING: {
      const state = world.notified[actor]
      if (state === 2) return push(choices, count, actor | WAY)
      const way0 = state === 1 ? push(choices, count, actor) : count
      const timed = options.expiry === 'always' && world.deadline[actor] !== Infinity
      return timed ? push(choices, way0, actor | WAY) : way0
    }
    case CV_BLOCKED: {
      if (words[world.b[actor] as number] !== 0) return count
      if (world.notified[actor] === 1) return push(choices, count, actor)
      return world.spuriousLeft > 0 ? push(choices, count, actor | WAY) : count
    }
    case CV_SIGNAL: {
      const ways = options.wake === 'any' ? Math.max(1, waitersOf(world, a)) : 1
      for (let way = 0; way < ways; way++) choices[count++] = actor | (way << WAY_SHIFT)
      return count
    }
    case CHOOSE:
      for (let way = 0; way < a; way++) choices[count++] = actor | (way << WAY_SHIFT)
      return count
    default:
      return count
  }
}

function push(choices: Int32Array, count: number, choice: number): number {
  choices[count] = choice
  return count + 1
}

/** How many wait on condition variable `cv` and have not been signalled. */
function waitersOf(world: World, cv: number): number {
  let waiting = 0
  for (let actor = 0; actor < world.n; actor++) if (isWaiter(world, actor, cv)) waiting++
  return waiting
}

/** The `k`-th of those, in the order in which they came; -1 if there are fewer. */
export function waiterOf(world: World, cv: number, k: number): number {
  let after = -1
  for (let found = -1; ; ) {
    let best = -1
    for (let actor = 0; actor < world.n; actor++) {
      if (!isWaiter(world, actor, cv) || (world.queued[actor] as number) <= after) continue
      if (best < 0 || (world.queued[actor] as number) < (world.queued[best] as number)) best = actor
    }
    if (best < 0) return -1
    if (++found === k) return best
    after = world.queued[best] as number
  }
}

function isWaiter(world: World, actor: number, cv: number): boolean {
  return world.kind[actor] === CV_BLOCKED && world.a[actor] === cv && world.notified[actor] === 0
}
