import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { checkScenario } from './check.js'
import { explain } from './explain.js'
import { importDefault } from './import-default.js'
import { notAllowed, type Problem, UsageError } from './problem.js'
import { scenarioSchema } from './scenario-schema.js'
import type { Scenario } from './types.js'

/** Checks data of unknown origin. Throws {@link UsageError} with every problem found. */
export function parseScenario(data: unknown): Scenario {
  const arrays = arraysForObjects(data)
  if (arrays.length > 0) throw new UsageError(arrays)
  const parsed = v.safeParse(scenarioSchema, withoutSchemaKey(data))
  if (!parsed.success) {
    throw new UsageError(explain(parsed.issues).map((each) => ({ ...each, path: each.path || 'scenario' })))
  }
  const problems = checkScenario(parsed.output)
  if (problems.length > 0) throw new UsageError(problems)
  return parsed.output
}

/** An array would pass for an object all of whose fields may be left out. */
function arraysForObjects(data: unknown): Problem[] {
  const { machine, programs } = (data ?? {}) as { machine?: unknown; programs?: unknown }
  const { debug } = (machine ?? {}) as { debug?: unknown }
  const places = { scenario: data, machine, 'machine.debug': debug, programs }
  return Object.entries(places).flatMap(([path, value]) =>
    Array.isArray(value) ? [notAllowed(path, value, 'an object')] : [],
  )
}

/** As {@link parseScenario}, from JSON text; `source` names it in messages. */
export function parseScenarioText(text: string, source: string): Scenario {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new UsageError([{ path: source, message: `is not JSON: ${(error as Error).message}` }])
  }
  return parseScenario(data)
}

/** As {@link parseScenario}, from a file. */
export function loadScenario(file: string): Scenario {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError([
      notAllowed('scenario', file, `the file cannot be read (${(error as Error).message})`),
    ])
  }
  return parseScenarioText(text, file)
}

/** As {@link parseScenario}, from the default export of a module, JavaScript or TypeScript: see importDefault. */
export async function importScenario(file: string): Promise<Scenario> {
  return parseScenario(await importDefault('scenario', file, 'a scenario (defineScenario)'))
}

/** Files may name the published schema, for editors. */
function withoutSchemaKey(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || !('$schema' in data)) return data
  const { $schema: _, ...rest } = data
  return rest
}
