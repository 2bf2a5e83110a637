import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve as resolvePath, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where an import leads: a module of the program, or something that stays an import of the bundle. */
export type Target =
  | { readonly kind: 'module'; readonly path: string }
  | { readonly kind: 'external'; readonly url: string /** Named by the caller */; readonly named: boolean }

/** In this order; `source` is how the packages of a workspace name their TypeScript. */
const CONDITIONS = new Set(['source', 'import', 'node', 'module-sync', 'default'])

/**
 * Finds what a specifier means. A relative `./x.js` is `./x.ts` where that exists. A package is the file that its `exports`
 * name under the condition `source`; one that is installed under node_modules stays an import, and so does a builtin.
 */
export class Resolver {
  /** Manifests of packages that decided something: part of what a bundle depends on. */
  readonly manifests = new Set<string>()
  private readonly external: Readonly<Record<string, string>>
  private readonly alias: Readonly<Record<string, string>>

  constructor(external: Readonly<Record<string, string>>, alias: Readonly<Record<string, string>>) {
    this.external = external
    this.alias = alias
  }

  /** Undefined if there is no such file. */
  resolve(specifier: string, importer: string): Target | undefined {
    const url = this.external[specifier]
    if (url !== undefined) return { kind: 'external', url, named: true }
    const path = this.alias[specifier]
    if (path !== undefined) return moduleAt(path)
    if (isBuiltin(specifier)) return { kind: 'external', url: specifier, named: false }
    if (specifier.startsWith('file:')) return moduleAt(fileURLToPath(specifier))
    if (specifier.startsWith('.') || specifier.startsWith('/'))
      return moduleAt(resolvePath(dirname(importer), specifier))
    return this.bare(specifier, importer)
  }

  private bare(specifier: string, importer: string): Target | undefined {
    const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
    if (name === undefined) return undefined
    for (let folder = dirname(importer); ; folder = dirname(folder)) {
      const own = readManifest(join(folder, 'package.json'))
      const found =
        own?.['name'] === name && own['exports'] !== undefined ? folder : join(folder, 'node_modules', name)
      const manifest = readManifest(join(found, 'package.json'))
      if (manifest !== undefined) return this.inPackage(realpathSync(found), manifest, `.${rest ?? ''}`)
      if (dirname(folder) === folder) return undefined
    }
  }

  private inPackage(folder: string, manifest: Manifest, subpath: string): Target | undefined {
    const relative = exported(manifest['exports'], subpath) ?? legacy(manifest, subpath)
    if (relative === undefined) return undefined
    const path = join(folder, relative)
    if (path.includes(`${sep}node_modules${sep}`))
      return { kind: 'external', url: pathToFileURL(path).href, named: false }
    this.manifests.add(join(folder, 'package.json'))
    return moduleAt(path)
  }
}

type Manifest = Readonly<Record<string, unknown>>

function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

const SOURCE_OF: readonly (readonly [string, string])[] = [
  ['.js', '.ts'],
  ['.mjs', '.mts'],
  ['.js', '.tsx'],
]

function moduleAt(path: string): Target | undefined {
  for (const [from, to] of SOURCE_OF) {
    if (!path.endsWith(from)) continue
    const source = path.slice(0, -from.length) + to
    if (isFile(source)) return { kind: 'module', path: realpathSync(source) }
  }
  for (const candidate of [path, `${path}.ts`])
    if (isFile(candidate)) return { kind: 'module', path: realpathSync(candidate) }
  return undefined
}

/** What `exports` of a package.json name for a subpath (`.`, `./x`), under the first condition that applies. */
function exported(exports: unknown, subpath: string): string | undefined {
  if (exports === undefined || exports === null) return undefined
  const table = exports as Record<string, unknown>
  const bySubpath = typeof exports === 'object' && Object.keys(table).some((key) => key.startsWith('.'))
  if (!bySubpath) return subpath === '.' ? conditional(exports) : undefined
  if (subpath in table) return conditional(table[subpath])
  for (const [key, value] of Object.entries(table)) {
    const [before, after] = key.split('*')
    if (before === undefined || after === undefined) continue
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue
    const middle = subpath.slice(before.length, subpath.length - after.length)
    return conditional(value)?.replaceAll('*', middle)
  }
  return undefined
}

function conditional(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return undefined
  for (const [condition, inner] of Object.entries(value)) {
    if (!CONDITIONS.has(condition)) continue
    const found = conditional(inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** A package without `exports`. */
function legacy(manifest: Manifest, subpath: string): string | undefined {
  if (manifest['exports'] !== undefined) return undefined
  if (subpath !== '.') return subpath
  const main = manifest['module'] ?? manifest['main'] ?? './index.js'
  return typeof main === 'string' ? main : undefined
}
