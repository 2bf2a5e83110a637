import type { World } from '../engine/world.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import { choiceText, enabledText } from './drift.js'
import type { Strategy } from './strategy.js'
import { ownDrain } from './turns.js'

/** What is done after the end of a schedule: give up, or go on without preemptions, interrupts and timeouts as far as that can be. */
export type Continuation = 'stop' | 'nonpreemptive'

/** Where a schedule does not fit the target. */
export interface Misfit {
  readonly step: number
  /** The choice that the schedule has there. */
  readonly wanted: number
  /** What is enabled there. */
  readonly enabled: readonly number[]
  /** The same, as a sentence. */
  readonly message: string
}

export interface ReplayOptions {
  readonly schedule: ArrayLike<number>
  /** Default `stop`. */
  readonly continuation?: Continuation
}

/**
 * Follows a recorded schedule, once. Where its choice is not enabled it gives the execution up and says so in `misfit`; so too if the
 * execution ends before it.
 */
export class Replay implements Strategy {
  readonly name = 'replay'
  readonly exhaustive = false
  /** Where the schedule did not fit in the last execution; null: it did, as far as that came. */
  misfit: Misfit | null = null
  private readonly schedule: ArrayLike<number>
  private readonly continuation: Continuation

  constructor({ schedule, continuation = 'stop' }: ReplayOptions) {
    this.schedule = schedule
    this.continuation = continuation
  }

  begin(index: number): boolean {
    if (index > 0) return false
    this.misfit = null
    return true
  }

  choose(world: World): number {
    const { schedule } = this
    const step = world.steps
    if (step >= schedule.length) return this.continuation === 'stop' ? -1 : nonpreemptive(world)
    const wanted = schedule[step] as number
    for (let i = 0; i < world.choiceCount; i++) if (world.choices[i] === wanted) return wanted
    const enabled = [...world.choices.subarray(0, world.choiceCount)]
    const message = `the schedule does not fit at step ${step}: it wants ${choiceText(wanted)}, and ${enabledText(world)} is enabled`
    this.misfit = { step, wanted, enabled, message }
    return -1
  }

  end(world: World): void {
    const { steps } = world
    if (steps >= this.schedule.length || this.misfit !== null || world.outcome === 'abandoned') return
    const wanted = this.schedule[steps] as number
    const message = `the schedule does not fit at step ${steps}: it wants ${choiceText(wanted)}, and the execution has ended`
    this.misfit = { step: steps, wanted, enabled: [], message }
  }
}

/**
 * The choice that goes on with the last actor if it can; else that of the lowest actor that can go on in the plain way; else, of
 * timeouts and interrupts, the first.
 */
export function nonpreemptive(world: World): number {
  const { choices, choiceCount, current } = world
  if (current >= 0 && world.canGoOn(current)) return current
  const drain = ownDrain(world)
  if (drain >= 0) return drain
  for (let i = 0; i < choiceCount; i++) if ((choices[i] as number) < MAX_ACTORS) return choices[i] as number
  for (let i = 0; i < choiceCount; i++) {
    if ((choices[i] as number) >> WAY_SHIFT < FIRST_INTERRUPT) return choices[i] as number
  }
  return choices[0] as number
}
