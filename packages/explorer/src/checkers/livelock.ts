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
 *            Where they repeat although somebody else could go on, who might end it, that is `stepLimit` with the words `livelock
 *            suspected`: the schedule was not fair. So it is with any busy wait, and with a true livelock too, under the searches that
 *            do not switch without need (dpor, dfs, the bounded ones); strategies by chance tell them apart.
 * Does not   find loops whose values change (a ticket that is drawn again and again), nor those longer than the limit allows.
 *            Everything else that was cut off is `stepLimit`: it may be a long program.
 */
export class Livelock implements Observer {
  readonly name = 'livelock'
  readonly event?: (world: World) => void
  private readonly options: LivelockOptions
  private readonly log: EventLog

  constructor(options: LivelockOptions = {}) {
    this.options = options
    this.log = options.log ?? new EventLog()
    if (options.log === undefined) this.event = (world) => this.log.event(world)
  }

  reset(world: World): void {
    if (this.options.log === undefined) this.log.reset(world)
  }

  repeated(): void {}

  finish(world: World): void {
    if (world.outcome !== 'stepLimit') return
    const enabled = enabledActors(world)
    const circle = this.repeating()
    const steps =
      circle !== undefined && enabled.every((actor) => circle.actors.has(actor)) ? circle.steps : undefined
    if (steps === undefined) {
      if (this.options.cuts === false) return
      if (circle !== undefined) {
        this.suspect(world, circle, enabled)
        return
      }
      const message = `cut off after ${world.options.stepLimit} events, which do not repeat: this proves nothing`
      world.report({ verdict: 'stepLimit', message, sites: [] })
      return
    }
    const { sites, text, where } = this.told(world, steps)
    world.report({
      verdict: 'livelock',
      message: `livelock: ${text} for ever: ${where}`,
      sites,
      steps: [Math.min(...steps), Math.max(...steps)],
    })
  }

  /** The circle leaves out somebody who could go on. */
  private suspect(world: World, { steps, actors }: Circle, enabled: readonly number[]): void {
    const { sites, text, where } = this.told(world, steps)
    const others = enabled.filter((actor) => !actors.has(actor))
    const who = others.map((actor) => actorName(this.options, world, actor)).join(', ')
    world.report({
      verdict: 'stepLimit',
      message: `livelock suspected: ${text}, up to the limit of ${world.options.stepLimit}, while ${who} could go on: ${where}. What waits for another is to be written as an await`,
      sites,
      steps: [Math.min(...steps), Math.max(...steps)],
    })
  }

  private told(world: World, steps: readonly number[]): { sites: number[]; text: string; where: string } {
    const sites = [...new Set(steps.map((step) => this.log.siteAt(step)))].sort((a, b) => a - b)
    const actors = [...new Set(steps.map((step) => this.log.actorAt(step)))].sort((a, b) => a - b)
    const who = actors.map((actor) => actorName(this.options, world, actor)).join(', ')
    const events = steps.length === 1 ? 'event' : `${steps.length} events`
    const text = `${who} repeat${actors.length === 1 ? 's' : ''} the same ${events}`
    return { sites, text, where: sites.map((site) => siteName(this.options, site)).join(', ') }
  }

  /** The steps of one period, if the tail repeats, and who takes part. */
  private repeating(): Circle | undefined {
    const { log } = this
    const from = Math.max(0, log.length - (this.options.tail ?? 20_000))
    const whole: number[] = []
    for (let step = from; step < log.length; step++) whole.push(step)
    const together = this.periodOf(whole)
    if (together !== undefined)
      return { steps: together, actors: new Set(together.map((step) => log.actorAt(step))) }
    const each: number[] = []
    const actors = new Set(whole.slice(whole.length >> 1).map((step) => log.actorAt(step)))
    for (const actor of actors) {
      const own = this.periodOf(whole.filter((step) => log.actorAt(step) === actor))
      if (own === undefined) return undefined
      each.push(...own)
    }
    return each.length === 0 ? undefined : { steps: each, actors }
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

/** A period of the tail. */
interface Circle {
  readonly steps: readonly number[]
  readonly actors: ReadonlySet<number>
}

/** Those that could go on when the execution was cut off. */
function enabledActors(world: World): number[] {
  const actors = new Set<number>()
  for (let i = 0; i < world.choiceCount; i++) actors.add((world.choices[i] as number) & (MAX_ACTORS - 1))
  return [...actors]
}
