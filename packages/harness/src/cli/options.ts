import {
  CLOCK_RATE,
  CPUS,
  LWPS,
  MAXSLP,
  MEMORY,
  type Range,
  RUN_SECONDS,
  SEED,
  isWithin,
  rangeText,
} from '../scenario/limits.js'
import { notAllowed, UsageError } from '../scenario/problem.js'

/** Options of `run` as they come: text, or absent. */
export interface RunFlags {
  readonly cpus?: string
  readonly lwps?: string
  readonly memory?: string
  readonly maxslp?: string
  readonly clockRate?: string
  readonly seconds?: string
  readonly seed?: string
  readonly preempt?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly sanitize?: boolean
  readonly chaos?: boolean
  readonly all?: boolean
  readonly variant?: string
}

/** The same, checked. What is undefined is left to the scenario. */
export interface RunChoices {
  readonly cpus: number | undefined
  readonly lwps: number | undefined
  readonly memory: number | undefined
  readonly maxslp: number | undefined
  readonly clockRate: number | undefined
  readonly preempt: boolean | undefined
  readonly seconds: number
  readonly seed: number
  readonly json: boolean
  /** Path of the lock report. */
  readonly report: string | undefined
}

export const DEFAULT_SECONDS = 10
export const DEFAULT_SEED = 1

/** Checks all options at once. Throws UsageError with every problem found. */
export function parseRunFlags(flags: RunFlags, defaultSeconds = DEFAULT_SECONDS): RunChoices {
  const problems: ReturnType<typeof notAllowed>[] = []
  const number = (name: string, text: string | undefined, range: Range, whole = true): number | undefined => {
    if (text === undefined) return undefined
    try {
      return parseNumber(name, text, range, whole)
    } catch (error) {
      problems.push(...(error as UsageError).problems)
      return undefined
    }
  }
  const choices = {
    cpus: number('--cpus', flags.cpus, CPUS),
    lwps: number('--lwps', flags.lwps, LWPS),
    memory: number('--memory', flags.memory, MEMORY),
    maxslp: number('--maxslp', flags.maxslp, MAXSLP),
    clockRate: number('--clock-rate', flags.clockRate, CLOCK_RATE, false),
    preempt: flags.preempt,
    seconds: number('--seconds', flags.seconds, RUN_SECONDS, false) ?? defaultSeconds,
    seed: number('--seed', flags.seed, SEED) ?? DEFAULT_SEED,
    json: flags.json ?? false,
    report: flags.report,
  }
  if (problems.length > 0) throw new UsageError(problems)
  return choices
}

/** A list such as `1,2,4`. Throws UsageError. */
export function parseCpuList(text: string): number[] {
  const sizes = text.split(',').map((each) => parseNumber('--cpus', each.trim(), CPUS, true))
  const twice = sizes.find((size, index) => sizes.indexOf(size) !== index)
  if (twice !== undefined) throw new UsageError([notAllowed('--cpus', twice, 'each size once')])
  return sizes
}

/** A number in a range, from text. Throws UsageError. */
export function parseNumber(name: string, text: string, range: Range, whole: boolean): number {
  const kind = whole ? 'a whole number' : 'a number'
  const pattern = whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/
  if (!pattern.test(text)) throw new UsageError([notAllowed(name, text, `${kind}, ${rangeText(range)}`)])
  const value = Number(text)
  if (!isWithin(value, range)) throw new UsageError([notAllowed(name, value, rangeText(range))])
  return value
}
