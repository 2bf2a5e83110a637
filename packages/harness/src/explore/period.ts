import type { Period, World } from '@holdfast/explorer'
import { HARDCLOCK_TICKS, L_SWAPLOCK, P_LWPS } from '@holdfast/kernel'
import type { MachineTarget } from './machine-target.js'

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

/** The period of a machine. */
export function periodOf({ from, to, swaplockOf, turn }: PeriodSpec, target: MachineTarget): Period {
  const { machine, data } = target
  const process = data.processes.findIndex(({ name }) => name === swaplockOf)
  const procs = machine.config.kern['scenarioProcs'] as number
  const held = ({ words }: World): boolean => {
    const lwp = words[(words[procs + process] as number) + P_LWPS] as number
    return words[lwp + L_SWAPLOCK] !== 0
  }
  return {
    text: periodText({ from, to, ...(swaplockOf === undefined ? {} : { swaplockOf }) }),
    holds(world) {
      const tick = world.words[HARDCLOCK_TICKS] as number
      return tick >= from && tick < to && (process < 0 || held(world))
    },
    ...(turn === undefined ? {} : { turn }),
  }
}

/** `at tick 12, while the l_swaplock of target is held`. */
export function periodText({ from, to, swaplockOf }: PeriodSpec): string {
  const ticks = to === from + 1 ? `at tick ${from}` : `from tick ${from} on, before tick ${to}`
  return swaplockOf === undefined ? ticks : `${ticks}, while the l_swaplock of ${swaplockOf} is held`
}
