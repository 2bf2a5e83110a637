import { plural, table } from '../report/table.js'
import type { Column } from '../report/table.js'
import type { ParallelTwin, Shown, Twin, Zoo } from './run-zoo.js'
import { STRATEGY_NAMES } from './trial.js'
import type { StrategyName, Tried } from './trial.js'

/** What a strategy did to a mutant, as `--json` tells it. */
interface StrategySummary {
  readonly caught: boolean
  readonly checker: string | null
  readonly executions: number
  readonly seconds: number
}

/** A row of `--json`. */
interface MutantSummary {
  readonly id: string
  readonly caught: boolean
  /** Verdict of the checker that caught it; null: none. */
  readonly checker: string | null
  /** The strategy that took fewest executions, and what it took up to the first catch. */
  readonly strategy: string | null
  readonly executions: number
  readonly seconds: number
  /** Of the schedule, shrunk; null: not caught. */
  readonly preemptions: number | null
  /** What the sanitizer found first in parallel, and when; false: nothing in the seconds it had; null: not run (programs, `--quick`). */
  readonly parallel: { readonly verdict: string; readonly seconds: number } | false | null
  readonly expected: readonly string[]
  readonly asExpected: boolean
  readonly target: string
  readonly corrections: string | null
  /** null: cannot run on this target. */
  readonly strategies: Readonly<Record<StrategyName, StrategySummary | null>>
}

/** What `--json` prints. */
export interface ZooResult {
  readonly command: 'zoo'
  readonly mutants: readonly MutantSummary[]
  /** Twins in which something was found, in parallel or not. */
  readonly falseAlarms: number
  readonly twins: readonly Twin[]
  readonly parallelTwins: readonly ParallelTwin[]
  readonly seconds: number
  readonly interrupted: boolean
}

/** Every mutant was caught, by a verdict that was expected, and nothing was found without them. */
export function isSound(zoo: Zoo): boolean {
  const caught = zoo.shown.every(({ best, isExpected }) => best !== undefined && isExpected)
  return !zoo.interrupted && caught && alarmsOf(zoo).length === 0
}

/** Twins in which something was found: explored, then in parallel. */
export function alarmsOf({ twins, parallelTwins }: Zoo): ParallelTwin[] {
  const parallel = parallelTwins.map((twin) => ({ ...twin, name: `${twin.name}, in parallel` }))
  return [...twins, ...parallel].filter(({ found }) => found.length > 0)
}

export function zooJson(zoo: Zoo): ZooResult {
  const { shown, twins, parallelTwins, seconds, interrupted } = zoo
  return {
    command: 'zoo',
    mutants: shown.map((each) => summaryOf(each)),
    falseAlarms: alarmsOf(zoo).length,
    twins,
    parallelTwins,
    seconds: rounded(seconds),
    interrupted,
  }
}

function summaryOf({ mutant, tried, best, isExpected, preemptions, parallel }: Shown): MutantSummary {
  const strategies = STRATEGY_NAMES.map((name) => {
    const own = tried.find((each) => each.name === name)
    return [name, own === undefined ? null : strategySummary(own)] as const
  })
  return {
    id: mutant.id,
    caught: best !== undefined,
    checker: best?.caught?.verdict ?? null,
    strategy: best?.name ?? null,
    executions: best?.executions ?? tried.reduce((sum, { executions }) => sum + executions, 0),
    seconds: rounded(best?.seconds ?? tried.reduce((sum, each) => sum + each.seconds, 0)),
    preemptions: preemptions ?? null,
    parallel: parallelSummary(parallel),
    expected: mutant.expected,
    asExpected: isExpected,
    target: mutant.target,
    corrections: mutant.corrections ?? null,
    strategies: Object.fromEntries(strategies) as MutantSummary['strategies'],
  }
}

function parallelSummary(parallel: Shown['parallel']): MutantSummary['parallel'] {
  if (parallel === undefined) return null
  return parallel === null ? false : { verdict: parallel.verdict, seconds: rounded(parallel.seconds) }
}

function strategySummary({ caught, executions, seconds }: Tried): StrategySummary {
  return {
    caught: caught !== undefined,
    checker: caught?.verdict ?? null,
    executions,
    seconds: rounded(seconds),
  }
}

/** For people: the table, what was not as expected, and a line that sums up. */
export function zooReport(zoo: Zoo): string {
  const { shown, twins, seconds, interrupted } = zoo
  const caught = shown.filter(({ best }) => best !== undefined).length
  const lines = shown.length === 0 ? [] : [...table(columnsOf(shown), shown), '']
  const unexpected = shown
    .filter(({ best, isExpected }) => best !== undefined && !isExpected)
    .map(({ mutant, tried }) => {
      const got = new Set(tried.flatMap((each) => each.caught?.verdict ?? []))
      return `${mutant.id}: caught by ${[...got].join(', ')}; expected was ${mutant.expected.join(' or ')}`
    })
  const missed = shown
    .filter(({ best }) => best === undefined)
    .map(({ mutant }) => `${mutant.id}: NOT CAUGHT: ${mutant.about}`)
  const alarms = alarmsOf(zoo).flatMap(({ name, found }) =>
    found.slice(0, 1).map(({ verdict, message }) => `without mutants, ${name}: ${verdict}: ${message}`),
  )
  const executions = twins.reduce((sum, twin) => sum + twin.executions, 0)
  const sum =
    `${caught} of ${plural(shown.length, 'mutant')} caught in ${seconds.toFixed(0)} s; ` +
    `${plural(alarms.length, 'false alarm')} in ${plural(executions, 'execution')} of ${plural(twins.length, 'twin')}.`
  const note = interrupted ? ['Interrupted: what had been done until then.'] : []
  return [...lines, ...missed, ...unexpected, ...alarms, ...note, sum].join('\n')
}

/** Executions up to the catch, and the seconds: `41 (0.3 s)`. */
function cellOf({ tried }: Shown, name: StrategyName): string {
  const own = tried.find((each) => each.name === name)
  if (own === undefined) return '-'
  if (own.caught !== undefined) return `${own.executions} (${own.seconds.toFixed(1)} s)`
  return own.complete ? 'holds' : `not in ${own.executions}`
}

function columnsOf(shown: readonly Shown[]): Column<Shown>[] {
  const strategies = STRATEGY_NAMES.filter((name) =>
    shown.some(({ tried }) => tried.some((each) => each.name === name)),
  ).map((name) => ({
    title: name,
    align: 'right' as const,
    cell: (row: Shown) => cellOf(row, name),
  }))
  return [
    { title: 'Mutant', align: 'left', cell: ({ mutant }) => mutant.id },
    { title: 'Caught by', align: 'left', cell: ({ best }) => best?.caught?.verdict ?? 'NOT CAUGHT' },
    ...strategies,
    { title: 'Preemptions', align: 'right', cell: ({ preemptions }) => String(preemptions ?? '-') },
    { title: 'In parallel', align: 'left', cell: parallelText },
  ]
}

export function parallelText({ parallel }: Shown): string {
  if (parallel === undefined) return '-'
  return parallel === null ? 'no' : `${parallel.verdict} (${parallel.seconds.toFixed(1)} s)`
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
