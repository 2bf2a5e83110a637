import * as ops from '@holdfast/compiler'
import { waiterOf } from './enabled.js'
import * as kinds from './kinds.js'
import type { World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { READ, WRITE, LOAD, STORE, ADD, SUB, OR, AND, EXCHANGE, CAS, FENCE, FILL, COPY, WAIT, NOTIFY } = ops
const { LOCK, UNLOCK, TRY_LOCK, CV_WAIT, CV_SIGNAL, CV_BROADCAST, SPIN_WHILE, SPIN_WHILE_BOTH, AWAIT } = ops
const { SPAWN, JOIN, CHOOSE, YIELD } = ops
const { CV_BLOCKED, INTERRUPT, WAITING } = kinds

/**
 * Executes the pending operation of `actor` in the given way, which must be enabled: changes memory, and describes the event in
 * `world.ev*`. Returns the operation's result. Sets `world.again` if the operation has blocked in its middle.
 */
export function perform(world: World, actor: number, way: number): number {
  const { words } = world
  const kind = world.kind[actor] as number
  const a = world.a[actor] as number
  const b = world.b[actor] as number
  const old = words[a] as number
  world.evActor = actor
  world.evKind = kind
  world.evSite = world.site[actor] as number
  world.evAddr = a
  world.evWords = 1
  world.evWords2 = 0
  world.evOld = old
  switch (kind) {
    case READ:
    case LOAD:
    case SPIN_WHILE:
    case AWAIT:
      return looked(world, old, old)
    case WRITE:
    case STORE:
      return wrote(world, a, b, 0)
    case ADD:
      return wrote(world, a, (old + b) | 0, old)
    case SUB:
      return wrote(world, a, (old - b) | 0, old)
    case OR:
      return wrote(world, a, old | b, old)
    case AND:
      return wrote(world, a, old & b, old)
    case EXCHANGE:
      return wrote(world, a, b | 0, old)
    case CAS:
      return old === b ? wrote(world, a, world.c[actor] as number, old) : looked(world, old, old)
    case LOCK:
      return wrote(world, a, actor + 1, 0)
    case UNLOCK:
      return wrote(world, a, 0, 0)
    case TRY_LOCK:
      return old === 0 ? wrote(world, a, actor + 1, 1) : looked(world, old, 0)
    case SPIN_WHILE_BOTH:
      world.evAddr2 = world.c[actor] as number
      world.evWords2 = 1
      return looked(world, old, 0)
    case FILL:
      world.evWords = b
      words.fill(world.c[actor] as number, a, a + b)
      return wroteRange(world)
    case COPY:
      world.evWords = world.c[actor] as number
      world.evAddr2 = b
      world.evWords2 = world.evWords
      words.copyWithin(a, b, b + world.evWords)
      return wroteRange(world)
    case WAIT:
      return wait(world, actor)
    case WAITING:
      return wake(world, actor, way === 0 ? 0 : 2)
    case NOTIFY:
      return notify(world, a, b)
    case CV_WAIT:
      return cvWait(world, actor)
    case CV_BLOCKED:
      return cvWoken(world, actor, way)
    case CV_SIGNAL:
      return cvSignal(world, a, way, 1)
    case CV_BROADCAST:
      return cvSignal(world, a, 0, Infinity)
    case SPAWN:
      return nothing(world, world.spawnChild(actor))
    case CHOOSE:
      return nothing(world, way)
    case JOIN:
    case FENCE:
    case YIELD:
      return nothing(world, 0)
    default:
      throw new Error(`actor ${actor} announced an operation of kind ${kind}`)
  }
}

/** `actor` takes the interrupt of that source: describes the event, which touches nothing. */
export function performInterrupt(world: World, actor: number, source: number): void {
  world.evActor = actor
  world.evKind = INTERRUPT
  world.evSite = world.site[actor] as number
  world.evAddr = source
  world.evAddr2 = 0
  world.evWords2 = 0
  world.evOwn = 0
  nothing(world, 0)
}

function wrote(world: World, addr: number, value: number, result: number): number {
  world.words[addr] = value
  world.evNew = value | 0
  world.evWrote = true
  return result
}

function wroteRange(world: World): number {
  world.evNew = world.words[world.evAddr] as number
  world.evWrote = true
  return 0
}

function looked(world: World, value: number, result: number): number {
  world.evNew = value
  world.evWrote = false
  return result
}

function nothing(world: World, result: number): number {
  world.evWords = 0
  world.evOld = 0
  return looked(world, 0, result)
}

/** wait(addr, value, timeoutMs): looks, and queues itself if the word has the value. */
function wait(world: World, actor: number): number {
  const old = world.evOld
  if (old !== world.b[actor]) return looked(world, old, 1)
  world.kind[actor] = WAITING
  world.notified[actor] = 0
  world.queued[actor] = ++world.waiters
  const timeout = world.c[actor] as number
  world.deadline[actor] = timeout < 0 ? Infinity : world.clock + timeout
  world.again = true
  return looked(world, old, 0)
}

function wake(world: World, actor: number, result: number): number {
  world.deadline[actor] = Infinity
  world.notified[actor] = 0
  return looked(world, world.evOld, result)
}

/** notify(addr, count): wakes the first waiters. Counts as a write of the word: it conflicts with the waiters' look. */
function notify(world: World, addr: number, count: number): number {
  let woken = 0
  for (; woken < count; woken++) {
    let first = -1
    for (let actor = 0; actor < world.n; actor++) {
      if (world.kind[actor] !== WAITING || world.a[actor] !== addr || world.notified[actor] !== 0) continue
      if (first < 0 || (world.queued[actor] as number) < (world.queued[first] as number)) first = actor
    }
    if (first < 0) break
    world.notified[first] = 1
  }
  return wrote(world, addr, world.evOld, woken)
}

/** cvWait(cv, mutex): releases the mutex and queues itself, in one step. */
function cvWait(world: World, actor: number): number {
  const mutex = world.b[actor] as number
  world.words[mutex] = 0
  world.kind[actor] = CV_BLOCKED
  world.notified[actor] = 0
  world.queued[actor] = ++world.waiters
  world.evAddr2 = mutex
  world.evWords2 = 1
  world.again = true
  return wrote(world, world.evAddr, world.evOld + 1, 0)
}

/** A waiter that was signalled takes its mutex again. */
function cvWoken(world: World, actor: number, way: number): number {
  const cv = world.a[actor] as number
  const mutex = world.b[actor] as number
  if (way === 1) {
    world.spuriousLeft--
    world.words[cv] = (world.words[cv] as number) - 1
  }
  world.evAddr = mutex
  world.evOld = 0
  world.evAddr2 = cv
  world.evWords2 = 1
  world.notified[actor] = 0
  return wrote(world, mutex, actor + 1, 0)
}

/** Wakes the waiter number `from` of the condition variable, or all. A signal nobody waits for is lost. */
function cvSignal(world: World, cv: number, from: number, count: number): number {
  let woken = 0
  for (; woken < count; woken++) {
    const waiter = waiterOf(world, cv, from)
    if (waiter < 0) break
    world.notified[waiter] = 1
  }
  return wrote(world, cv, world.evOld - woken, woken)
}
