import type { Site } from '@holdfast/compiler'
import type { Observer, Report } from '../../engine/observer.js'
import { MAX_ACTORS, World } from '../../engine/world.js'
import type { Chooser, Outcome } from '../../engine/world.js'
import { isPreemption } from '../../strategies/preemption-bound.js'
import type { Subject } from '../../subject.js'
import { describeChoice, describeChoices } from '../report/choice-text.js'
import type { ReplayDrift } from './drift.js'
import { EnabledHash, siteKey, siteKeys } from './enabled-hash.js'
import { EventRecorder } from '../report/events.js'
import type { EventRow, Stuck } from '../report/events.js'
import { isEnabled } from '../shrink/without-preemption.js'
import { checkSteps, hashOf, optionsOf } from './schedule.js'
import type { Check, Schedule } from './schedule.js'

/** How a schedule is replayed. */
export interface ReplayOptions {
  /** Checkers; default: those of the subject. */
  readonly observers?: readonly Observer[]
  /** Called for each step when it is complete; memory is as after it. */
  readonly onEvent?: (row: EventRow, world: World) => void
  /** Where each step was when the schedule was recorded, if that is known: a drift is then found at its first step. */
  readonly places?: readonly (Site | undefined)[]
  /** Goes on where the program has drifted, as long as the choices are possible. Default false. */
  readonly force?: boolean
}

/** What came of a replay. */
export interface Replayed {
  /** undefined: it was not begun, since the build is another. */
  readonly outcome: Outcome | undefined
  readonly reports: readonly Report[]
  /** Where the program first is not what it was; undefined: the execution is the recorded one. */
  readonly drift: ReplayDrift | undefined
  /** Events executed. */
  readonly steps: number
  readonly preemptions: number
  /** Hash of the enabled sets, eight hexadecimal digits. */
  readonly enabled: string
  /** What each actor was waiting for, if at the end nothing was enabled. */
  readonly stuck: readonly Stuck[]
  /** Memory at the end. */
  readonly words: Int32Array
}

/**
 * Runs the recorded execution again.
 *
 * It is refused where the program has drifted: nothing is run if the build is another, and the replay ends at the first step that
 * cannot be as recorded. With `force` only a choice that is not enabled ends it.
 */
export function replay(subject: Subject, schedule: Schedule, options: ReplayOptions = {}): Replayed {
  const found = hashOf(subject)
  const build: ReplayDrift | undefined =
    found === schedule.hash ? undefined : { kind: 'build', expected: schedule.hash, found }
  if (build !== undefined && options.force !== true) {
    const { words } = new World(subject.target)
    return {
      outcome: undefined,
      reports: [],
      drift: build,
      steps: 0,
      preemptions: 0,
      enabled: '',
      stuck: [],
      words,
    }
  }
  const follower = new Follower(subject, schedule, options)
  return follower.run(build)
}

/** The steps of a recorded execution, one by one; the value at the end is what came of it. */
export function* walk(
  subject: Subject,
  schedule: Schedule,
  options: ReplayOptions = {},
): Generator<EventRow, Replayed> {
  const rows: EventRow[] = []
  const replayed = replay(subject, schedule, {
    ...options,
    onEvent(row, world) {
      rows.push(row)
      options.onEvent?.(row, world)
    },
  })
  yield* rows
  return replayed
}

/** Makes a schedule of choices: runs them once, for the hashes. Throws if they are not possible. */
export function recordSchedule(subject: Subject, choices: ArrayLike<number>): Schedule {
  const looks = new Set(checkSteps(choices))
  const schedule: Schedule = {
    subject: subject.id,
    hash: hashOf(subject),
    options: optionsOf(subject),
    choices: Uint16Array.from(choices),
    whole: false,
    checks: [],
    enabled: '',
  }
  const follower = new Follower(subject, schedule, { observers: [], force: true }, looks)
  const { drift, enabled, outcome } = follower.run(undefined)
  if (drift?.kind === 'choice' || drift?.kind === 'short') {
    throw new Error(`the choices are not an execution of ${subject.id}: they end at step ${drift.step}`)
  }
  return { ...schedule, whole: outcome !== 'abandoned', checks: follower.checks, enabled }
}

/** Follows a schedule, and looks whether everything is as it was. */
class Follower implements Chooser {
  readonly checks: Check[] = []
  private readonly subject: Subject
  private readonly schedule: Schedule
  private readonly options: ReplayOptions
  private readonly looks: ReadonlySet<number>
  private readonly hash: EnabledHash
  private readonly recorder: EventRecorder
  private nextCheck = 0
  private compared = 0
  private preemptions = 0
  private drift: ReplayDrift | undefined

