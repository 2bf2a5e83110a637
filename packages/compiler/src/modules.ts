import { hash } from './hash.js'
import { readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { type Comment, parseSync } from 'oxc-parser'
import { type Node, child, children, eachBound, identifier, isType, nameOf } from './ast.js'
import { type Patch, PatchedText } from './patches.js'
import { CompileError, type Problem } from './problems.js'
import type { Resolver, Target } from './resolve.js'

/** One name of an import or of a re-export: what it is called where it comes from, and where that is. */
interface From {
  readonly specifier: string
  /** `*` is the namespace. */
  readonly name: string
}

/** A module of the program, parsed. */
export interface Module {
  readonly path: string
  /** Relative to the root (or as `reportAs` says), with `/`: what reports name. */
  readonly file: string
  readonly source: PatchedText
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly instrumented: boolean
  readonly targets: ReadonlyMap<string, Target>
  /** By local name. */
  readonly imports: ReadonlyMap<string, From>
  /** By exported name: a local name, or where it is exported from. */
  readonly exports: ReadonlyMap<string, string | From>
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[]
}

/** A file as it was read: what a bundle depends on. */
interface Input {
  readonly path: string
  readonly hash: string
  readonly instrumented: boolean
}

export interface Loaded {
  readonly modules: ReadonlyMap<string, Module>
  readonly inputs: readonly Input[]
}

export interface LoadOptions {
  readonly entries: readonly string[]
  readonly instrument: (path: string) => boolean
  readonly patches: readonly Patch[]
  readonly root: string
  /** As in CompileOptions. */
  readonly reportAs: Readonly<Record<string, string>>
  readonly resolver: Resolver
}

const PARSED = new Set(['.ts', '.mts', '.tsx', '.js', '.mjs'])

/** A text and what the parser made of it, which nobody changes. */
interface Parsed extends ReturnType<typeof parseOf> {
  readonly text: string
}

/** The last text of each file: mutants of a program differ in one. */
const lastParsed = new Map<string, Parsed>()

function parsed(path: string, text: string): Parsed {
  const known = lastParsed.get(path)
  if (known?.text === text) return known
  const made = { text, ...parseOf(path, text) }
  lastParsed.set(path, made)
  return made
}

function parseOf(path: string, text: string) {
  const { program, comments, errors } = parseSync(path, text, { preserveParens: false })
  return { program: program as unknown as Node, comments, errors }
}

/** How reports name a file. */
function reportedPath({ root, reportAs }: LoadOptions, path: string): string {
  const [folder, name] = Object.entries(reportAs).find(([at]) => path.startsWith(at + sep)) ?? [root, '']
  return join(name, relative(folder, path)).split(sep).join('/')
}

/** Reads and parses every module that the entries reach. Throws CompileError. */
export function load(options: LoadOptions): Loaded {
  const { resolver, patches } = options
  const modules = new Map<string, Module>()
  const inputs: Input[] = []
  const problems: Problem[] = []
  const applied = new Map<Patch, number>()
  const queue = [...options.entries]
  const seen = new Set(queue)

  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const text = readFileSync(path, 'utf8')
    const instrumented = options.instrument(path)
    inputs.push({ path, hash: hash([text]), instrumented })
    if (!PARSED.has(extname(path))) continue
    const file = reportedPath(options, path)
    const source = new PatchedText(text)
    for (const patch of patches) {
      if (!appliesTo(patch, path)) continue
      const found = source.apply(patch)
      applied.set(patch, (applied.get(patch) ?? 0) + 1)
      if (found !== 1) problems.push(patchProblem(file, patch, found))
    }
    const { program, comments, errors } = parsed(path, source.text)
    for (const { message, labels } of errors)
      problems.push({
        file,
        ...source.position(labels[0]?.start ?? 0),
        message: `does not parse: ${message}`,
      })
    const names = new Names(program)
    const targets = new Map<string, Target>()
    for (const [specifier, node] of names.specifiers) {
      const target = resolver.resolve(specifier, path)
      if (target === undefined) {
        problems.push({ file, ...source.position(node.start), message: `cannot find '${specifier}'` })
        continue
      }
      targets.set(specifier, target)
      if (target.kind === 'external' || seen.has(target.path)) continue
      seen.add(target.path)
      queue.push(target.path)
    }
    const { imports, exports, stars } = names
    modules.set(path, {
      path,
      file,
      source,
      program,
      comments,
      instrumented,
      targets,
      imports,
      exports,
      stars,
    })
  }

  for (const patch of patches) {
    const files = applied.get(patch) ?? 0
    if (files === 1) continue
    const message =
      files === 0
        ? 'no module of the program has this path'
        : `${files} modules of the program have this path`
    problems.push({
      file: patch.file,
      line: 1,
      column: 1,
      message: `${patch.from ?? 'patch'}: ${message}; exactly one is allowed`,
    })
  }
  if (problems.length > 0) throw new CompileError(problems)
  return { modules, inputs }
}

