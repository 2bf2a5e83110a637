import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import type { Problem } from '../scenario/problem.js'
import { isWithin, rangeText } from '../scenario/limits.js'
import type { Range } from '../scenario/limits.js'
import { DEFAULT_TIME } from './machine-time.js'
import type { MachineTime } from './machine-time.js'

/** How time passes, as a user says it. */
export interface TimeChoices {
  /** Ticks that an execution may have at any point, besides those of an idle machine. */
  readonly ticks?: number
  /** When a transfer may complete. */
  readonly disk?: MachineTime['disk']
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
export const DISK: readonly MachineTime['disk'][] = ['due', 'any']

/** `?variant=a&ticks=3&disk=any`, or nothing: what the id of a subject has after the name of its scenario. */
export function queryText({ variant = '', ticks, disk }: ScenarioQuery): string {
  const parts = [
    variant === '' ? '' : `variant=${variant}`,
    ticks === undefined || ticks === DEFAULT_TIME.freeTicks ? '' : `ticks=${ticks}`,
    disk === undefined || disk === DEFAULT_TIME.disk ? '' : `disk=${disk}`,
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
    } else problems.push(notAllowed('target', part, 'variant=<names>, ticks=<n> or disk=<when>'))
  }
  if (problems.length > 0) throw new UsageError(problems)
  return query
}

/** How time passes then. */
export function timeOf({ ticks, disk }: TimeChoices): MachineTime {
  return {
    ...DEFAULT_TIME,
    ...(ticks === undefined ? {} : { freeTicks: ticks }),
    ...(disk === undefined ? {} : { disk }),
  }
}
