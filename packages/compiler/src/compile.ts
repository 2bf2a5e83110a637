import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Hint } from './build.js'
import { Cache } from './cache.js'
import { hash } from './hash.js'
import type { Calls, CompiledFunction, Site } from './emit.js'
import type { Patch } from './patches.js'
import { optionProblem } from './problems.js'

/** What is compiled, and how. */
export interface CompileOptions {
  /** Entry modules, absolute paths; the bundle exports what they export (and what entry.ts says). */
  readonly entries: readonly string[]
  /**
   * Which modules (absolute paths) are instrumented; others that are reached stay plain source in the bundle, and what
   * touches shared state in them may not be called from instrumented code.
   */
  readonly instrument: (path: string) => boolean
  /** Bare specifiers left as imports, with the URL to import: so that the bundle shares that module's instance. */
  readonly external?: Readonly<Record<string, string>>
  /** Bare specifiers that mean a module of the program, by its absolute path, wherever they are imported. */
  readonly alias?: Readonly<Record<string, string>>
  /** Corrections and mutants, applied before the pass. */
  readonly patches?: readonly Patch[]
  /** How compiled functions call each other. Default `trampoline`: the faster from the second level of calls on. */
  readonly calls?: Calls
  /** Where bundles are kept. Default: node_modules/.cache/holdfast of `root`. */
  readonly cacheDir?: string
  /** Files are reported relative to it. Default: the package of the first entry. */
  readonly root?: string
  /**
   * Folders (absolute, without links) whose files are reported under another name instead: so that the same file has the same name wherever
   * its package is installed.
   */
  readonly reportAs?: Readonly<Record<string, string>>
}

/** A compiled program, as it lies on disk. */
export interface Compiled {
  /** Of the bundle: to be imported. */
  readonly url: string
  /** Of all it was made from. */
  readonly hash: string
  /** It was on disk already. */
  readonly cached: boolean
  readonly sites: readonly Site[]
  readonly functions: readonly CompiledFunction[]
  /** Calls in instrumented modules that another run would answer differently. */
  readonly hints: readonly Hint[]
}

type About = Pick<Compiled, 'sites' | 'functions' | 'hints'>

/** The files that a compilation read, and which of them were instrumented. */
interface List {
  readonly files: readonly string[]
  /** package.json files that said where a package's source is. */
  readonly manifests: readonly string[]
}

/** Compiles a program, or finds it compiled. Throws CompileError. */
export async function compile(options: CompileOptions): Promise<Compiled> {
  const entries = options.entries.map(entryPath)
  if (entries.length === 0) throw optionProblem('entries', 'none given; one absolute path or more is allowed')
  const { external = {}, alias = {}, patches = [], calls = 'trampoline', reportAs = {} } = options
  const root = realpathSync(options.root ?? packageRoot(entries[0] as string))
  const cache = new Cache(options.cacheDir ?? join(root, 'node_modules', '.cache', 'holdfast'))
  const settings = hash([
    JSON.stringify([ownVersion(), entries, external, alias, patches, calls, root, reportAs]),
  ])

  const list = cache.list(settings) as List | undefined
  const known = list === undefined ? undefined : hashOfList(settings, list, options.instrument)
  if (known !== undefined) {
    const about = cache.find(known) as About | undefined
    if (about !== undefined)
      return { url: pathToFileURL(cache.bundlePath(known)).href, hash: known, cached: true, ...about }
  }

  // Only now is anything loaded that parses.
  const [{ load }, { Resolver }, { bundle, compileModules }] = await Promise.all([
    import('./modules.js'),
    import('./resolve.js'),
    import('./build.js'),
  ])
  const resolver = new Resolver(external, alias)
  const loaded = load({ entries, instrument: options.instrument, patches, root, reportAs, resolver })
  const program = compileModules(loaded, entries, calls)
  const made = hashOfContents(settings, loaded.inputs, [...resolver.manifests])
  const output = await bundle(program, loaded.modules, { root, outfile: cache.bundlePath(made) })
  const about: About = { sites: program.sites, functions: program.functions, hints: program.hints }
  cache.store(made, output, about)
  cache.storeList(settings, {
    files: loaded.inputs.map(({ path }) => path),
    manifests: [...resolver.manifests],
  } satisfies List)
  cache.prune()
  return { url: pathToFileURL(cache.bundlePath(made)).href, hash: made, cached: false, ...about }
}

function entryPath(path: string): string {
  if (!isAbsolute(path) || !existsSync(path))
    throw optionProblem('entries', `'${path}' is no file; absolute paths of modules are allowed`)
  return realpathSync(path)
}

/** The folder of the nearest package.json. */
function packageRoot(path: string): string {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return folder
  return dirname(path)
}

/** The hash of the bundle that the listed files make now; undefined if one of them is gone. */
function hashOfList(settings: string, list: List, instrument: (path: string) => boolean): string | undefined {
  try {
    const inputs = list.files.map((path) => ({
      path,
      hash: hash([readFileSync(path)]),
      instrumented: instrument(path),
    }))
    return hashOfContents(settings, inputs, list.manifests)
  } catch {
    return undefined
  }
}

function hashOfContents(
  settings: string,
  inputs: readonly { path: string; hash: string; instrumented: boolean }[],
  manifests: readonly string[],
): string {
  return hash([
    settings,
    ...inputs.map(({ path, hash: content, instrumented }) => `${path} ${content} ${instrumented}`).sort(),
    ...manifests.map((path) => `${path} ${hash([readFileSync(path)])}`).sort(),
  ])
}

let version: string | undefined

/** Of the pass itself and the packages it uses. */
function ownVersion(): string {
  if (version !== undefined) return version
  const own = readdirSync(import.meta.dirname)
    .filter((name) => /(?<!\.d|\.test)\.[jt]s$/.test(name))
    .sort()
    .map((name) => readFileSync(join(import.meta.dirname, name)))
  version = hash([...own, readFileSync(join(import.meta.dirname, '..', 'package.json'))])
  return version
}
