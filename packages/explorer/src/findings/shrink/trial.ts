import { faultKey } from '../../explore.js'
import type { Observer, Report, Verdict } from '../../engine/observer.js'
import { MAX_ACTORS, World } from '../../engine/world.js'
import type { Chooser } from '../../engine/world.js'
import { isPreemption } from '../../strategies/preemption-bound.js'
import type { Strategy } from '../../strategies/strategy.js'
import type { Subject } from '../../subject.js'
import type { Trace, TraceRecorder } from '../replay/trace.js'
import { StepCounts } from './plan.js'
import { choiceWithoutPreemption, standing } from './without-preemption.js'

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
  /** Where `of` was, see {@link standing}; 0: not known. */
  readonly where: number
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
  /** What is reported when an execution is over is reported too if it is given up after the last step the report names. */
  private cuts = false
  private readonly wanted: Wanted
  private readonly all: boolean
  private readonly counts = new StepCounts()
  private deviations: (Deviation & { readonly step: number })[] = []
  /** Steps that were preemptions, and steps with which another actor went on. */
  private preempts: number[] = []
  private switches: number[] = []
  private seen = 0
  private shown: Report | undefined
  /** The fault depends on a state alone, though its checker has others that do not. */
  private ofState = false

  /** `all`: no checker is left out. */
  constructor(subject: Subject, wanted: Wanted, all = false) {
    this.subject = subject
    this.wanted = wanted
    this.all = all
    this.world = new World(subject.target, subject.options)
    this.observers = subject.observers()
  }

  /**
   * Runs the execution that a search has begun, to its end or to where the fault is reported; whether it shows the fault. Its costs are not counted: a search
   * repeats most of it without being asked.
   */
  search(strategy: Strategy): boolean {
    this.attempts++
    this.begun()
    const choose = (at: World): number => {
      if (at.reports.length > 0) this.look(at)
      return this.shown === undefined ? strategy.choose(at) : -1
    }
    const watching: Observer = {
      name: strategy.name,
      rejoins: strategy.rejoins === true,
      reset: () => {},
      event: (at) => strategy.executed?.(at),
      finish: () => {},
    }
    const chooser = strategy.frames === undefined ? { choose } : { choose, frames: strategy.frames }
    this.world.run(chooser, strategy.executed === undefined ? this.observers : [watching, ...this.observers])
    this.look(this.world)
    return this.shown !== undefined
  }

  /** Runs an execution; undefined: it does not show the fault, or costs more than the limit. */
  run(chooser: Chooser, limit: Limit = NO_LIMIT): Shown | undefined {
    const { world } = this
    this.attempts++
    this.begun()
    this.counts.reset()
    this.deviations = []
    this.preempts = []
    this.switches = []
    let atOnce = false
    const choose = (at: World): number => {
      this.look(at)
      atOnce = this.shown !== undefined
      return atOnce || this.isOver(at, limit) ? -1 : this.choose(at, chooser)
    }
    world.run({ choose }, this.observers)
    this.look(world)
    if (this.shown === undefined) return undefined
    const shown = this.upTo(this.shown, atOnce ? world.steps : this.endOf(this.shown))
    return shown.preemptions > limit.preemptions || shown.steps > stepsAllowed(shown.preemptions, limit)
      ? undefined
      : shown
  }

  private begun(): void {
    this.seen = 0
    this.shown = undefined
    if (this.fresh) this.observers = this.subject.observers()
  }

  /**
   * To be called with the first execution. Looks which checkers are needed to see the fault, and leaves the others out from now on;
   * whether they report the same again: if not, they are made anew for each execution; and whether the execution can be cut off.
   */
  begin(chooser: () => Chooser): Shown | undefined {
    const first = this.run(chooser())
    if (first === undefined) return undefined
    this.ofState = first.report.ofState === true
    if (this.run(chooser()) === undefined) this.fresh = true
    else if (!this.all) this.leaveOut(chooser, first.report)
    const end = Math.max(-1, ...(first.report.steps ?? [])) + 1
    this.cuts = end > 0 && end < first.steps && this.run(upTo(first.choices, end)) !== undefined
    return this.run(chooser())
  }

  /** Whether what tells the fault judges states alone, not the way to them: the target itself, or checkers of which that is known. */
  get judgesStates(): boolean {
    return this.ofState || this.observers.every(({ ofStates }) => ofStates === true)
  }

  /** Whether the last execution was cut off by the step limit. */
  get wasCut(): boolean {
    return this.world.outcome === 'stepLimit'
  }

  /** Runs an execution for its trace alone. */
  traceOf(choices: Uint16Array, recorder: TraceRecorder): Trace {
    this.world.run(upTo(choices, choices.length), [recorder])
    return recorder.trace(choices)
  }

  /** Checkers may ask each other, so each try begins with new ones: what is left out has seen nothing. */
  private leaveOut(chooser: () => Chooser, report: Report): void {
    const same = JSON.stringify(report)
    const needed = new Set(this.observers.keys())
    const keep = (): void => {
      this.observers = this.subject.observers().filter((_, i) => needed.has(i))
    }
    for (const i of [...needed].reverse()) {
      needed.delete(i)
      keep()
      if (JSON.stringify(this.run(chooser())?.report) !== same) needed.add(i)
    }
    keep()
  }

  private choose(world: World, chooser: Chooser): number {
    const choice = chooser.choose(world)
    if (choice < 0) return choice
    const { current, steps: step } = world
    if (isPreemption(world, choice)) this.preempts.push(step)
    if ((choice & (MAX_ACTORS - 1)) !== current && (choice & MAX_ACTORS) === 0) this.switches.push(step)
    if (choice !== choiceWithoutPreemption(world)) {
      this.counts.update(world)
      const after = current < 0 ? 0 : this.counts.of(current)
      this.deviations.push({ of: current, after, choice, where: standing(world), step })
    }
    return choice
  }

  private isOver(world: World, limit: Limit): boolean {
    const { length } = this.preempts
    return length > limit.preemptions || world.steps > stepsAllowed(length, limit)
  }

  /** Steps up to the fault, if the execution was over when it was reported. */
  private endOf({ steps = [] }: Report): number {
    const end = Math.max(-1, ...steps) + 1
    return this.cuts && end > 0 ? end : this.world.steps
  }

  private upTo(report: Report, steps: number): Shown {
    return {
      report,
      choices: this.world.schedule.slice(0, steps),
      preemptions: countBelow(this.preempts, steps),
      steps,
      switches: countBelow(this.switches, steps),
      deviations: this.deviations.filter(({ step }) => step < steps),
    }
  }

  private look({ reports }: World): void {
    for (; this.seen < reports.length; this.seen++) {
      const report = reports[this.seen] as Report
      if (this.shown === undefined && this.wanted(report)) this.shown = report
    }
  }
}

function stepsAllowed(preemptions: number, limit: Limit): number {
  return preemptions < limit.preemptions ? LONGER * limit.steps : limit.steps
}

function countBelow(steps: readonly number[], end: number): number {
  return steps.filter((step) => step < end).length
}

/** Exactly these choices, and no more. */
function upTo(choices: Uint16Array, end: number): Chooser {
  return { choose: ({ steps }) => (steps < end ? (choices[steps] as number) : -1) }
}
