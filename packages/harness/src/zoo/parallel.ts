import type { Verdict } from '@holdfast/explorer'
import { UsageError } from '../scenario/problem.js'
import { patchesOf } from '../explore/subject/variants.js'
import { SCENARIOS } from '../scenarios/index.js'
import { runSanitized } from '../sanitize/run-sanitized.js'
import type { Mutant } from './mutant.js'
import { isProgram } from './trial.js'

/** What a really parallel run with its sanitizer showed first. */
export interface ParallelCatch {
  readonly verdict: Verdict
  readonly message: string
  /** From the start of the machine on. */
  readonly seconds: number
}

/** A kernel under one of the scenarios of `holdfast run`. */
export interface ParallelSubject {
  readonly scenario: string
  /** Names of corrections and mutants, separated by commas. */
  readonly variant: string
}

/** Runs the kernel on workers, with the sanitizer and random delays; null: nothing was found in {@link PARALLEL_SECONDS}. */
export type ParallelRun = (subject: ParallelSubject, signal: AbortSignal) => Promise<ParallelCatch | null>

/** Seconds that each mutant and each twin is given in parallel. */
export const PARALLEL_SECONDS = 4
const CPUS = 2

/** Where most happens at once. */
const DEFAULT_SCENARIO = 'memory-pressure'

/** What runs of a mutant in parallel; undefined: it is one of a program, which has no kernel. Small scenarios end too soon, so it is a larger one. */
export function parallelSubjectOf(mutant: Mutant): ParallelSubject | undefined {
  if (isProgram(mutant)) return undefined
  const names = [mutant.corrections, mutant.id].filter((name) => name !== undefined)
  return { scenario: mutant.parallelScenario ?? DEFAULT_SCENARIO, variant: names.join(',') }
}

/** The same without the mutant. */
export function parallelTwinOf(mutant: Mutant): ParallelSubject | undefined {
  const subject = parallelSubjectOf(mutant)
  return subject === undefined ? undefined : { ...subject, variant: mutant.corrections ?? '' }
}

/** See {@link ParallelRun}. Every worker is gone when it returns. */
export const parallelCatch: ParallelRun = async ({ scenario, variant }, signal) => {
  const found = SCENARIOS.find(({ name }) => name === scenario)
  if (found === undefined)
    throw new UsageError([{ path: 'parallelScenario', message: `no scenario is called ${scenario}` }])
  const { findings, seconds } = await runSanitized(found, {
    patches: patchesOf(variant),
    changes: { cpus: CPUS },
    seconds: PARALLEL_SECONDS,
    plainSeconds: 0,
    chaos: true,
    untilFound: true,
    signal,
  })
  const [first] = findings.toSorted(
    (one, other) => (one.firstSeconds ?? seconds) - (other.firstSeconds ?? seconds),
  )
  if (first === undefined) return null
  return { verdict: first.verdict, message: first.message, seconds: first.firstSeconds ?? seconds }
}
