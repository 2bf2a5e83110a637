import { strategyNames } from '@holdfast/explorer'
import type { EngineOptions } from '@holdfast/explorer'
import { DISK, INTERRUPTS, TICKS } from '../explore/subject/scenario-query.js'
import type { TimeChoices } from '../explore/subject/scenario-query.js'
import { RUN_SECONDS, SEED } from '../scenario/limits.js'
import { isModulePath } from '../scenario/import-default.js'
import type { Range } from '../scenario/limits.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import type { Problem } from '../scenario/problem.js'
import { parseNumber } from './options.js'

/** Options of `explore` as they come: text, or absent. */
export interface ExploreFlags {
  readonly strategy?: string
  readonly seed?: string
  readonly executions?: string
  readonly seconds?: string
  readonly bound?: string
  readonly preemptions?: string
  readonly delays?: string
  readonly depth?: string
  readonly param?: readonly string[]
  readonly jobs?: string
  readonly expiry?: string
  readonly wake?: string
  readonly spurious?: string
  readonly stepLimit?: string
  readonly memoryModel?: string
  readonly ticks?: string
  readonly disk?: string
  readonly interrupts?: string
  readonly variant?: string
  readonly checker?: readonly string[]
  readonly all?: boolean
  readonly maxFindings?: string
  readonly shrink?: boolean
  readonly out?: string
  readonly json?: boolean
  readonly junit?: string
  readonly github?: boolean
}

/** The same, checked. */
export interface ExploreChoices {
  readonly strategy: string | undefined
  readonly seed: number
  readonly executions: number | undefined
  readonly seconds: number | undefined
  readonly bound: number | undefined
  readonly depth: number | undefined
  readonly params: Readonly<Record<string, number>>
  readonly jobs: number
  readonly engine: Partial<EngineOptions>
  readonly time: TimeChoices
  readonly variant: string | undefined
  readonly checkers: readonly string[]
  readonly all: boolean
  readonly maxFindings: number | undefined
  readonly shrink: boolean
  readonly out: string
  readonly json: boolean
}

export const DEFAULT_OUT = 'holdfast-findings'

const EXPIRY: readonly EngineOptions['expiry'][] = ['always', 'idle']
const WAKE: readonly EngineOptions['wake'][] = ['fifo', 'any']
const MEMORY_MODEL: readonly EngineOptions['memoryModel'][] = ['sc', 'tso']
const EXECUTIONS: Range = { min: 1, max: 1_000_000_000_000 }
const BOUND: Range = { min: 0, max: 1_000 }
const DEPTH: Range = { min: 1, max: 1_000 }
export const JOBS: Range = { min: 1, max: 256 }
const SPURIOUS: Range = { min: 0, max: 1_000 }
const STEP_LIMIT: Range = { min: 1, max: 100_000_000 }
const FINDINGS: Range = { min: 1, max: 10_000 }

/** Checks all options at once. Throws UsageError with every problem found. */
export function parseExploreFlags(flags: ExploreFlags): ExploreChoices {
  const problems: Problem[] = []
  const checked = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const number = (name: string, text: string | undefined, range: Range, whole = true): number | undefined =>
    text === undefined ? undefined : checked(() => parseNumber(name, text, range, whole))
  const oneOf = <T extends string>(
    name: string,
    text: string | undefined,
    allowed: readonly T[],
  ): T | undefined => {
    if (text === undefined) return undefined
    const found = allowed.find((each) => each === text)
    if (found === undefined) problems.push(notAllowed(name, text, choices(allowed)))
    return found
  }
  const bounds = [
    { name: '--bound', value: number('--bound', flags.bound, BOUND), of: undefined },
    {
      name: '--preemptions',
      value: number('--preemptions', flags.preemptions, BOUND),
      of: 'preemption-bound',
    },
    { name: '--delays', value: number('--delays', flags.delays, BOUND), of: 'delay-bound' },
  ].filter(({ value }) => value !== undefined)
  if (bounds.length > 1)
    problems.push({
      path: bounds.map(({ name }) => name).join(' and '),
      message: 'only one of them is allowed',
    })
  const own = flags.strategy !== undefined && isModulePath(flags.strategy) ? flags.strategy : undefined
  const named =
    own ??
    oneOf(
      '--strategy',
      flags.strategy,
      strategyNames().filter((name) => name !== 'replay'),
    )
  const [bound] = bounds
  if (bound?.of !== undefined && named !== undefined && named !== bound.of)
    problems.push(notAllowed('--strategy', named, `${bound.of}, which ${bound.name} means`))
  if (
    bound !== undefined &&
    bound.of === undefined &&
    named !== undefined &&
    named !== own &&
    !BOUNDED.has(named)
  )
    problems.push(notAllowed('--bound', bound.value, `it is for ${choices([...BOUNDED])}`))
  const depth = number('--depth', flags.depth, DEPTH)
  if (depth !== undefined && named !== undefined && named !== own && named !== 'pct')
    problems.push(notAllowed('--depth', depth, 'it is for pct'))
  const parsed: ExploreChoices = {
    strategy: bound?.of ?? named ?? (depth === undefined ? undefined : 'pct'),
    seed: number('--seed', flags.seed, SEED) ?? 1,
    executions: number('--executions', flags.executions, EXECUTIONS),
    seconds: number('--seconds', flags.seconds, RUN_SECONDS, false),
    bound: bound?.value,
    depth,
    params: checked(() => parseParams(flags.param ?? [])) ?? {},
    jobs: number('--jobs', flags.jobs, JOBS) ?? 1,
    engine: {
      ...optional('expiry', oneOf('--expiry', flags.expiry, EXPIRY)),
      ...optional('wake', oneOf('--wake', flags.wake, WAKE)),
      ...optional('spurious', number('--spurious', flags.spurious, SPURIOUS)),
      ...optional('stepLimit', number('--step-limit', flags.stepLimit, STEP_LIMIT)),
      ...optional('memoryModel', oneOf('--memory-model', flags.memoryModel, MEMORY_MODEL)),
    },
    time: {
      ...optional('ticks', number('--ticks', flags.ticks, TICKS)),
      ...optional('disk', oneOf('--disk', flags.disk, DISK)),
      ...optional('interrupts', oneOf('--interrupts', flags.interrupts, INTERRUPTS)),
    },
    variant: flags.variant,
    checkers: flags.checker ?? [],
    all: flags.all ?? false,
    maxFindings: number('--max-findings', flags.maxFindings, FINDINGS),
    shrink: flags.shrink ?? true,
    out: flags.out ?? DEFAULT_OUT,
    json: flags.json ?? false,
  }
  if (problems.length > 0) throw new UsageError(problems)
  return parsed
}

const BOUNDED = new Set(['preemption-bound', 'delay-bound'])

/** A field that is left out where nothing was given. */
function optional<K extends string, T>(name: K, value: T | undefined): { readonly [N in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in K]: T })
}

/** `n=10`, each name once. */
function parseParams(texts: readonly string[]): Record<string, number> {
  const params: Record<string, number> = {}
  for (const text of texts) {
    const [, name, value] = /^([A-Za-z_]\w*)=(-?\d+)$/.exec(text) ?? []
    if (name === undefined) throw new UsageError([notAllowed('--param', text, 'name=number, such as n=3')])
    if (name in params) throw new UsageError([notAllowed('--param', text, 'each parameter once')])
    params[name] = Number(value)
  }
  return params
}
