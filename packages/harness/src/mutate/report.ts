import type { Catch, Outcome, Tried } from './outcome.js'

/** A mutant that nothing caught. */
interface Survivor {
  readonly id: string
  readonly place: string
  readonly reason: string
  readonly before: string
  readonly after: string
}

/** What a run of mutants came to. */
export interface MutateResult {
  readonly command: 'mutate'
  /** Mutants that compile and were tried. */
  readonly generated: number
  readonly caught: number
  readonly equivalent: number
  readonly rejected: number
  readonly survivors: readonly Survivor[]
  /** Share caught of those that are not equivalent, from 0 to 1; null if there is none. */
  readonly score: number | null
  /** By operator, and by file. */
  readonly operators: Readonly<Record<string, Counts>>
  readonly files: Readonly<Record<string, Counts>>
  /** How often each verdict caught one. */
  readonly verdicts: Readonly<Record<string, number>>
  readonly mutants: readonly MutantRow[]
}

export interface Counts {
  readonly generated: number
  readonly caught: number
  readonly equivalent: number
}

interface MutantRow {
  readonly id: string
  readonly status: Outcome['status']
  readonly by?: Catch
  readonly reason?: string
}

export function resultOf(tried: readonly Tried[]): MutateResult {
  const { generated, caught, equivalent } = countsOf(tried)
  const verdicts: Record<string, number> = {}
  for (const { outcome } of tried)
    if (outcome.status === 'caught') verdicts[outcome.by.verdict] = (verdicts[outcome.by.verdict] ?? 0) + 1
  return {
    command: 'mutate',
    generated,
    caught,
    equivalent,
    rejected: tried.length - generated,
    survivors: tried.flatMap(survivorOf),
    score: scoreOf({ generated, caught, equivalent }),
    operators: by(tried, ({ mutant }) => mutant.operator),
    files: by(tried, ({ mutant }) => mutant.file),
    verdicts,
    mutants: tried.map(({ mutant: { id }, outcome }) => ({
      id,
      status: outcome.status,
      ...(outcome.status === 'caught' ? { by: outcome.by } : { reason: outcome.reason }),
    })),
  }
}

/** Share caught of those that are not equivalent; null if there is none. */
export function scoreOf({ generated, caught, equivalent }: Counts): number | null {
  const real = generated - equivalent
  return real === 0 ? null : Math.round((caught / real) * 1000) / 1000
}

function countsOf(tried: readonly Tried[]): Counts {
  const count = (status: Outcome['status']): number =>
    tried.filter(({ outcome }) => outcome.status === status).length
  return {
    generated: tried.length - count('rejected'),
    caught: count('caught'),
    equivalent: count('equivalent'),
  }
}

function survivorOf({ mutant, outcome }: Tried): Survivor[] {
  if (outcome.status !== 'survived') return []
  const { id, file, line, cName, before, after } = mutant
  return [{ id, place: `${cName} (${file}:${line})`, reason: outcome.reason, before, after }]
}

function by(tried: readonly Tried[], key: (one: Tried) => string): Record<string, Counts> {
  const keys = [...new Set(tried.map(key))]
  return Object.fromEntries(keys.map((each) => [each, countsOf(tried.filter((one) => key(one) === each))]))
}
