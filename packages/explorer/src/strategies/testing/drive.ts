import type { Observer } from '../../engine/observer.js'
import type { EngineOptions } from '../../engine/options.js'
import type { Target } from '../../engine/target.js'
import { World } from '../../engine/world.js'
import type { Chooser, Outcome } from '../../engine/world.js'
import { choicesText } from '../drift.js'
import type { Strategy } from '../strategy.js'

/** An execution as a test looks at it. */
export interface Run {
  readonly schedule: string
  readonly outcome: Outcome
  readonly buggy: boolean
}

export interface DriveOptions {
  readonly engine?: Partial<EngineOptions>
  /** Most executions; default: until the strategy ends. */
  readonly most?: number
  /** Numbers of the executions; default 0, 1, 2, ... */
  readonly indices?: readonly number[]
  /** Whether the strategy may look at the target first. Default true. */
  readonly learn?: boolean
}

/** Runs a strategy and gives its executions; fails if it takes what is not enabled. */
export function drive(target: Target, strategy: Strategy, options: DriveOptions = {}): Run[] {
  const { engine = {}, most = Infinity, indices, learn = true } = options
  const world = new World(target, engine)
  const guarded: Chooser = {
    choose(now) {
      const choice = strategy.choose(now)
      if (choice !== -1 && !now.choices.subarray(0, now.choiceCount).includes(choice))
        throw new Error(`${strategy.name} takes ${choice} of ${choicesText(now.choices, 0, now.choiceCount)}`)
      return choice
    },
  }
  const observers: Observer[] = []
  if (strategy.executed !== undefined) {
    observers.push({
      name: 'strategy',
      reset: () => {},
      event: (now) => strategy.executed?.(now),
      finish: () => {},
    })
  }
  if (learn) strategy.learn?.(world)
  const runs: Run[] = []
  for (let i = 0; i < (indices?.length ?? most); i++) {
    if (!strategy.begin(indices?.[i] ?? i)) break
    const outcome = world.run(guarded, observers)
    strategy.end?.(world)
    const schedule = choicesText(world.schedule, 0, world.steps)
    runs.push({ schedule, outcome, buggy: outcome === 'blocked' || world.reports.length > 0 })
  }
  return runs
}

/** Schedules alone. */
export function schedules(target: Target, strategy: Strategy, options: DriveOptions = {}): string[] {
  return drive(target, strategy, options).map((run) => run.schedule)
}
