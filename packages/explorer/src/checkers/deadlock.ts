import type { Observer, Watcher } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { EventLog } from './event-log.js'
import { LockTracker } from './lock-tracker.js'
import { lostSignal, unsentSignal } from './lost-signals.js'
import type { LostSignal } from './lost-signals.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'
import { cycleIn, waitsOf } from './waits.js'
import type { Wait, WaitsFor } from './waits.js'

export interface DeadlockOptions extends Names {
  /** Shared with other checkers; it then stands before them among the observers. Default: one of its own. */
  readonly log?: EventLog
  readonly locks?: LockTracker
  /** Whom an actor waits for whose wait does not say it. */
  readonly waitsFor?: WaitsFor
  /** Who waits for whom, in place of what the engine sees: on a machine it is the threads that wait, not the CPUs. */
  readonly waits?: (world: World) => readonly Wait[]
  /** The wake-up that a waiter missed, where that is no operation of the engine. */
  readonly lostSignal?: (world: World, wait: Wait, log: EventLog) => LostSignal | undefined
}

/**
 * What an execution that stands still is waiting for.
 *
 * Verifies   that every execution comes to its end: one in which nothing is enabled, though not all have ended, is
 *            deadlock     there is a cycle of waits; each is named with where it waits and where the one it wants was taken. Or
 *                         somebody waits for what nobody will do: an ended thread's lock, a word nobody will write
 *            lostWakeup   no cycle, and somebody sleeps whose wake-up came before it slept, when nobody was there to take it, or that
 *                         sleeps in a `wait` on a word that has changed since, and nobody notified. If it can be told, the
 *                         predicate is named: the word it had read that the waker had then changed
 * Does not   see a deadlock of some actors while others can still go on (they end, or reach the step limit, and then it is seen);
 *            know whether a lost signal was meant for its sleeper: that nobody wakes it later is what makes it a fault.
 */
export class Deadlock implements Observer {
  readonly name = 'deadlock'
  readonly event?: (world: World) => void
  private readonly options: DeadlockOptions
  private readonly log: EventLog
  private readonly locks: LockTracker

  constructor(options: DeadlockOptions = {}) {
    this.options = options
    this.log = options.log ?? new EventLog()
    this.locks = options.locks ?? new LockTracker()
    const own: Watcher[] = []
    if (options.log === undefined) own.push(this.log)
    if (options.locks === undefined) own.push(this.locks)
    if (own.length > 0)
      this.event = (world) => {
        for (const each of own) each.event(world)
      }
  }

  reset(world: World): void {
    if (this.options.log === undefined) this.log.reset(world)
    if (this.options.locks === undefined) this.locks.reset(world)
  }

  repeated(): void {}

  finish(world: World): void {
    if (world.outcome !== 'blocked') return
    const name = (actor: number): string => actorName(this.options, world, actor)
    const waits = this.options.waits?.(world) ?? waitsOf(world, this.locks, name, this.options.waitsFor)
    const cycle = cycleIn(waits)
    if (cycle !== undefined) {
      this.reportCycle(world, waits, cycle)
      return
    }
    const waiting = new Set(waits.map(({ who }) => who))
    // The others wait for these, which wait for nobody that is still there.
    const roots = waits.filter((wait) => wait.for.every((who) => !waiting.has(who)))
    const lost = roots.flatMap((wait) => {
      const signal = this.missed(world, wait)
      return signal === undefined ? [] : [{ wait, signal }]
    })
    if (lost.length > 0) this.reportLost(world, lost)
    else this.reportStuck(world, roots)
  }

  private missed(world: World, wait: Wait): LostSignal | undefined {
    const { options, log } = this
    if (options.lostSignal !== undefined) return options.lostSignal(world, wait, log)
    if (wait.object === undefined) return undefined
    return unsentSignal(log, wait.who, wait.object) ?? lostSignal(log, wait.who, wait.object)
  }

  private reportCycle(world: World, waits: readonly Wait[], found: readonly Wait[]): void {
    const cycle = fromLeast(found)
    const sites: number[] = []
    const parts = cycle.map((wait, i) => {
      const next = cycle[(i + 1) % cycle.length] as Wait
      const taken = wait.takenAt?.[wait.for.indexOf(next.who)]
      sites.push(wait.site)
      if (taken === undefined) return `${this.said(wait)}, that is for ${next.name}`
      sites.push(taken)
      return `${this.said(wait)}, which ${next.name} took at ${siteName(this.options, taken)}`
    })
    const others = waits.length - cycle.length
    const rest = others === 0 ? '' : `; ${others} more wait${others === 1 ? 's' : ''} besides`
    world.report({ verdict: 'deadlock', message: `deadlock: ${parts.join('; ')}${rest}`, sites })
  }

  private reportLost(world: World, lost: readonly { wait: Wait; signal: LostSignal }[]): void {
    const { options } = this
    const parts = lost.map(({ wait, signal }) => {
      const waker = actorName(options, world, signal.actor)
      if (signal.unsent === true)
        return `${this.said(wait)}, but ${waker} changed that at ${siteName(options, signal.site)}, and nobody was notified`
      const text = `${this.said(wait)}, but ${waker} had sent it at ${siteName(options, signal.site)} before, when nobody waited`
      const { predicate } = signal
      if (predicate === undefined) return text
      const written = `${wordName(world, predicate.addr)} at ${siteName(options, predicate.writeSite)}`
      const when = predicate.readStep < predicate.writeStep ? 'had looked at it before that' : 'had seen that'
      return `${text}; ${waker} had written ${written}, ${wait.name} ${when}, at ${siteName(options, predicate.readSite)}`
    })
    world.report({
      verdict: 'lostWakeup',
      message: `lost wake-up: ${parts.join('; ')}`,
      sites: [...new Set(lost.flatMap(({ wait, signal }) => [signal.site, wait.site]))],
      steps: lost.flatMap(({ signal }) => [signal.step, signal.sleptAt]).sort((a, b) => a - b),
      words: lost.flatMap(({ wait, signal }) => [
        ...(wait.object === undefined ? [] : [wait.object]),
        ...(signal.predicate === undefined ? [] : [signal.predicate.addr]),
      ]),
    })
  }

  private reportStuck(world: World, roots: readonly Wait[]): void {
    const sites = new Set<number>()
    const parts = roots.map((wait) => {
      sites.add(wait.site)
      const taken = wait.takenAt?.[0]
      if (taken === undefined) return `${this.said(wait)}, and nobody will do that`
      sites.add(taken)
      const owner = actorName(this.options, world, wait.for[0] as number)
      return `${this.said(wait)}, which ${owner} took at ${siteName(this.options, taken)} and never gives back`
    })
    world.report({
      verdict: 'deadlock',
      message: `deadlock: ${parts.join('; ')}`,
      sites: [...sites].sort((a, b) => a - b),
    })
  }

  private said(wait: Wait): string {
    return `${wait.name} waits for ${wait.what} at ${siteName(this.options, wait.site)}`
  }
}

/** The same cycle always begins with the same place. */
function fromLeast(cycle: readonly Wait[]): readonly Wait[] {
  let least = 0
  for (let i = 1; i < cycle.length; i++) {
    const wait = cycle[i] as Wait
    const best = cycle[least] as Wait
    if (wait.site < best.site || (wait.site === best.site && wait.who < best.who)) least = i
  }
  return [...cycle.slice(least), ...cycle.slice(0, least)]
}
