import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transformSync } from 'esbuild'
import { type CompileOptions, type Compiled, compile } from '../compile.js'

type Exports = Readonly<Record<string, unknown>>

/** The helper that declares tables, for programs that stand alone. */
const OPERATIONS = 'export function operations<T extends object>(table: T): T { return table }\n'

/** A folder of sources to compile, deleted at the end. */
export class Workshop {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-compiler-')))
  private count = 0

  constructor() {
    this.write('operations.ts', OPERATIONS)
  }

  write(file: string, text: string): string {
    const path = join(this.root, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** Compiles the entry `main.ts`, all modules instrumented unless told otherwise. */
  compile(text: string, options: Partial<CompileOptions> = {}): Promise<Compiled> {
    return compile({
      entries: [this.write('main.ts', text)],
      instrument: (path) => !path.includes('/plain/'),
      root: this.root,
      ...options,
    })
  }

  /** Compiles and loads. */
  async load(text: string, options: Partial<CompileOptions> = {}): Promise<Exports> {
    return load((await this.compile(text, options)).url)
  }

  /** Loads a module without the pass: types stripped, nothing else. It may import operations.ts alone. */
  plain(text: string): Promise<Exports> {
    const strip = (source: string): string => transformSync(source, { loader: 'ts', target: 'node20' }).code
    this.write('operations.mjs', strip(OPERATIONS))
    const code = strip(text).replaceAll('./operations.js', './operations.mjs')
    return load(pathToFileURL(this.write(`plain-${this.count++}.mjs`, code)).href)
  }

  delete(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

async function load(url: string): Promise<Exports> {
  return (await import(/* @vite-ignore */ url)) as Exports
}
