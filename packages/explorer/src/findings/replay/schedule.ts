import { DEFAULT_OPTIONS } from '../../engine/options.js'
import type { EngineOptions } from '../../engine/options.js'
import type { Subject } from '../../subject.js'
import { shortHash } from './enabled-hash.js'

/** An execution, as far as it needs to be written down to have it again. */
export interface Schedule {
  /** Id of the subject. */
  readonly subject: string
  /** Of the build, eight hexadecimal digits. */
  readonly hash: string
  readonly options: EngineOptions
  /** What was chosen, by step: `actor | way << 8`. */
  readonly choices: Uint16Array
  /** It ran to its end; otherwise it is given up after the last choice. */
  readonly whole: boolean
  /** What the hash of the enabled sets was on the way: after `step` choices, two digits to the base 36. */
  readonly checks: readonly Check[]
  /** Hash of the enabled sets, eight hexadecimal digits. */
  readonly enabled: string
}

/** The hash of what was enabled up to a step: where a replay's differs, the program has drifted before. */
export interface Check {
  readonly step: number
  readonly check: string
}

/** So many looks on the way at most: enough to say where a program has drifted, few enough for one line. */
const MOST_CHECKS = 16

/** Steps after which a schedule has a look: the ends of its runs, or some of them if there are many. */
export function checkSteps(choices: ArrayLike<number>): number[] {
  const ends: number[] = []
  for (let step = 1; step < choices.length; step++) {
    if (choices[step] !== choices[step - 1]) ends.push(step)
  }
  const every = Math.ceil(ends.length / MOST_CHECKS)
  return ends.filter((_, i) => (i + 1) % every === 0)
}

/** The options a subject is explored with. */
export function optionsOf(subject: Subject): EngineOptions {
  return { ...DEFAULT_OPTIONS, ...subject.options }
}

export function hashOf(subject: Subject): string {
  return shortHash(subject.hash)
}
