import type { Patch } from '@holdfast/compiler'
import type { Params, Verdict } from '@holdfast/explorer'
import type { PeriodSpec } from '../explore/verify/period.js'

/** How sure the history of a fault is: seen in the sources or the commit; in part; recalled only; or a textbook's. */
type Confidence = 'verified' | 'partly verified' | 'recalled' | 'textbook'

/** Where the history of a fault is from. */
export interface Source {
  /** Who, when, which file, problem report or ticket. */
  readonly text: string
  readonly confidence: Confidence
}

/** A historic fault as a few small changes of the source, and what is expected of the instruments. Plain data. */
export interface Mutant {
  /** Unique, kebab-case. `--variant <id>` names it too. */
  readonly id: string
  /** The fault in one sentence: who does what wrong. */
  readonly about: string
  /** What happened, or happens with such a fault. */
  readonly story: string
  readonly source: Source
  readonly patches: readonly Patch[]
  /** What reveals it: `scenario:<name>` or `program:<name>`. */
  readonly target: string
  /** Parameters of a program. */
  readonly params?: Params
  /**
   * Corrections of faults that 1.137 has itself, and that the target would show too: separated by commas. The mutant stands on top of them; the
   * kernel with them alone is its twin, in which nothing is to be found.
   */
  readonly corrections?: string
  /** Near what text of the kernel CPUs are held up, where that is not the first that it changes. */
  readonly near?: Pick<Patch, 'file' | 'find'>
  /** Where a bounded search looks, of a scenario, with at most so many preemptions, and for how many executions: for faults too rare for samples. */
  readonly window?: PeriodSpec & { readonly bound: number; readonly executions: number }
  /** The scenario of `holdfast run` that shows it in parallel, with the sanitizer. Default: memory-pressure; a program has none. */
  readonly parallelScenario?: string
  /** Verdicts any of which is the right one. */
  readonly expected: readonly [Verdict, ...Verdict[]]
  /** Executions that each strategy is given; trial.ts has the default. */
  readonly executions?: number
  /** One of those that `--quick` runs. */
  readonly quick?: true
}
