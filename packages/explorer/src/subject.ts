import type { Site } from '@holdfast/compiler'
import type { Observer } from './engine/observer.js'
import type { EngineOptions } from './engine/options.js'
import type { Target } from './engine/target.js'

/** What is explored, with all that is needed to name it, check it and explain it. */
export interface Subject {
  /** How to name it again: `program:lastzero?n=5`, `./my-program.ts?n=2`, `scenario:hold-storm`. One word. */
  readonly id: string
  /** Hash of the build: instrumented code, variant, parameters, initial memory. */
  readonly hash: string
  readonly target: Target
  readonly options: Partial<EngineOptions>
  /** Place of each site, by number. */
  readonly sites: readonly Site[]
  /** What else it takes to make it again, as JSON: a scenario. Goes into the files of its findings. */
  readonly data?: unknown
  /** What no execution of it has, though what it models might, as the end of a sentence: `ticks coming when all idle`. Left out: nothing. */
  readonly bound?: string
  /** Fresh checkers. */
  observers(): Observer[]
  /** Smaller subjects that may show the same fault (fewer threads or operations), the smallest step first. */
  smaller?(): Iterable<Subject>
}
