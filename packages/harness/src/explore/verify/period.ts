import type { Period, World } from '@holdfast/explorer'
import type { MachineImage } from '@holdfast/cpu'
import { HARDCLOCK_TICKS, L_SWAPLOCK, P_LWPS } from '@holdfast/kernel'
import type { Scenario } from '../../scenario/types.js'

/** The part of the executions of a scenario in which a bounded search takes its preemptions. Plain data. */
export interface PeriodSpec {
  /** Preemptions are taken from the tick `from` on, before the tick `to`. */
  readonly from: number
  readonly to: number
  /** And only while somebody has the l_swaplock of the first LWP of this process, from the first time on. */
  readonly swaplockOf?: string
  /** Operations of a turn before that, which decide on which CPU each LWP comes to be. Default 16. */
  readonly turn?: number
}

/** And the ticks that may come in it. */
export interface TickingPeriod extends PeriodSpec {
  /**
   * Ticks of the clock that may come at any point of the period, besides those of an idle machine: what was period stays so, though the tick is another. One that
   * comes while a CPU could go on counts as a preemption. Whoever makes the machine confines them to the period; default 0.
   */
  readonly ticks?: number
}

/** The period of a machine. `free`: free ticks that have come in the execution at hand; they do not end it. */
export function periodOf(
  spec: TickingPeriod,
  { processes }: Scenario,
  { config }: MachineImage,
  free: () => number,
): Period {
  const { from, to, swaplockOf, turn } = spec
  const process = processes.findIndex(({ name }) => name === swaplockOf)
  const procs = config.kern['scenarioProcs'] as number
  const held = ({ words }: World): boolean => {
    const lwp = words[(words[procs + process] as number) + P_LWPS] as number
    return words[lwp + L_SWAPLOCK] !== 0
  }
  return {
    text: periodText(spec),
    holds(world) {
      const tick = (world.words[HARDCLOCK_TICKS] as number) - free()
      return tick >= from && tick < to && (process < 0 || held(world))
    },
    ...(turn === undefined ? {} : { turn }),
  }
}

/** `at tick 12, while the l_swaplock of target is held`. */
export function periodText({ from, to, swaplockOf, ticks = 0 }: TickingPeriod): string {
  const period = to === from + 1 ? `at tick ${from}` : `from tick ${from} on, before tick ${to}`
  const held = swaplockOf === undefined ? '' : `, while the l_swaplock of ${swaplockOf} is held`
  if (ticks === 0) return period + held
  return `${period}${held}, ${ticks === 1 ? 'another tick' : `${ticks} ticks more`} at any point of it`
}
