import { existsSync } from 'node:fs'
import { loadsApart } from '../explore/campaign/loads-apart.js'
import { ALL_SCENARIOS } from '../explore/scenarios/index.js'
import { isModulePath } from '../scenario/import-default.js'
import { importScenario, loadScenario } from '../scenario/load.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import type { Scenario } from '../scenario/types.js'
import { DEFAULT_SCENARIO } from '../scenarios/index.js'

/**
 * A built-in scenario by name, one in a JSON file, or the default export of a TypeScript or JavaScript module; the default
 * where nothing is named. Throws UsageError.
 */
export async function findScenario(name: string | undefined): Promise<Scenario> {
  if (name === undefined) return DEFAULT_SCENARIO
  const builtIn = ALL_SCENARIOS.find((each) => each.name === name)
  if (builtIn !== undefined) return builtIn
  if (isModulePath(name)) {
    await loadsApart({ scenario: name })
    return importScenario(name)
  }
  if (name.endsWith('.json') || name.includes('/') || existsSync(name)) return loadScenario(name)
  const names = choices(ALL_SCENARIOS.map((each) => each.name))
  throw new UsageError([notAllowed('scenario', name, `${names}, or the path of a JSON or TypeScript file`)])
}
