import { AWAIT, JOIN, LOCK, SPIN_WHILE, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import { CV_BLOCKED, ENDED, WAITING } from '../engine/kinds.js'
import type { World } from '../engine/world.js'
import type { LockTracker } from './lock-tracker.js'
import { wordName } from './names.js'

/** Who waits for whom. */
export interface WaitsOn {
  /** Who: an actor or, on a machine, a number of its threads. */
  readonly who: number
  /** Who would have to act for it to go on; none: nobody in particular. */
  readonly for: readonly number[]
}

/** Somebody who cannot go on. */
export interface Wait extends WaitsOn {
  /** How reports call it. */
  readonly name: string
  /** What it waits for: `m`, `T2 to end`, `memory`. */
  readonly what: string
  /** Where it waits. */
  readonly site: number
  /** Step at which it began to wait, if known: then nothing later can have been a wake-up it missed. */
  readonly since?: number
  /** Where what it wants was taken, and by whom, for those in `for`. */
  readonly takenAt?: readonly number[]
  /** What it would be woken through: a condition variable, the word of a wait or of an await. */
  readonly object?: number
}

/** Says more of the waits the engine sees: whom an await or a condition is waited for, if that is known. */
export type WaitsFor = (world: World, actor: number) => readonly number[] | undefined

/** The actors that cannot go on, as the engine sees them. */
export function waitsOf(
  world: World,
  locks: LockTracker,
  name: (actor: number) => string,
  waitsFor?: WaitsFor,
): Wait[] {
  const found: Wait[] = []
  for (let actor = 0; actor < world.n; actor++) {
    if (world.kind[actor] !== ENDED) found.push(waitOf(world, locks, name, waitsFor, actor))
  }
  return found
}

function waitOf(
  world: World,
  locks: LockTracker,
  name: (actor: number) => string,
  waitsFor: WaitsFor | undefined,
  actor: number,
): Wait {
  const addr = world.a[actor] as number
  const base = { who: actor, name: name(actor), site: world.site[actor] as number }
  const told = waitsFor?.(world, actor)
  switch (world.kind[actor]) {
    case LOCK:
      return { ...base, what: wordName(world, addr), ...ofLock(locks, addr), ...given(told) }
    case JOIN:
      return { ...base, what: `${name(addr)} to end`, for: told ?? [addr] }
    case CV_BLOCKED: {
      const mutex = world.b[actor] as number
      if (world.notified[actor] === 1)
        return {
          ...base,
          what: `${wordName(world, mutex)}, having been woken`,
          ...ofLock(locks, mutex),
          ...given(told),
        }
      return { ...base, what: `a signal of ${wordName(world, addr)}`, for: told ?? [], object: addr }
    }
    case WAITING:
      return { ...base, what: `a notification of ${wordName(world, addr)}`, for: told ?? [], object: addr }
    case AWAIT:
      return {
        ...base,
        what: `${wordName(world, addr)} to be ${world.b[actor]}`,
        for: told ?? [],
        object: addr,
      }
    case SPIN_WHILE:
    case SPIN_WHILE_BOTH: {
      const lock = ofLock(locks, addr)
      if (lock.for.length > 0) return { ...base, what: wordName(world, addr), ...lock, ...given(told) }
      const what = `${wordName(world, addr)} to be other than ${world.b[actor]}`
      return { ...base, what, for: told ?? [], object: addr }
    }
    default:
      return { ...base, what: 'nothing that is known', for: told ?? [] }
  }
}

function given(told: readonly number[] | undefined): { for?: readonly number[] } {
  return told === undefined ? {} : { for: told }
}

function ofLock(locks: LockTracker, lock: number): { for: number[]; takenAt: number[] } {
  const held = locks.held.slice(0, locks.count).filter((one) => one.lock === lock)
  return {
    for: held.map((one) => one.actor),
    takenAt: held.map((one) => (one.near < 0 ? one.site : one.near)),
  }
}

/** A cycle of waits: each waits for the next, the last for the first. */
export function cycleIn<W extends WaitsOn>(waits: readonly W[]): W[] | undefined {
  const byWho = new Map(waits.map((wait) => [wait.who, wait]))
  const done = new Set<number>()
  const path: W[] = []
  const seek = (wait: W): W[] | undefined => {
    const at = path.indexOf(wait)
    if (at >= 0) return path.slice(at)
    if (done.has(wait.who)) return undefined
    path.push(wait)
    for (const next of wait.for) {
      const target = byWho.get(next)
      const found = target === undefined ? undefined : seek(target)
      if (found !== undefined) return found
    }
    path.pop()
    done.add(wait.who)
    return undefined
  }
  for (const wait of waits) {
    const found = seek(wait)
    if (found !== undefined) return found
  }
  return undefined
}
