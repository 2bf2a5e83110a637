import { DelayBound } from './delay-bound.js'
import type { BoundedOptions, Period } from './bounded-options.js'
import { Dfs } from './dfs.js'
import { OptimalDpor } from './dpor/optimal-dpor.js'
import { Pct } from './pct.js'
import { Pos } from './pos.js'
import { PreemptionBound } from './preemption-bound.js'
import type { Profile } from './profile.js'
import { RandomWalk } from './random-walk.js'
import { Replay } from './replay.js'
import type { Continuation } from './replay.js'
import { RoundRobin } from './round-robin.js'
import { Seldom } from './seldom.js'
import type { Strategy } from './strategy.js'
import { Surw } from './surw.js'

/** What strategies are made with; each takes what it needs and ignores the rest. */
export interface StrategyOptions {
  /** Of those by chance. Default 1. */
  readonly seed?: number
  /** Of pct: depth of the faults looked for. Default 3. */
  readonly depth?: number
  /** Of bounded searches: most preemptions or delays. Default: one more after the other, without end. */
  readonly bound?: number
  /** Of dfs and bounded searches: visit states once, by hash. Default false. */
  readonly cache?: boolean
  /** Of preemption-bound: no choice between operations on words that one actor alone uses. Default false. */
  readonly sharedOnly?: boolean
  /** Of bounded searches: the part of each execution in which choices are made. Default: all. */
  readonly during?: Period
  /** Of replay: the choices. */
  readonly schedule?: ArrayLike<number>
  /** Of replay: what follows the schedule. Default `stop`. */
  readonly continuation?: Continuation
  /** Of pct, surw and urw: what is known of the target. Default: they look for themselves. */
  readonly profile?: Profile
}

/** A strategy as a user chooses it. */
export interface StrategyEntry {
  readonly name: string
  /** One line for the help. */
  readonly about: string
  /** Makes one, for one exploration. Throws {@link StrategyError} if what it needs is missing. */
  make(options: StrategyOptions): Strategy
}

/** There is no strategy of that name, or what it needs is missing: the message says what there is. */
export class StrategyError extends RangeError {
  override readonly name = 'StrategyError'
}

const learnt = ({ seed = 1, profile }: StrategyOptions): { seed: number; profile?: Profile } =>
  profile === undefined ? { seed } : { seed, profile }

/** What comes of itself comes seldom. */
const seldom = ({ seed = 1 }: StrategyOptions, strategy: Strategy): Strategy => new Seldom(strategy, seed)

const limited = ({ bound, cache = false, during }: StrategyOptions): BoundedOptions => ({
  cache,
  ...(bound === undefined ? {} : { bound }),
  ...(during === undefined ? {} : { during }),
})

/** All strategies, in the order of the help. */
export const STRATEGIES: readonly StrategyEntry[] = [
  {
    name: 'random',
    about: 'any of what is enabled, each as likely',
    make: (options) => seldom(options, new RandomWalk(options.seed ?? 1)),
  },
  {
    name: 'round-robin',
    about: 'one after the other, with quanta of 1, 2, 3, ... operations',
    make: () => new RoundRobin(),
  },
  {
    name: 'pct',
    about: 'random priorities, lowered at --depth - 1 random steps (default 3)',
    make: (options) => seldom(options, new Pct({ ...learnt(options), depth: options.depth ?? 3 })),
  },
  {
    name: 'pos',
    about: 'random priorities of operations, drawn anew after a race',
    make: (options) => seldom(options, new Pos({ seed: options.seed ?? 1 })),
  },
  {
    name: 'surw',
    about: 'every order of the operations on one random word is as likely',
    make: (options) => seldom(options, new Surw(learnt(options))),
  },
  {
    name: 'urw',
    about: 'every interleaving is as likely, as far as nothing blocks',
    make: (options) => seldom(options, new Surw({ ...learnt(options), words: Infinity })),
  },
  {
    name: 'dfs',
    about: 'every interleaving, depth first',
    make: ({ cache = false }) => new Dfs({ cache }),
  },
  {
    name: 'dpor',
    about: 'one interleaving of each trace: all that differ in the order of operations that conflict',
    make: () => new OptimalDpor(),
  },
  {
    name: 'preemption-bound',
    about: 'every interleaving with 0, 1, 2, ... up to --bound preemptions',
    make: (options) => new PreemptionBound({ ...limited(options), sharedOnly: options.sharedOnly ?? false }),
  },
  {
    name: 'delay-bound',
    about: 'every interleaving with 0, 1, 2, ... up to --bound delays of a round robin',
    make: (options) => new DelayBound(limited(options)),
  },
  {
    name: 'replay',
    about: 'a recorded schedule',
    make: ({ schedule, continuation = 'stop' }) => {
      if (schedule === undefined) throw new StrategyError('strategy replay needs a schedule')
      return new Replay({ schedule, continuation })
    },
  },
]

/** Names of all strategies. */
export function strategyNames(): string[] {
  return STRATEGIES.map(({ name }) => name)
}

/** Makes the strategy of that name. Throws {@link StrategyError} or RangeError, saying what is allowed. */
export function makeStrategy(name: string, options: StrategyOptions = {}): Strategy {
  const entry = STRATEGIES.find((known) => known.name === name)
  if (entry === undefined) {
    throw new StrategyError(`there is no strategy ${name}; there are ${strategyNames().join(', ')}`)
  }
  return entry.make(options)
}
