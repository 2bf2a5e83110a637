import { existsSync, readFileSync } from 'node:fs'
import { PROGRAM_PREFIX, programNames, programSubject } from '@holdfast/explorer'
import type { Subject } from '@holdfast/explorer'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { withProgramCheckers } from './subject-of-checkers.js'
import { scenarioNames, scenarioSubject } from './subject-of-scenario.js'
import { SCENARIO_PREFIX, withoutQuery } from './subject-of-spec.js'
import type { SubjectSpec } from './subject-of-spec.js'

export type TargetKind = 'program' | 'scenario'

/** Makes the subject. Throws {@link UsageError} if there is none, or a parameter is wrong. */
export async function subjectOf(spec: SubjectSpec): Promise<Subject> {
  if (kindOf(spec.target) === 'scenario') {
    const [param] = Object.keys(spec.params)
    if (param !== undefined)
      throw new UsageError([{ path: '--param', message: `${param} is for programs; a scenario has none` }])
    return scenarioSubject(spec)
  }
  if (spec.variant !== undefined)
    throw new UsageError([
      notAllowed('--variant', spec.variant, 'a program has none; a scenario may have one'),
    ])
  const [time] = Object.entries(spec.time ?? {})
  if (time !== undefined)
    throw new UsageError([notAllowed(`--${time[0]}`, time[1], 'a program has no clock; a scenario has one')])
  try {
    const subject = await programSubject(spec.target, spec.params, { engine: spec.engine })
    return withProgramCheckers(subject)
  } catch (error) {
    throw asUsageError(error)
  }
}

/** Whether a target is a program or a scenario. Throws {@link UsageError} if it can be neither. */
export function kindOf(target: string): TargetKind {
  if (target.startsWith(PROGRAM_PREFIX)) return 'program'
  if (target.startsWith(SCENARIO_PREFIX)) return 'scenario'
  const path = withoutQuery(target)
  if (path.endsWith('.json')) return 'scenario'
  if (/\.[cm]?[jt]s$/.test(path)) return isScenarioModule(path) ? 'scenario' : 'program'
  if (path.includes('/')) return 'program'
  if (scenarioNames().includes(path)) return 'scenario'
  if (programNames().includes(path.replaceAll('_', '-'))) return 'program'
  const scenarios = choices(scenarioNames())
  const allowed = `program:<name> (${programNames().join(', ')}), the path of a program, or a scenario: ${scenarios}, or the path of one`
  throw new UsageError([notAllowed('target', target, allowed)])
}

function isScenarioModule(path: string): boolean {
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  return /\bdefineScenario\b/.test(text) && !/\bdefineProgram\b/.test(text)
}

/** Errors that say what a user has got wrong; the rest are ours. */
const OF_USERS = new Set([
  'ProgramError',
  'ParamError',
  'CompileError',
  'StrategyError',
  'ScheduleError',
  'FindingFileError',
])

/** An error as the command line tells it, if it is about what the user gave. */
export function asUsageError(error: unknown): unknown {
  if (!(error instanceof Error) || !OF_USERS.has(error.name)) return error
  return new UsageError([{ path: '', message: error.message }])
}
