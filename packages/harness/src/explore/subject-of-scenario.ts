import type { EngineOptions, Subject } from '@holdfast/explorer'
import { parseScenario, importScenario, loadScenario } from '../scenario/load.js'
import type { Scenario } from '../scenario/types.js'
import { SCENARIOS } from '../scenarios/index.js'
import { SCENARIO_PREFIX, withoutQuery } from './subject-of-spec.js'
import type { SubjectSpec } from './subject-of-spec.js'

/** What kernel-subject.ts takes. */
interface KernelSubjectOptions {
  readonly variant?: string
  readonly all?: boolean
  readonly engine?: Partial<EngineOptions>
}

type KernelSubject = (scenario: Scenario | string, options: KernelSubjectOptions) => Promise<Subject>

/** The kernel running a scenario, as a subject. Throws UsageError. */
export async function scenarioSubject(spec: SubjectSpec): Promise<Subject> {
  const { kernelSubject } = (await import(new URL('./kernel-subject.js', import.meta.url).href)) as {
    kernelSubject: KernelSubject
  }
  return kernelSubject(await scenarioOf(spec), {
    ...(spec.variant === undefined ? {} : { variant: spec.variant }),
    all: spec.all,
    engine: spec.engine,
  })
}

async function scenarioOf({ target, scenario }: SubjectSpec): Promise<Scenario | string> {
  if (scenario !== undefined) return parseScenario(scenario)
  const name = target.startsWith(SCENARIO_PREFIX) ? target.slice(SCENARIO_PREFIX.length) : target
  const path = withoutQuery(name)
  if (/\.[cm]?[jt]s$/.test(path)) return importScenario(path)
  if (path.endsWith('.json')) return loadScenario(path)
  return name
}

/** Names of the scenarios that can be explored. */
export function scenarioNames(): string[] {
  return SCENARIOS.map(({ name }) => name)
}
