import { existsSync, readFileSync } from 'node:fs'
import { PROGRAM_PREFIX, programNames, programSubject } from '@holdfast/explorer'
import type { Patch } from '@holdfast/compiler'
import type { Subject } from '@holdfast/explorer'
import { choices, notAllowed, UsageError } from '../../scenario/problem.js'
import { withProgramCheckers } from './subject-of-checkers.js'
import { scenarioNames, scenarioSubject } from './subject-of-scenario.js'
import { SCENARIO_PREFIX, splitCheckers, variantIn, withQuery, withoutQuery } from './subject-of-spec.js'
import { withOwnCheckers } from './own-checkers.js'
import { patchesNamed } from './own-variant.js'
import type { SubjectSpec } from './subject-of-spec.js'

export type TargetKind = 'program' | 'scenario'

/** Makes the subject. Throws {@link UsageError} if there is none, or a parameter is wrong. */
export async function subjectOf(spec: SubjectSpec): Promise<Subject> {
  const { target, checkers } = splitCheckers(spec.target)
  const subject = await plainSubject({ ...spec, target })
  return withOwnCheckers(subject, spec.checkers ?? checkers)
}

/** Without checkers of the user's own. */
async function plainSubject(spec: SubjectSpec): Promise<Subject> {
  if (kindOf(spec.target) === 'scenario') {
    const [param] = Object.keys(spec.params)
    if (param !== undefined)
      throw new UsageError([{ path: '--param', message: `${param} is for programs; a scenario has none` }])
    return scenarioSubject(spec)
  }
  const [time] = Object.entries(spec.time ?? {})
  if (time !== undefined)
    throw new UsageError([notAllowed(`--${time[0]}`, time[1], 'a program has no clock; a scenario has one')])
  return patchedProgram(spec)
}

/** A program; `variant` changes the locks of atomics-sync that it uses. */
async function patchedProgram(spec: SubjectSpec): Promise<Subject> {
  const variant = spec.variant ?? variantIn(spec.target)
  const target = spec.target.replace(/([?&])variant=[^&]+&?/, '$1').replace(/[?&]$/, '')
  try {
    const subject = await programSubject(target, spec.params, {
      engine: spec.engine,
      ...(variant === undefined ? {} : { patches: await variantPatches(variant) }),
    })
    return withProgramCheckers(variant === undefined ? subject : asVariant(subject, variant))
  } catch (error) {
    throw asUsageError(error)
  }
}

async function variantPatches(variant: string): Promise<Patch[]> {
  try {
    return await patchesNamed(variant)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([{ path: '--variant', message: (error as RangeError).message }])
  }
}

/** Says in the id of a subject, and of those smaller, which variant it is of. */
function asVariant(subject: Subject, variant: string): Subject {
  const { id } = subject
  return {
    ...subject,
    id: withQuery(id, `variant=${variant}`),
    *smaller() {
      for (const each of subject.smaller?.() ?? []) yield asVariant(each, variant)
    },
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
