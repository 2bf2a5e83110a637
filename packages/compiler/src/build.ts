import { extname } from 'node:path'
import * as esbuild from 'esbuild'
import { MagicString } from 'magic-string'
import { check } from './check.js'
import { CALLS_MODULE, CALLS_TEXT, type Calls, type Emitted, type Tables, emit } from './emit.js'
import { entryModule } from './entry.js'
import { type Linked, link } from './link.js'
import type { Loaded, Module } from './modules.js'
import { CompileError } from './problems.js'
import { scan } from './scan.js'
import { sourceMapOf } from './source-map.js'

/** Something that another run would answer differently. */
export interface Hint {
  readonly file: string
  readonly line: number
  readonly what: string
}

/** A compiled program, before it is one file. */
export interface Program extends Tables {
  readonly emitted: ReadonlyMap<string, Emitted>
  readonly entry: string
  readonly hints: readonly Hint[]
}

/** Compiles the loaded modules. Throws CompileError. */
export function compileModules({ modules }: Loaded, entries: readonly string[], calls: Calls): Program {
  const linked = link(new Map([...modules].map(([path, module]) => [path, scan(module)])))
  const problems = check(linked)
  if (problems.length > 0) throw new CompileError(problems)

  const tables: Tables = { sites: [], functions: [] }
  const emitted = new Map<string, Emitted>()
  for (const scanned of linked.scanned.values())
    if (scanned.module.instrumented) emitted.set(scanned.module.path, emit(linked, scanned, calls, tables))
  return {
    ...tables,
    emitted,
    entry: entryModule(modules, entries, generatorMethods(linked)),
    hints: hintsOf(linked),
  }
}

function generatorMethods({ tableNames }: Linked): string[] {
  return [...tableNames]
    .filter(([, { reaches }]) => reaches)
    .map(([name]) => name)
    .sort()
}

function hintsOf({ scanned }: Linked): Hint[] {
  return [...scanned.values()]
    .filter(({ module }) => module.instrumented)
    .flatMap(({ module, hints }) =>
      hints.map(({ node, what }) => ({
        file: module.file,
        line: module.source.position(node.start).line,
        what,
      })),
    )
}

/** The bundle and its source map, as they are to be written under the name `outfile`. */
export interface Bundle {
  readonly code: string
  readonly map: string
}

const LOADERS: Readonly<Record<string, esbuild.Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
}

/** Puts the program into one file. */
export async function bundle(
  program: Program,
  modules: Loaded['modules'],
  { root, outfile }: { root: string; outfile: string },
): Promise<Bundle> {
  const result = await esbuild.build({
    entryPoints: ['holdfast:entry'],
    absWorkingDir: root,
    outfile,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
    plugins: [fromProgram(program, modules)],
  })
  const text = (end: string): string => result.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  return { code: text('.mjs'), map: text('.map') }
}

function fromProgram({ entry, emitted }: Program, modules: ReadonlyMap<string, Module>): esbuild.Plugin {
  return {
    name: 'holdfast',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (path === CALLS_MODULE) return { path, namespace: 'calls' }
        if (kind === 'entry-point') return { path, namespace: 'holdfast' }
        const module = modules.get(importer)
        if (module === undefined) return { path }
        const target = module.targets.get(path)
        if (target?.kind === 'module') return { path: target.path }
        return { path: target?.url ?? path, external: true }
      })
      build.onLoad({ filter: /.*/, namespace: 'calls' }, () => ({ contents: CALLS_TEXT, loader: 'js' }))
      build.onLoad({ filter: /.*/, namespace: 'holdfast' }, () => ({ contents: entry, loader: 'js' }))
      build.onLoad({ filter: /.*/ }, ({ path }) => {
        const module = modules.get(path)
        const loader = LOADERS[extname(path)]
        if (module === undefined || loader === undefined) return undefined
        const made = emitted.get(path)
        if (made === undefined && !module.source.patched) return { contents: module.source.text, loader }
        const { code, map } = made ?? asPatched(module)
        return { contents: `${code}\n${inlineMap(map)}`, loader }
      })
    },
  }
}

/** A module that is not instrumented, with its patches and the way back from them. */
function asPatched(module: Module): Emitted {
  return { code: module.source.text, map: sourceMapOf(new MagicString(module.source.text), module) }
}

function inlineMap(map: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
}
