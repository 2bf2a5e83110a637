import type { Subject } from '@holdfast/explorer'
import { importScenario, loadScenario, parseScenario } from '../../scenario/load.js'
import { UsageError } from '../../scenario/problem.js'
import type { Scenario } from '../../scenario/types.js'
import { kernelSubject } from './kernel-subject.js'
import { parseQuery } from './scenario-query.js'
import { ALL_SCENARIOS } from '../scenarios/index.js'
import { SCENARIO_PREFIX, withoutQuery } from './subject-of-spec.js'
import type { SubjectSpec } from './subject-of-spec.js'

/** The kernel running a scenario, as a subject. Throws UsageError. */
export async function scenarioSubject(spec: SubjectSpec): Promise<Subject> {
  const scenario = await scenarioOf(spec)
  const { variant: named, ...time } = parseQuery(spec.target)
  const variant = spec.variant ?? named
  try {
    return await kernelSubject(scenario, {
      ...(variant === undefined ? {} : { variant }),
      all: spec.all,
      engine: spec.engine,
      time: { ...time, ...spec.time },
    })
  } catch (error) {
    if (error instanceof UsageError || variant === undefined) throw error
    if (error instanceof RangeError || (error as Error).name === 'CompileError')
      throw new UsageError([{ path: '--variant', message: (error as Error).message }])
    throw error
  }
}

async function scenarioOf({ target, scenario }: SubjectSpec): Promise<Scenario | string> {
  if (scenario !== undefined) return parseScenario(scenario)
  const name = target.startsWith(SCENARIO_PREFIX) ? target.slice(SCENARIO_PREFIX.length) : target
  const path = withoutQuery(name)
  if (/\.[cm]?[jt]s$/.test(path)) return importScenario(path)
  if (path.endsWith('.json')) return loadScenario(path)
  return path
}

/** Names of the scenarios that can be explored. */
export function scenarioNames(): string[] {
  return ALL_SCENARIOS.map(({ name }) => name)
}
