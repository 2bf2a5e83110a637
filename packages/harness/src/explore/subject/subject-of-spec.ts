import type { EngineOptions, Params } from '@holdfast/explorer'
import type { TimeChoices } from './scenario-query.js'

/** What is to be explored, as plain data: every thread that is given it makes the same subject of it. */
export interface SubjectSpec {
  /** As a user names it: `program:lastzero`, the path of a program, a scenario; or the id of a subject, which has parameters. */
  readonly target: string
  /** Parameters of a program. */
  readonly params: Params
  readonly engine: Partial<EngineOptions>
  /** Names of corrections or mutants, or paths of such, separated by commas. */
  readonly variant: string | undefined
  /** Paths of checkers of the user's own; left out: as the target says. */
  readonly checkers?: readonly string[]
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

/** `scenario:hold-vs-swapper?variant=recheck-inmem`: the id of a subject says which variant it is. */
export function variantIn(target: string): string | undefined {
  return /[?&]variant=([^&]+)/.exec(target)?.[1]
}

/** An id with one more parameter. */
export function withQuery(id: string, parameter: string): string {
  return `${id}${id.includes('?') ? '&' : '?'}${parameter}`
}

const CHECKER = 'checker='

/** `./x.ts?n=2&checker=./c.ts`: what is explored, and which checkers of the user's own watch it. */
export function splitCheckers(target: string): { target: string; checkers: string[] } {
  const at = target.indexOf('?')
  if (at < 0) return { target, checkers: [] }
  const parts = target.slice(at + 1).split('&')
  const others = parts.filter((part) => !part.startsWith(CHECKER))
  const checkers = parts.filter((part) => part.startsWith(CHECKER)).map((part) => part.slice(CHECKER.length))
  return { target: others.reduce(withQuery, target.slice(0, at)), checkers }
}
