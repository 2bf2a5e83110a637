import type { EngineOptions, Params } from '@holdfast/explorer'
import type { TimeChoices } from './scenario-query.js'

/** What is to be explored, as plain data: every thread that is given it makes the same subject of it. */
export interface SubjectSpec {
  /** As a user names it: `program:lastzero`, the path of a program, a scenario; or the id of a subject, which has parameters. */
  readonly target: string
  /** Parameters of a program. */
  readonly params: Params
  readonly engine: Partial<EngineOptions>
  /** Name of a correction or mutant of the kernel. */
  readonly variant: string | undefined
  /** How time passes in a scenario; left out: as its name says. */
  readonly time?: TimeChoices
  /** Whether what is unlocked by design is reported too. */
  readonly all: boolean
  /** What a scenario is made of, if its name does not say. */
  readonly scenario?: unknown
}

export const SCENARIO_PREFIX = 'scenario:'

/** A target without the parameters and the name of the program that an id has after its path. */
export function withoutQuery(target: string): string {
  return target.replace(/[?#].*$/, '')
}
