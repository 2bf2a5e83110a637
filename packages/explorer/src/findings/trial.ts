import { faultKey } from '../explore.js'
import type { EngineOptions } from '../engine/options.js'
import type { Observer, Report, Verdict } from '../engine/observer.js'
import { MAX_ACTORS, World } from '../engine/world.js'
import type { Chooser } from '../engine/world.js'
import { isPreemption } from '../strategies/preemption-bound.js'
import type { Subject } from '../subject.js'
import type { Trace, TraceRecorder } from './trace.js'
import { StepCounts } from './plan.js'
import { choiceWithoutPreemption } from './without-preemption.js'

/** What an execution with the fault costs; smaller is better, from left to right. */
export interface Cost {
  readonly preemptions: number
  readonly steps: number
  readonly switches: number
}

/** An execution that shows the fault, cut off where it is reported. */
export interface Shown extends Cost {
  readonly report: Report
  readonly choices: Uint16Array
  /** Where it differs from running without preemption, see plan.ts. */
  readonly deviations: readonly Deviation[]
}

/** A choice that is not the one made where nobody decides: after the `after`-th step of `of` (-1: at the start). */
export interface Deviation {
  readonly of: number
  readonly after: number
  readonly choice: number
}

export function isCheaper(one: Cost, other: Cost): boolean {
  if (one.preemptions !== other.preemptions) return one.preemptions < other.preemptions
  if (one.steps !== other.steps) return one.steps < other.steps
  return one.switches < other.switches
}

/** Whether a report is of the fault that is looked for. */
export type Wanted = (report: Report) => boolean

export function sameFault(wanted: { verdict: Verdict; sites: readonly number[]; message: string }): Wanted {
  const key = faultKey(wanted)
  return (report) => faultKey(report) === key
}

/** The same fault in a smaller subject: numbers in a message without sites may be others. */
export function similarFault(wanted: {
  verdict: Verdict
  sites: readonly number[]
  message: string
}): Wanted {
  const key = faultKey(wanted).replace(/\d+/g, '#')
  if (wanted.sites.length > 0) return sameFault(wanted)
  return (report) => report.sites.length === 0 && faultKey(report).replace(/\d+/g, '#') === key
}

/** What ends a trial early: an execution that costs more is of no use. */
export interface Limit {
  readonly preemptions: number
  /** Steps with so many preemptions; with fewer, some times as many. */
  readonly steps: number
}

/** An execution with fewer preemptions is not worth so many times the steps. */
const LONGER = 4

const NO_LIMIT: Limit = { preemptions: Infinity, steps: Infinity }

/** Runs executions of one subject, and looks whether they show the fault. */
export class Trials {
  readonly subject: Subject
  /** Executions run. */
  attempts = 0
  readonly world: World
  private observers: Observer[]
  /** Checkers that report once in a campaign are made anew for each execution. */
  private fresh = false
  private readonly wanted: Wanted
  private readonly counts = new StepCounts()
  private deviations: Deviation[] = []
  private preemptions = 0
  private switches = 0
  private seen = 0
  private shown: Report | undefined

  constructor(subject: Subject, options: EngineOptions, wanted: Wanted) {
    this.subject = subject
    this.wanted = wanted
    this.world = new World(subject.target, options)
    this.observers = subject.observers()
  }

  /** Runs an execution; undefined: it does not show the fault, or costs more than the limit. */
  run(chooser: Chooser, limit: Limit = NO_LIMIT): Shown | undefined {
    const { world } = this
    this.attempts++
    this.counts.reset()
    this.deviations = []
    this.preemptions = 0
    this.switches = 0
    this.seen = 0
    this.shown = undefined
    if (this.fresh) this.observers = this.subject.observers()
    const choose = (at: World): number => this.choose(at, chooser, limit)
    world.run({ choose }, this.observers)
    this.look(world)
    if (this.shown === undefined || this.isOver(world, limit)) return undefined
    return {
      report: this.shown,
      choices: world.schedule.slice(0, world.steps),
      preemptions: this.preemptions,
      steps: world.steps,
      switches: this.switches,
      deviations: this.deviations,
    }
  }

  /**
   * To be called with the first execution. Looks which checkers are needed to see the fault, and leaves the others out from now on;
   * and whether they report the same again: if not, they are made anew for each execution.
   */
  begin(chooser: () => Chooser): Shown | undefined {
    const first = this.run(chooser())
    if (first === undefined) return undefined
    if (this.run(chooser()) === undefined) {
      this.fresh = true
      return this.run(chooser())
    }
    for (const each of this.observers.toReversed()) {
      const all = this.observers
      this.observers = all.filter((other) => other !== each)
      if (this.run(chooser()) === undefined) this.observers = all
    }
    return first
  }

  /** Whether the last execution was cut off by the step limit. */
  get wasCut(): boolean {
    return this.world.outcome === 'stepLimit'
  }

  /** Runs an execution for its trace alone. */
  traceOf(choices: Uint16Array, recorder: TraceRecorder): Trace {
    const next = (at: World): number => choices[at.steps] ?? -1
    this.world.run({ choose: next }, [recorder])
    return recorder.trace(choices)
  }

  private choose(world: World, chooser: Chooser, limit: Limit): number {
    this.look(world)
    if (this.shown !== undefined || this.isOver(world, limit)) return -1
    const choice = chooser.choose(world)
    if (choice < 0) return choice
    if (isPreemption(world, choice)) this.preemptions++
    const { current } = world
    if ((choice & (MAX_ACTORS - 1)) !== current) this.switches++
    if (choice !== choiceWithoutPreemption(world)) {
      this.counts.update(world)
      this.deviations.push({ of: current, after: current < 0 ? 0 : this.counts.of(current), choice })
    }
    return choice
  }

  private isOver(world: World, limit: Limit): boolean {
    if (this.preemptions > limit.preemptions) return true
    return world.steps > (this.preemptions === limit.preemptions ? limit.steps : LONGER * limit.steps)
  }

  private look(world: World): void {
    const { reports } = world
    for (; this.seen < reports.length; this.seen++) {
      const report = reports[this.seen] as Report
      if (this.shown === undefined && this.wanted(report)) this.shown = report
    }
  }
}
