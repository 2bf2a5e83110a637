import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compile } from '@holdfast/compiler'
import { cacheDirOf, whileImporting } from '@holdfast/explorer'
import { notAllowed, UsageError } from './problem.js'

/** Whether an argument is the path of a module, and not a name. */
export function isModulePath(text: string): boolean {
  return /\.[cm]?[jt]s$/.test(text)
}

/** The packages of this installation: what a module of a user means by their names, wherever it lies. */
const PACKAGES = ['atomics-sync', 'cpu', 'explorer', 'harness', 'kernel', 'mm']

/**
 * The default export of a module of a user, JavaScript or TypeScript. It is bundled with what it imports, but for packages under node_modules.
 * `option` is what it was given as, `expected` what it should export. Throws UsageError, which names both.
 */
export async function importDefault(option: string, file: string, expected: string): Promise<unknown> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError([notAllowed(option, file, 'there is no such file')])
  let module: { default?: unknown }
  try {
    module = await importModule(path)
  } catch (error) {
    if (error instanceof UsageError || (error as Error).name === 'UsageError') throw error
    throw new UsageError([{ path: file, message: `cannot be imported: ${(error as Error).message}` }])
  }
  const exported = defaultExport(module)
  if (exported === undefined)
    throw new UsageError([{ path: file, message: `has no default export; ${expected} is expected` }])
  return exported
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
  const module = await imported(url)
  if (module.default !== undefined || !/\.c?js$/.test(path)) return module
  // What CommonJS exports is not in a bundle of modules.
  return imported(pathToFileURL(path).href)
}

function imported(url: string): Promise<{ default?: unknown }> {
  return whileImporting(() => import(/* @vite-ignore */ url) as Promise<{ default?: unknown }>)
}

/** Of CommonJS that was made from a module, the exports are one level down. */
function defaultExport({ default: outer }: { default?: unknown }): unknown {
  const wrapped = typeof outer === 'object' && outer !== null && Reflect.get(outer, '__esModule') === true
  return wrapped ? (Reflect.get(outer, 'default') as unknown) : outer
}
