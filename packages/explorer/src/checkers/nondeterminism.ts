import { OP_NAMES } from '@holdfast/compiler'
import type { Report } from '../engine/observer.js'
import type { EngineOptions } from '../engine/options.js'
import type { Target } from '../engine/target.js'
import { World } from '../engine/world.js'
import { Rng } from '../strategies/rng.js'
import { AmbientCalls } from './ambient-calls.js'
import type { AmbientCall } from './ambient-calls.js'
import { EventLog, LoggedEvent } from './event-log.js'
import { actorName, siteName, wordName } from './names.js'
import type { Names } from './names.js'

export interface DeterminismOptions extends Names {
  readonly engine?: Partial<EngineOptions>
  /** Schedules that are run, each twice. Default 5. */
  readonly schedules?: number
  readonly seed?: number
}

/** One run of a schedule: what happened, and what was enabled before each step. */
interface Run {
  readonly log: EventLog
  readonly enabled: readonly string[]
  readonly end: string
}

/**
 * Whether a target does the same when it is run again.
 *
 * Verifies   that each of some random schedules, run twice in a row, gives the same events with the same values, the same choices and the
 *            same end. Without that nothing can be replayed, and no count means anything.
 * Does not   prove it: what differs seldom may not differ here, and what is the same within a process may differ in another.
 *
 * Threads run as coroutines throughout (nothing is remembered of a pure target). Meanwhile the host's clocks and random numbers are watched,
 * so that the report can name the calls; a target that asks them but does the same nevertheless is none of its business.
 */
export function checkDeterminism(target: Target, options: DeterminismOptions = {}): Report | null {
  const calls = new AmbientCalls()
  calls.watch()
  try {
    const world = new World(target.pure ? { ...target, pure: false } : target, options.engine)
    for (let i = 0; i < (options.schedules ?? 5); i++) {
      const first = run(world, options.seed ?? 1, i)
      const second = run(world, options.seed ?? 1, i)
      const report = compare(world, options, first, second, calls)
      if (report !== null) return report
    }
    return null
  } finally {
    calls.restore()
  }
}

/** Runs schedule `index`: at each step the same random number decides. */
function run(world: World, seed: number, index: number): Run {
  const log = new EventLog()
  const enabled: string[] = []
  const rng = new Rng(seed)
  rng.seed(seed, index)
  const outcome = world.run(
    {
      choose({ choices, choiceCount }) {
        enabled.push(choices.slice(0, choiceCount).join())
        return choices[rng.below(choiceCount)] as number
      },
    },
    [log],
  )
  // Without stacks: they say from where this was called, too.
  const said = world.reports.map(({ message }) => message.replaceAll(/\n +at .*/g, ''))
  return { log, enabled, end: [outcome, ...said].join('; ') }
}

function compare(
  world: World,
  names: Names,
  first: Run,
  second: Run,
  { calls }: AmbientCalls,
): Report | null {
  const one = new LoggedEvent()
  const two = new LoggedEvent()
  const length = Math.max(first.log.length, second.log.length)
  for (let step = 0; step < length; step++) {
    const missing = step >= first.log.length || step >= second.log.length
    if (!missing && same(first.log.read(step, one), second.log.read(step, two))) {
      if (first.enabled[step] === second.enabled[step]) continue
      const text = `of choices ${first.enabled[step]} and then of ${second.enabled[step]}`
      return differs(step, `the actors that can go on differ: it is one ${text}`, [one.site], calls)
    }
    const said = (log: EventLog, event: LoggedEvent): string =>
      step < log.length ? described(world, names, log.read(step, event)) : 'it has ended'
    const text = `first ${said(first.log, one)}, then ${said(second.log, two)}`
    return differs(step, text, missing ? [] : [one.site, two.site], calls)
  }
  if (first.end === second.end) return null
  return differs(length, `the ends differ: first ${first.end}, then ${second.end}`, [], calls)
}

function same(one: LoggedEvent, two: LoggedEvent): boolean {
  return (
    one.kind === two.kind &&
    one.actor === two.actor &&
    one.site === two.site &&
    one.way === two.way &&
    one.addr === two.addr &&
    one.words === two.words &&
    one.addr2 === two.addr2 &&
    one.words2 === two.words2 &&
    one.old === two.old &&
    one.new === two.new &&
    one.wrote === two.wrote
  )
}

function differs(step: number, text: string, sites: number[], calls: readonly AmbientCall[]): Report {
  const culprits = calls.map(({ what, where, count }) => `${what} at ${where} (${count} times)`)
  const because =
    culprits.length === 0
      ? 'no clock and no random number was asked: look for state outside of its memory'
      : `what was asked that answers differently: ${culprits.join(', ')}`
  return {
    verdict: 'nondeterminism',
    message: `the same schedule, run twice, differs at step ${step}: ${text}; ${because}`,
    sites: [...new Set(sites)],
    steps: [step],
  }
}

function described(world: World, names: Names, event: LoggedEvent): string {
  const op = OP_NAMES[event.kind] ?? 'goes on'
  const word = event.words === 0 ? '' : ` ${wordName(world, event.addr)}: ${event.old} -> ${event.new}`
  return `${actorName(names, world, event.actor)} ${op}${word} at ${siteName(names, event.site)}`
}
