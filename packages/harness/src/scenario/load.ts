import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compile } from '@holdfast/compiler'
import { cacheDirOf } from '@holdfast/explorer'
import * as v from 'valibot'
import { checkScenario } from './check.js'
import { explain } from './explain.js'
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

/** The packages of this installation: what a scenario means by their names, wherever it lies. */
const PACKAGES = ['atomics-sync', 'cpu', 'explorer', 'harness', 'kernel', 'mm']

/**
 * As {@link parseScenario}, from the default export of a module, JavaScript or TypeScript. It is bundled with what it imports, but for packages
 * under node_modules.
 */
export async function importScenario(file: string): Promise<Scenario> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError([notAllowed('scenario', file, 'there is no such file')])
  let module: { default?: unknown }
  try {
    module = await importModule(path)
  } catch (error) {
    if (error instanceof UsageError || (error as Error).name === 'UsageError') throw error
    throw new UsageError([{ path: file, message: `cannot be imported: ${(error as Error).message}` }])
  }
  const exported = defaultExport(module)
  if (exported === undefined) {
    throw new UsageError([
      { path: file, message: 'has no default export; a scenario (defineScenario) is expected' },
    ])
  }
  return parseScenario(exported)
}

async function importModule(path: string): Promise<{ default?: unknown }> {
  const { resolve: find } = createRequire(import.meta.url)
  const external = PACKAGES.map((name) => `@holdfast/${name}`).map((name) => [
    name,
    pathToFileURL(find(name)).href,
  ])
  const { url } = await compile({
    entries: [path],
    instrument: () => false,
    external: Object.fromEntries(external) as Record<string, string>,
    cacheDir: cacheDirOf(path),
  })
  const module = (await import(/* @vite-ignore */ url)) as { default?: unknown }
  if (module.default !== undefined || !/\.c?js$/.test(path)) return module
  // What CommonJS exports is not in a bundle of modules.
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { default?: unknown }
}

/** Of CommonJS that was made from a module, the exports are one level down. */
function defaultExport({ default: outer }: { default?: unknown }): unknown {
  const wrapped = typeof outer === 'object' && outer !== null && Reflect.get(outer, '__esModule') === true
  return wrapped ? (Reflect.get(outer, 'default') as unknown) : outer
}

/** Files may name the published schema, for editors. */
function withoutSchemaKey(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || !('$schema' in data)) return data
  const { $schema: _, ...rest } = data
  return rest
}
