import type { Observer } from '../engine/observer.js'
import { MAX_ACTORS } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { EventLog } from './event-log.js'
import { actorName, siteName } from './names.js'
import type { Names } from './names.js'

export interface LivelockOptions extends Names {
  /** Shared with other checkers; it then stands before them among the observers. Default: one of its own. */
  readonly log?: EventLog
  /** Whether a cut that is no livelock is reported. Default true. */
  readonly cuts?: boolean
  /** How often the tail must repeat. Default 4. */
  readonly periods?: number
  /** How many events from the end are looked at. Default 20,000. */
  readonly tail?: number
}

/**
 * Executions cut off by the step limit: do they go round in a circle?
 *
 * Verifies   nothing: a step limit is no proof. It says `livelock` when the last events repeat exactly (place, word, value read and
 *            written), several times over, and everybody who could go on takes part: as a whole or, where the strategy mixes the
 *            threads at random, each thread by itself. A loop that counts in its own variables looks the same, and would end.
 * Does not   find loops whose values change (a ticket that is drawn again and again), nor those longer than the limit allows.
 *            Everything else that was cut off is `stepLimit`: it may be a long program.
 */
export class Livelock implements Observer {
  readonly name = 'livelock'
  private readonly options: LivelockOptions
  private readonly log: EventLog

  constructor(options: LivelockOptions = {}) {
    this.options = options
    this.log = options.log ?? new EventLog()
  }

  reset(world: World): void {
    if (this.options.log === undefined) this.log.reset(world)
  }

  event(world: World): void {
    if (this.options.log === undefined) this.log.event(world)
  }

  finish(world: World): void {
    if (world.outcome !== 'stepLimit') return
    const steps = this.repeating(enabledActors(world))
    if (steps === undefined) {
      if (this.options.cuts === false) return
      const message = `cut off after ${world.options.stepLimit} events, which do not repeat: this proves nothing`
      world.report({ verdict: 'stepLimit', message, sites: [] })
      return
    }
    const sites = [...new Set(steps.map((step) => this.log.siteAt(step)))].sort((a, b) => a - b)
    const actors = [...new Set(steps.map((step) => this.log.actorAt(step)))].sort((a, b) => a - b)
    const who = actors.map((actor) => actorName(this.options, world, actor)).join(', ')
    const where = sites.map((site) => siteName(this.options, site)).join(', ')
    world.report({
      verdict: 'livelock',
      message: `livelock: ${who} repeat${actors.length === 1 ? 's' : ''} the same ${steps.length} events for ever: ${where}`,
      sites,
      steps: [Math.min(...steps), Math.max(...steps)],
    })
  }

  /** The steps of one period, if the tail repeats and each of `actors` takes part. */
  private repeating(actors: readonly number[]): number[] | undefined {
    const { log } = this
    const from = Math.max(0, log.length - (this.options.tail ?? 20_000))
    const whole: number[] = []
    for (let step = from; step < log.length; step++) whole.push(step)
    const together = this.periodOf(whole)
    if (together !== undefined) {
      const taking = new Set(together.map((step) => log.actorAt(step)))
      return actors.every((actor) => taking.has(actor)) ? together : undefined
    }
    const each: number[] = []
    for (const actor of new Set([
      ...actors,
      ...whole.slice(whole.length >> 1).map((step) => log.actorAt(step)),
    ])) {
      const own = this.periodOf(whole.filter((step) => log.actorAt(step) === actor))
      if (own === undefined) return undefined
      each.push(...own)
    }
    return each.length === 0 ? undefined : each
  }

  /** The last period of the events at `steps`, if the last half of them, or more, repeats often enough. */
  private periodOf(steps: readonly number[]): number[] | undefined {
    const { length } = steps
    const times = this.options.periods ?? 4
    const marks = new Int32Array(length)
    for (let i = 0; i < length; i++) marks[i] = this.log.fingerprint(steps[length - 1 - i] as number)
    // Of each prefix of the reversed tail, the longest proper one that also ends it (Knuth, Morris and Pratt).
    const border = new Int32Array(length)
    let best: number | undefined
    for (let i = 1, k = 0; i < length; i++) {
      while (k > 0 && marks[i] !== marks[k]) k = border[k - 1] as number
      if (marks[i] === marks[k]) k++
      border[i] = k
      const period = i + 1 - k
      if (2 * (i + 1) >= length && period * times <= i + 1) best = period
    }
    return best === undefined ? undefined : steps.slice(length - best)
  }
}

/** Those that could go on when the execution was cut off. */
function enabledActors(world: World): number[] {
  const actors = new Set<number>()
  for (let i = 0; i < world.choiceCount; i++) actors.add((world.choices[i] as number) & (MAX_ACTORS - 1))
  return [...actors]
}