  constructor(
    subject: Subject,
    schedule: Schedule,
    options: ReplayOptions,
    looks: ReadonlySet<number> = new Set(),
  ) {
    this.subject = subject
    this.schedule = schedule
    this.options = options
    this.looks = looks
    this.hash = new EnabledHash(siteKeys(subject.sites))
    this.recorder = new EventRecorder(subject.sites, options.onEvent)
  }

  run(build: ReplayDrift | undefined): Replayed {
    const { subject, schedule, hash, recorder } = this
    const world = new World(subject.target, schedule.options)
    const observers = [...(this.options.observers ?? subject.observers()), recorder]
    const outcome = world.run(this, observers)
    const { steps } = world
    if (steps < schedule.choices.length) this.drifted({ kind: 'short', step: steps, outcome })
    else if (this.looks.size === 0 && schedule.enabled !== '' && schedule.enabled !== hash.value)
      this.drifted({ kind: 'enabled', from: this.lastCheck(), to: steps })
    return {
      outcome,
      reports: [...world.reports],
      drift: build ?? this.drift,
      steps,
      preemptions: this.preemptions,
      enabled: hash.value,
      stuck: recorder.stuck,
      words: world.words,
    }
  }

  choose(world: World): number {
    const choice = this.pick(world)
    if (this.options.onEvent !== undefined) this.recorder.choosing(world, choice)
    if (choice < 0) return choice
    if (isPreemption(world, choice)) this.preemptions++
    this.hash.add(world, choice)
    return choice
  }

  private pick(world: World): number {
    const { choices, whole } = this.schedule
    const { steps } = world
    if (!this.looksRight(world) || !this.wentRight(world)) return -1
    if (steps === choices.length) {
      if (whole)
        this.drifted({ kind: 'long', step: steps, enabled: describeChoices(world, this.subject.sites) })
      return -1
    }
    const choice = choices[steps] as number
    const actor = choice & (MAX_ACTORS - 1)
    if (!isEnabled(world, choice)) {
      const expected = this.options.places?.[steps]
      const found = this.subject.sites[world.site[actor] as number]
      const wanted = describeChoice(world, choice)
      const enabled = describeChoices(world, this.subject.sites)
      this.drifted({ kind: 'choice', step: steps, actor, wanted, enabled, expected, found })
      return -1
    }
    const drains = (choice & MAX_ACTORS) !== 0
    const elsewhere = drains ? undefined : this.elsewhere(world, steps, actor)
    return elsewhere !== undefined && this.drifted(elsewhere) ? -1 : choice
  }

  /** Compares the hash on the way, and keeps it where it is asked for. */
  private looksRight(world: World): boolean {
    const { steps } = world
    if (this.looks.has(steps)) this.checks.push({ step: steps, check: this.hash.check })
    const due = this.schedule.checks[this.nextCheck]
    if (due === undefined || due.step > steps) return true
    const right = due.check === this.hash.check
    const ends =
      !right && this.drifted(this.moved(world) ?? { kind: 'enabled', from: this.lastCheck(), to: steps })
    this.nextCheck++
    return !ends
  }

  /** Steps before which no choice is made were those of the recorded execution too. */
  private wentRight(world: World): boolean {
    const { choices } = this.schedule
    for (; this.compared < world.steps; this.compared++) {
      if (choices[this.compared] === world.schedule[this.compared]) continue
      return !this.drifted(this.moved(world) ?? { kind: 'enabled', from: this.lastCheck(), to: world.steps })
    }
    return true
  }

  /** The first actor that is not where its next step was, if that is known. */
  private moved(world: World): ReplayDrift | undefined {
    const { choices } = this.schedule
    const seen = new Set<number>()
    for (let step = world.steps; step < choices.length; step++) {
      if (((choices[step] as number) & MAX_ACTORS) !== 0) continue
      const actor = (choices[step] as number) & (MAX_ACTORS - 1)
      if (seen.has(actor)) continue
      seen.add(actor)
      const drift = this.elsewhere(world, step, actor)
      if (drift !== undefined) return drift
    }
    return undefined
  }

  private elsewhere(world: World, step: number, actor: number): ReplayDrift | undefined {
    const expected = this.options.places?.[step]
    const found = this.subject.sites[world.site[actor] as number]
    if (expected === undefined || (found !== undefined && siteKey(expected) === siteKey(found)))
      return undefined
    return { kind: 'site', step, actor, expected, found }
  }

  private lastCheck(): number {
    return this.schedule.checks[this.nextCheck - 1]?.step ?? 0
  }

  /** Notes the first drift. Returns whether the replay ends with it. */
  private drifted(drift: ReplayDrift): boolean {
    this.drift ??= drift
    return this.options.force !== true
  }
}
