import { choices, notAllowed, UsageError } from '../../scenario/problem.js'
import type { Problem } from '../../scenario/problem.js'
import { isWithin, rangeText } from '../../scenario/limits.js'
import type { Range } from '../../scenario/limits.js'
import { DEFAULT_TIME } from '../machine/machine-time.js'
import type { MachineTime } from '../machine/machine-time.js'

/** How time passes and interrupts come, as a user says it. */
export interface TimeChoices {
  /** Ticks that an execution may have at any point, besides those of an idle machine. */
  readonly ticks?: number
  /** When a transfer may complete. */
  readonly disk?: MachineTime['disk']
  /** When interrupts are taken. */
  readonly interrupts?: MachineTime['interrupts']
}

/** How a scenario is explored, as far as it is not the default. */
export interface ScenarioQuery extends TimeChoices {
  /** Names of variants, separated by commas. */
  readonly variant?: string
}

/** Free ticks of an execution. */
export const TICKS: Range = { min: 0, max: 1_000 }
/** The same, of a parallel run that was recorded. */
export const RECORDED_TICKS: Range = { min: 0, max: 1_000_000_000 }
/** When its disk may have interrupted: where all idle, a tick may have come first. */
export const RECORDED_DISK = 'overdue' satisfies MachineTime['disk']
export const DISK: readonly MachineTime['disk'][] = ['due', 'overdue', 'any']
export const INTERRUPTS: readonly MachineTime['interrupts'][] = ['any', 'polled']

const ALLOWED = 'variant=<names>, ticks=<n>, disk=<when> or interrupts=<when>'

/** `?variant=a&ticks=3&disk=any`, or nothing: what the id of a subject has after the name of its scenario. */
export function queryText({ variant = '', ticks, disk, interrupts }: ScenarioQuery): string {
  const parts = [
    variant === '' ? '' : `variant=${variant}`,
    ticks === undefined || ticks === defaultTicks(interrupts) ? '' : `ticks=${ticks}`,
    disk === undefined || disk === DEFAULT_TIME.disk ? '' : `disk=${disk}`,
    interrupts === undefined || interrupts === DEFAULT_TIME.interrupts ? '' : `interrupts=${interrupts}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** What {@link queryText} says, at the end of a target. Throws UsageError. */
export function parseQuery(target: string): ScenarioQuery {
  const at = target.indexOf('?')
  if (at < 0) return {}
  const problems: Problem[] = []
  let query: ScenarioQuery = {}
  for (const part of target.slice(at + 1).split('&')) {
    const [, name, value = ''] = /^(\w+)=(.+)$/.exec(part) ?? []
    if (name === 'variant') query = { ...query, variant: value }
    else if (name === 'ticks') {
      const ticks = Number(value)
      if (isWithin(ticks, RECORDED_TICKS) && Number.isInteger(ticks)) query = { ...query, ticks }
      else problems.push(notAllowed('ticks', value, rangeText(RECORDED_TICKS)))
    } else if (name === 'disk') {
      const disk = DISK.find((each) => each === value)
      if (disk === undefined) problems.push(notAllowed('disk', value, choices(DISK)))
      else query = { ...query, disk }
    } else if (name === 'interrupts') {
      const interrupts = INTERRUPTS.find((each) => each === value)
      if (interrupts === undefined) problems.push(notAllowed('interrupts', value, choices(INTERRUPTS)))
      else query = { ...query, interrupts }
    } else problems.push(notAllowed('target', part, ALLOWED))
  }
  if (problems.length > 0) throw new UsageError(problems)
  return query
}

/** How time passes then: without free ticks if interrupts are polled. Throws UsageError if one choice rules out another. */
export function timeOf(asked: TimeChoices): MachineTime {
  const { interrupts = DEFAULT_TIME.interrupts, disk = DEFAULT_TIME.disk } = asked
  const { ticks = defaultTicks(interrupts) } = asked
  const time = { ...DEFAULT_TIME, freeTicks: ticks, disk, interrupts }
  if (interrupts !== 'polled') return time
  const why = 'with polled interrupts, ticks and the disk come when nothing else can happen'
  if (time.freeTicks > 0) throw new UsageError([notAllowed('--ticks', time.freeTicks, `0: ${why}`)])
  if (time.disk !== 'due') throw new UsageError([notAllowed('--disk', time.disk, `'due': ${why}`)])
  return time
}

function defaultTicks(interrupts: TimeChoices['interrupts']): number {
  return interrupts === 'polled' ? 0 : DEFAULT_TIME.freeTicks
}
