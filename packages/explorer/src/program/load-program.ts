import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { codeHash, compile } from '@holdfast/compiler'
import type { Hint, Patch, Site } from '@holdfast/compiler'
import { whileImporting } from '../engine/pulse.js'
import { cacheDirOf } from './cache-dir.js'
import type { Program } from './define.js'
import * as face from './face.js'
import { programsDefined, programsSince } from './program-file.js'
import { ProgramError, findProgram } from './program-files.js'

/** A program that was compiled, and what is known about its code. */
export interface LoadedProgram {
  readonly program: Program
  /** Place of each operation, by number. */
  readonly sites: readonly Site[]
  /** Of the code alone: the same wherever the program lies, and whatever its comments say. */
  readonly hash: string
  /** Calls that another run would answer differently (the clock, chance). */
  readonly hints: readonly Hint[]
  readonly path: string
}

/** How a program is compiled. */
export interface LoadOptions {
  /** Corrections and mutants. */
  readonly patches?: readonly Patch[]
  /** Where what was compiled is kept. Default: beside the program's package, or the system's directory for such things. */
  readonly cacheDir?: string
}

const EXPLORER = '@holdfast/explorer'

/**
 * The module that a program means by `@holdfast/explorer`: this instance of face.ts. A bundle is loaded by Node itself, which reads no
 * TypeScript: where this module runs from its source (tests), the names are handed over by way of the global object.
 */
function faceUrl(): string {
  if (!import.meta.url.endsWith('.ts')) return new URL('./face.js', import.meta.url).href
  const key = 'holdfast.face'
  Reflect.set(globalThis, Symbol.for(key), face)
  const names = Object.keys(face).join(', ')
  return `data:text/javascript,export const { ${names} } = globalThis[Symbol.for('${key}')]`
}

const STUB = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/program/test-stub.js' : './test-stub.js',
  import.meta.url,
).href

/** A program may stand in a test file: its tests are not run. */
const TEST_STUBS = { vitest: STUB, '@holdfast/harness/vitest': STUB }

/** What a program means by `@holdfast/atomics-sync`, wherever it lies: the source of the library, since it is instrumented too. */
const ATOMICS_SYNC = join(
  dirname(createRequire(import.meta.url).resolve('@holdfast/atomics-sync/package.json')),
  'src/index.ts',
)

/** Parts of atomics-sync that belong to real threads. A program that uses its locks explores the rest, word by word. */
const OF_REAL_THREADS =
  /atomics-sync[/\\]src[/\\](?:mem|sync|thread|call-site|lockstat[\w-]*|testing[/\\].*)\.ts$/

/**
 * Compiles and loads the program in a file, or a built-in one (findProgram). Its modules are instrumented, and so are those
 * that they import; packages under node_modules are not. Throws ProgramError, and CompileError with file and line.
 */
export async function loadProgram(what: string, options: LoadOptions = {}): Promise<LoadedProgram> {
  const found = findProgram(what)
  const { path } = found
  const compiled = await compile({
    entries: [path],
    instrument: (module) => !OF_REAL_THREADS.test(module),
    external: { [EXPLORER]: faceUrl(), ...TEST_STUBS },
    alias: { '@holdfast/atomics-sync': ATOMICS_SYNC },
    cacheDir: options.cacheDir ?? cacheDirOf(path),
    ...(options.patches === undefined ? {} : { patches: options.patches }),
  })
  const { url, hints } = compiled
  const sites = compiled.sites.map((site) => ({ ...site, cName: site.function })) // it is no C
  const { module, programs } = await importBundle(url)
  const named = found.kind === 'file' ? found.program : undefined
  const exported =
    named === undefined ? defaultOf(module, shown(path)) : definedAs(named, programs, shown(path))
  const program = programOf(exported, shown(path))
  return { program, sites, hash: codeHash(url, { [faceUrl()]: EXPLORER, [STUB]: 'vitest' }), hints, path }
}

interface Bundle {
  readonly module: Readonly<Record<string, unknown>>
  /** What it has defined, exported or not. */
  readonly programs: readonly { readonly name?: unknown }[]
}

const bundles = new Map<string, Promise<Bundle>>()
let lastImport: Promise<unknown> = Promise.resolve()

/** Imports a bundle, one at a time: what is defined meanwhile is its. */
function importBundle(url: string): Promise<Bundle> {
  const known = bundles.get(url)
  if (known !== undefined) return known
  const imported = lastImport.then(async () => {
    const before = programsDefined()
    const module = await whileImporting(() => import(/* @vite-ignore */ url) as Promise<Bundle['module']>)
    return { module, programs: programsSince(before) }
  })
  lastImport = imported.catch(() => {})
  bundles.set(url, imported)
  return imported
}

/** A file as messages name it: from the current directory if it is below it. */
export function shown(path: string): string {
  const from = relative(process.cwd(), path)
  return from.startsWith('..') ? path : `.${sep}${from}`
}

const EXPECTED = 'expected is `export default defineProgram({ name, memory, threads })`'

function defaultOf(module: Readonly<Record<string, unknown>>, file: string): unknown {
  const found = module['default']
  if (found === undefined) {
    const names = Object.keys(module).filter((name) => !name.startsWith('$'))
    const exported = names.length === 0 ? 'nothing' : names.join(', ')
    throw new ProgramError(`${file} has no default export (it exports ${exported}); ${EXPECTED}`)
  }
  return found
}

/** The program of that name among those that the bundle defined when it was loaded. */
function definedAs(name: string, programs: Bundle['programs'], file: string): unknown {
  const found = programs.filter((program) => program.name === name)
  if (found.length === 1) return found[0]
  if (found.length > 1)
    throw new ProgramError(
      `${file} defines ${found.length} programs called '${name}'; give each its own name`,
    )
  const names = programs.map((program) => `'${String(program.name)}'`).join(', ')
  throw new ProgramError(
    `${file} defines no program called '${name}' where it is loaded (${names === '' ? 'it defines none' : `it defines ${names}`}); ` +
      'a program is to be defined at the top level of its module, not in a test',
  )
}

function programOf(found: unknown, file: string): Program {
  if (typeof found !== 'object' || found === null)
    throw new ProgramError(`the default export of ${file} is a ${typeof found}; ${EXPECTED}`)
  const program = found as Readonly<Record<string, unknown>>
  const field = (name: string, wanted: string, right: boolean): void => {
    if (right) return
    const is = program[name] === undefined ? 'missing' : `a ${typeof program[name]}`
    throw new ProgramError(`${file}: ${name} is ${is}, ${wanted} is expected; ${EXPECTED}`)
  }
  const { name, memory, threads, check, params, unlocked } = program
  field('name', 'a text', typeof name === 'string' && name !== '')
  field('memory', 'a function that gives the variables', typeof memory === 'function')
  field('threads', 'a function that gives the threads', typeof threads === 'function')
  field('check', 'a function or nothing', check === undefined || typeof check === 'function')
  field('unlocked', 'an object or nothing', unlocked === undefined || typeof unlocked === 'object')
  field(
    'params',
    'an object or nothing',
    params === undefined || (typeof params === 'object' && params !== null),
  )
  for (const [param, value] of Object.entries(params ?? {}))
    if (!Number.isInteger(value))
      throw new ProgramError(
        `${file}: the default of parameter ${param} is ${String(value)}; a whole number is expected`,
      )
  return found as Program
}
