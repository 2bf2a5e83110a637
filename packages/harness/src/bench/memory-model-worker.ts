/** Measures what a point costs under sc and under tso, in turns: reads a {@link ModelCase}, prints {@link ModelCosts}. */
import { explore, makeStrategy, programSubject } from '@holdfast/explorer'
import type { Subject } from '@holdfast/explorer'
import { kernelSubject } from '../explore/subject/kernel-subject.js'

export interface ModelCase {
  /** `program:lamport`, or `scenario:hold-vs-swapper`. */
  readonly what: string
  readonly strategy: 'random' | 'pos' | 'dfs' | 'dpor'
  /** Executions of a round, of each model. */
  readonly executions: number
  /** Rounds: that many of each model, one after the other. The first of each is not counted. */
  readonly rounds: number
}

/** Seconds of CPU time a point, by model: of the best round. */
export interface ModelCosts {
  readonly sc: number
  readonly tso: number
}

const MODELS = ['sc', 'tso'] as const

const given = JSON.parse(process.argv[2] as string) as ModelCase
console.log(JSON.stringify(measure(given, await subjectOf(given.what))))

async function subjectOf(what: string): Promise<Subject> {
  return what.startsWith('program:') ? programSubject(what) : kernelSubject(what)
}

function measure({ strategy, executions, rounds }: ModelCase, subject: Subject): ModelCosts {
  const best = { sc: Infinity, tso: Infinity }
  for (let round = 0; round < rounds; round++) {
    for (const memoryModel of MODELS) {
      const started = process.cpuUsage()
      const { points } = explore(subject.target, {
        strategy: makeStrategy(strategy, { seed: 1 }),
        engine: { ...subject.options, memoryModel },
        executions,
      })
      const { user, system } = process.cpuUsage(started)
      if (round > 0) best[memoryModel] = Math.min(best[memoryModel], (user + system) / 1e6 / points)
    }
  }
  return best
}
