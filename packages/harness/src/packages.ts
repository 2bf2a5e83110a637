import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { CompileOptions } from '@holdfast/compiler'
import { cacheDirOf } from '@holdfast/explorer'

/** Packages whose sources are compiled when they are needed; each is published with its `src`. */
const COMPILED = ['atomics-sync', 'mm', 'kernel', 'cpu', 'harness'] as const

const { resolve } = createRequire(import.meta.url)

/** Where each of them lies, and the explorer's programs, without links: in packages/ of the repository, or wherever an installation put it. */
const FOLDERS = new Map<string, string>(
  [...COMPILED, 'explorer'].map((name) => [name, dirname(resolve(`@holdfast/${name}/package.json`))]),
)

/** What reports and sites call the folder of the packages, installed or not. */
const REPORTED = 'packages/'

/** The path of a file that the repository has in packages/, as `kernel/src/lwp.ts`. Throws Error if its package is none of these. */
export function packagePath(file: string): string {
  const [name = '', ...rest] = file.split('/')
  const folder = FOLDERS.get(name)
  if (folder === undefined)
    throw new Error(`${file}: its package is '${name}'; one of ${[...FOLDERS.keys()].join(', ')} is expected`)
  return join(folder, ...rest)
}

/** The path of a source as sites name it (`packages/kernel/src/lwp.ts`); undefined if it is of none of the packages compiled. */
export function reportedSource(file: string): string | undefined {
  const [name = ''] = file.slice(REPORTED.length).split('/')
  return file.startsWith(REPORTED) && FOLDERS.has(name) ? packagePath(file.slice(REPORTED.length)) : undefined
}

/** Of these packages, the source at `path` is in the `src` of one. */
export function isSourceOf(names: readonly string[], path: string): boolean {
  return names.some((name) => path.startsWith(packagePath(`${name}/src`) + sep))
}

/**
 * What every compilation of the kernel says: the sources of the packages are one program, even under node_modules; they are named from
 * the repository; and what is made of them is kept where this installation may write.
 */
export const OF_PACKAGES = {
  root: packagePath('harness'),
  alias: Object.fromEntries(
    COMPILED.map((name) => [`@holdfast/${name}`, packagePath(`${name}/src/index.ts`)]),
  ),
  reportAs: Object.fromEntries([...FOLDERS].map(([name, folder]) => [folder, REPORTED + name])),
  cacheDir: cacheDirOf(packagePath('harness/package.json')),
} as const satisfies Partial<CompileOptions>
