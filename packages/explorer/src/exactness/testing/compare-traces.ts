import type { EngineOptions } from '../../engine/options.js'
import { explore } from '../../explore.js'
import type { Params } from '../../program/define.js'
import { programSubject } from '../../program/program-subject.js'
import { Dfs } from '../../strategies/dfs.js'
import { RandomWalk } from '../../strategies/random-walk.js'
import { makeStrategy } from '../../strategies/registry.js'
import { input } from './in-node.js'
import { TraceForms } from './trace-forms.js'

/** A program in a size, whose traces by dpor are compared with those of other strategies. */
export interface Comparison {
  readonly program: string
  readonly params: Params
  readonly engine: Partial<EngineOptions>
  /** Random walks to compare with; 0: all interleavings. */
  readonly walks: number
}

/** How they differ: not at all, if the traces visited are as many as the executions and the rest is empty. */
export interface Compared {
  readonly executions: number
  readonly traces: number
  readonly abandoned: number
  /** Both searches came to their end. */
  readonly complete: boolean
  /** Traces that dpor does not visit, and those that only it does. */
  readonly missed: readonly string[]
  readonly invented: readonly string[]
  /** Whether both say the same of which traces are buggy. */
  readonly agree: boolean
}

/** So many interleavings are few; programs that have more are to be given walks. */
const FEW = 60_000

async function compare({ program, params, engine, walks }: Comparison): Promise<Compared> {
  const { target } = await programSubject(program, params)
  const visited = new TraceForms()
  const found = explore(target, { strategy: makeStrategy('dpor'), observers: [visited], engine })
  const other = new TraceForms()
  const strategy = walks === 0 ? new Dfs() : new RandomWalk(5)
  const all = explore(target, { strategy, observers: [other], engine, executions: walks === 0 ? FEW : walks })
  return {
    executions: found.executions,
    traces: visited.seen.size,
    abandoned: found.abandoned,
    complete: found.complete && (walks > 0 || all.complete),
    missed: [...other.seen.keys()].filter((form) => !visited.seen.has(form)).slice(0, 3),
    invented: walks > 0 ? [] : [...visited.seen.keys()].filter((form) => !other.seen.has(form)).slice(0, 3),
    agree: [...other.seen.keys()].every((form) => visited.buggy.has(form) === other.buggy.has(form)),
  }
}

const compared: Compared[] = []
for (const row of (await input()) as Comparison[]) compared.push(await compare(row))
console.log(JSON.stringify(compared))
