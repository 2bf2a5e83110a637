import type { Mutant } from './mutant.js'

/** What a really parallel run with its sanitizer made of a mutant. */
export interface ParallelCatch {
  readonly caught: boolean
  /** What it reported first; undefined if nothing. */
  readonly verdict?: string
  readonly seconds: number
}

/** Runs the mutant on workers, with the sanitizer on; null: that cannot be done (yet). */
export type ParallelRun = (mutant: Mutant) => Promise<ParallelCatch | null>

/** There is no sanitize build of patched kernels yet. */
export const parallelCatch: ParallelRun = () => Promise.resolve(null)
