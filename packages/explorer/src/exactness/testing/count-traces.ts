import { explore } from '../../explore.js'
import { programSubject } from '../../program/program-subject.js'
import { makeStrategy } from '../../strategies/registry.js'
import type { TraceRow } from '../table.js'
import { input } from './in-node.js'
import { TraceForms } from './trace-forms.js'

/** What dpor came to on a row of the table. */
export interface Counted {
  readonly executions: number
  readonly complete: boolean
  readonly blocked: number
  readonly abandoned: number
  readonly cut: number
  readonly buggy: number
  /** Traces that are pairwise inequivalent; null where there are too many to keep. */
  readonly distinct: number | null
}

/** Beyond it the forms of all traces are not kept: counting is enough there. */
const MOST_FORMS = 20_000

async function count({ program, params, traces }: TraceRow): Promise<Counted> {
  const { target } = await programSubject(program, params)
  const forms = new TraceForms()
  const observers = traces <= MOST_FORMS ? [forms] : []
  const { executions, complete, blocked, abandoned, cut, buggy } = explore(target, {
    strategy: makeStrategy('dpor'),
    observers,
    executions: 2 * traces + 100, // more is wrong, and need not be waited for
  })
  const distinct = observers.length === 0 ? null : forms.seen.size
  return { executions, complete, blocked, abandoned, cut, buggy, distinct }
}

const counted: Counted[] = []
for (const row of (await input()) as TraceRow[]) counted.push(await count(row))
console.log(JSON.stringify(counted))
