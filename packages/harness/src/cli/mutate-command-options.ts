import { mutatedFiles } from '../mutate/mutated-files.js'
import { OPERATORS } from '../mutate/operators/index.js'
import { RUN_SECONDS, SEED } from '../scenario/limits.js'
import type { Range } from '../scenario/limits.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import type { Operator } from '../mutate/mutant.js'
import type { Problem } from '../scenario/problem.js'
import { parseNumber } from './options.js'

/** Options of `mutate` as they come: text, or absent. */
export interface MutateFlags {
  readonly files?: string
  readonly operators?: string
  readonly only?: string
  readonly sample?: string
  readonly seed?: string
  readonly executions?: string
  readonly budget?: string
  readonly jobs?: string
  readonly list?: boolean
  readonly json?: boolean
}

/** The same, checked. */
export interface MutateChoices {
  readonly files: readonly string[]
  readonly operators: readonly Operator[]
  /** Ids; undefined: all. */
  readonly only: readonly string[] | undefined
  readonly sample: number | undefined
  readonly seed: number
  readonly executions: number
  readonly seconds: number | undefined
  readonly jobs: number
  readonly list: boolean
  readonly json: boolean
}

export const DEFAULT_EXECUTIONS = 600

const SAMPLE: Range = { min: 1, max: 1_000_000 }
const EXECUTIONS: Range = { min: 1, max: 1_000_000_000 }
const JOBS: Range = { min: 1, max: 256 }

/** Checks all options at once. Throws UsageError with every problem found. */
export function parseMutateFlags(flags: MutateFlags): MutateChoices {
  const problems: Problem[] = []
  const number = (name: string, text: string | undefined, range: Range, whole = true): number | undefined => {
    if (text === undefined) return undefined
    try {
      return parseNumber(name, text, range, whole)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const all = mutatedFiles()
  const files = named('--files', flags.files, all, (path) => path, problems)
  const operators = named('--operators', flags.operators, OPERATORS, ({ name }) => name, problems)
  const parsed: MutateChoices = {
    files,
    operators,
    only: flags.only?.split(',').map((id) => id.trim()),
    sample: number('--sample', flags.sample, SAMPLE),
    seed: number('--seed', flags.seed, SEED) ?? 1,
    executions: number('--executions', flags.executions, EXECUTIONS) ?? DEFAULT_EXECUTIONS,
    seconds: number('--budget', flags.budget, RUN_SECONDS, false),
    jobs: number('--jobs', flags.jobs, JOBS) ?? 1,
    list: flags.list ?? false,
    json: flags.json ?? false,
  }
  if (problems.length > 0) throw new UsageError(problems)
  return parsed
}

/** Those whose name is given, or, of a path, a part of it without its ending: `uvm-glue`, `kern-sleepq`. */
function named<Item>(
  option: string,
  list: string | undefined,
  all: readonly Item[],
  nameOf: (item: Item) => string,
  problems: Problem[],
): readonly Item[] {
  if (list === undefined) return all
  const chosen = new Set<Item>()
  for (const name of list.split(',')) {
    const found = all.filter((item) => nameOf(item).replace(/\.ts$/, '').split('/').includes(name.trim()))
    if (found.length === 0) {
      const names = new Set(all.flatMap((item) => nameOf(item).replace(/\.ts$/, '').split('/').slice(-1)))
      problems.push(
        notAllowed(option, name, choices([...(option === '--files' ? ['uvm-glue'] : []), ...names])),
      )
    }
    for (const item of found) chosen.add(item)
  }
  return all.filter((item) => chosen.has(item))
}