/** Whether a patch is for the file at `path`. */
export function appliesTo(patch: Patch, path: string): boolean {
  const wanted = patch.file.split('/')
  const has = path.split(sep).slice(-wanted.length)
  return wanted.length === has.length && wanted.every((part, at) => part === has[at])
}

function patchProblem(file: string, patch: Patch, found: number): Problem {
  const text = JSON.stringify(patch.find.length > 60 ? `${patch.find.slice(0, 60)}…` : patch.find)
  const message = `${patch.from ?? 'patch'}: its text occurs ${found} times, exactly once is allowed: ${text}`
  return { file, line: 1, column: 1, message }
}

/** What a module imports and exports by value. */
class Names {
  readonly imports = new Map<string, From>()
  readonly exports = new Map<string, string | From>()
  readonly stars: string[] = []
  readonly specifiers = new Map<string, Node>()

  constructor(program: Node) {
    for (const statement of children(program, 'body')) this.add(statement)
  }

  private add(statement: Node): void {
    if (statement['importKind'] === 'type' || statement['exportKind'] === 'type') return
    const specifier = nameOf(child(statement, 'source'))
    const named = children(statement, 'specifiers').filter(
      (at) => at['importKind'] !== 'type' && at['exportKind'] !== 'type',
    )
    // `import { type X } from` alone imports nothing.
    const onlyTypes = named.length === 0 && children(statement, 'specifiers').length > 0
    if (specifier !== undefined && !onlyTypes) this.specifiers.set(specifier, statement)
    switch (statement.type) {
      case 'ImportDeclaration':
        for (const at of named) {
          const name =
            at.type === 'ImportDefaultSpecifier'
              ? 'default'
              : at.type === 'ImportNamespaceSpecifier'
                ? '*'
                : (nameOf(child(at, 'imported')) as string)
          this.imports.set(identifier(child(at, 'local')) as string, { specifier: specifier as string, name })
        }
        break
      case 'ExportAllDeclaration': {
        const exported = nameOf(child(statement, 'exported'))
        if (exported === undefined) this.stars.push(specifier as string)
        else this.exports.set(exported, { specifier: specifier as string, name: '*' })
        break
      }
      case 'ExportDefaultDeclaration': {
        const declaration = statement['declaration'] as Node
        const local = identifier(declaration) ?? identifier(child(declaration, 'id'))
        this.exports.set('default', local ?? 'default')
        break
      }
      case 'ExportNamedDeclaration': {
        for (const at of named) {
          const local = nameOf(child(at, 'local')) as string
          const exported = nameOf(child(at, 'exported')) as string
          this.exports.set(exported, specifier === undefined ? local : { specifier, name: local })
        }
        const declaration = child(statement, 'declaration')
        if (declaration === undefined || isType(declaration)) break
        const id = identifier(child(declaration, 'id'))
        if (id !== undefined) this.exports.set(id, id)
        for (const declarator of children(declaration, 'declarations'))
          eachBound(declarator['id'] as Node, (name) => this.exports.set(name, name))
        break
      }
      default:
    }
  }
}
