/** docs/netbsd-map.md read as data, and what the sources say that it should say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Node, ROOT, type Source, isNode, place } from './sources.js'

const MAP = 'docs/netbsd-map.md'

/** One row: the names in C (none: without an ancestor), and here. */
export interface MapRow {
  readonly line: number
  readonly c: readonly string[]
  readonly here: readonly Declared[]
  /** What the table puts before its fields' names, as `PG_`. */
  readonly prefix: string
  readonly deviation: string
}

/** A name, and the file that declares it, from packages/. */
interface Declared {
  readonly name: string
  readonly path: string
}

/** A function, field or global variable that the map has to have. */
export interface Wanted extends Declared {
  readonly at: string
  /** The row to add. */
  readonly row: string
}

const HEADER = /^\| C symbol +\| TypeScript +\| deviation +\|$/
const FILE = /([\w-]+\/src\/[\w./-]+\.ts)/

/** The rows of the map. Throws on a row that is none. */
export function mapRows(text = readFileSync(join(ROOT, MAP), 'utf8')): MapRow[] {
  const rows: MapRow[] = []
  let announced = { path: '', prefix: '' } // by `In path, prefix ...:`, for the next table
  let table: { path: string; prefix: string } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const where = line.match(/^In ([\w-]+\/src\/[\w./-]+\.ts)(?:, prefix `(\w+)`)?:$/)
    if (where !== null) announced = { path: where[1] ?? '', prefix: where[2] ?? '' }
    if (HEADER.test(line)) {
      table = announced
      announced = { path: '', prefix: '' }
    } else if (!line.startsWith('|')) {
      table = undefined
    } else if (table !== undefined && !/^\|[ |:-]+$/.test(line)) {
      rows.push(rowOf(line, index + 1, table))
    }
  }
  return rows
}

function rowOf(text: string, line: number, table: { path: string; prefix: string }): MapRow {
  const cells = text.split('|').map((cell) => cell.trim())
  if (cells.length !== 5) throw new Error(`${MAP}:${line} has ${cells.length - 2} cells; 3 are allowed`)
  const [, c = '', here = '', deviation = ''] = cells
  const declared = here.split(';').flatMap((part) => {
    const path = part.match(FILE)?.[1] ?? table.path
    if (path === '') throw new Error(`${MAP}:${line} names no file, nor does the line above its table`)
    return quoted(part).map((name) => ({ name, path }))
  })
  if (declared.length === 0) throw new Error(`${MAP}:${line} names nothing in \`\``)
  return { line, c: quoted(c), here: declared, prefix: table.prefix, deviation }
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

function camelCase(c: string): string {
  return c.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** How the C name may be spelled here. What stands in brackets after it is not part of the name. */
export function spellings(c: string, prefix = ''): string[] {
  const bare = c.replace(/ \(.*\)$/, '').replace(/^struct /, '')
  const upper = prefix + bare.replaceAll('.', '_').toUpperCase()
  return [camelCase(bare), upper, `${upper}_NEXT`, `${upper}_PREV`, bare]
}

/** Whether the row's names are spelled by the rule. */
function isMechanical({ c, here, prefix }: MapRow): boolean {
  if (c.length === here.length)
    return c.every((name, n) => spellings(name, prefix).includes(here[n]?.name ?? ''))
  const [only] = c
  return (
    c.length === 1 && only !== undefined && here.every(({ name }) => spellings(only, prefix).includes(name))
  )
}

/** Path from packages/, as the map has it. */
function inPackages(source: Source): string {
  return source.path.replace(/^packages\//, '')
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Identifier') return node['name'] as string
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

/** The declarations at the top of a module, without their `export`. */
function topLevel({ program }: Source): { node: Node; outer: Node }[] {
  return (program['body'] as Node[]).map((outer) => {
    const inner = outer['declaration']
    return { node: isNode(inner) ? inner : outer, outer }
  })
}

/** Keys of an object literal; those of a constant of the module that is spread into it, too. */
function keysOf(source: Source, object: Node): string[] {
  return (object['properties'] as Node[]).flatMap((property) => {
    if (property.type !== 'SpreadElement') return nameOf(property['key']) ?? []
    const spread = initOf(source, nameOf(property['argument']) ?? '')
    return spread === undefined ? [] : keysOf(source, spread)
  })
}

/** The object literal of the constant `name` of the module. */
function initOf(source: Source, name: string): Node | undefined {
  for (const { node } of topLevel(source)) {
    for (const declarator of (node['declarations'] as Node[] | undefined) ?? []) {
      if (nameOf(declarator['id']) !== name || !isNode(declarator['init'])) continue
      const init = declarator['init']
      const object = init.type === 'TSAsExpression' ? (init['expression'] as Node) : init
      if (object.type === 'ObjectExpression') return object
    }
  }
  return undefined
}

interface Table {
  /** The record's name, as `lwp`. */
  readonly name: string
  readonly fields: readonly string[]
  readonly node: Node
}

/** The calls of `layout` and `globals` of a module. */
function tablesOf(source: Source): Table[] {
  return topLevel(source).flatMap(({ node }) =>
    ((node['declarations'] as Node[] | undefined) ?? []).flatMap((declarator) => {
      const init = declarator['init']
      if (!isNode(init) || init.type !== 'CallExpression') return []
      if (!['layout', 'globals'].includes(nameOf(init['callee']) ?? '')) return []
      const parameters = init['arguments'] as Node[]
      const last = parameters.at(-1) as Node
      const object = last.type === 'ObjectExpression' ? last : initOf(source, nameOf(last) ?? '')
      if (object === undefined)
        throw new Error(`${place(source, init)}: the table of fields is no object literal`)
      return { name: nameOf(parameters[0]) ?? '', fields: keysOf(source, object), node: init }
    }),
  )
}

/** All that a module declares: functions, constants, fields, global variables, types and members of interfaces. */
function declaredBy(source: Source): Set<string> {
  const names = new Set<string | undefined>(tablesOf(source).flatMap(({ fields }) => fields))
  for (const { node } of topLevel(source)) {
    if (node['id'] !== undefined) names.add(nameOf(node['id']))
    for (const declarator of (node['declarations'] as Node[] | undefined) ?? []) {
      const id = declarator['id'] as Node
      if (id.type === 'Identifier') names.add(nameOf(id))
      else for (const property of id['properties'] as Node[]) names.add(nameOf(property['key']))
    }
    if (node.type === 'TSInterfaceDeclaration') {
      for (const member of (node['body'] as Node)['body'] as Node[]) names.add(nameOf(member['key']))
    }
  }
  names.delete(undefined)
  return names as Set<string>
}

/** The doc comment that ends where `node` begins, without its stars. */
function docOf({ text }: Source, node: Node): string {
  const before = text.slice(0, node.start).trimEnd()
  if (!before.endsWith('*/')) return ''
  const comment = before.slice(before.lastIndexOf('/*'))
  return comment.startsWith('/**')
    ? comment
        .slice(3, -2)
        .replace(/\n\s*\*/g, '\n')
        .trim()
    : ''
}

/** Whether a function with this doc comment says that it stands for something in C. */
function claimsAncestor(name: string, doc: string): boolean {
  if (/\([^()]*\b\w+\.[ch]\b[^()]*\)/.test(doc)) return true
  const c = snakeCase(name)
  // A name of one word is a word of English too: it counts where the comment begins with it.
  if (!c.includes('_')) return new RegExp(`^${c}( \\(|[:,(])`).test(doc)
  return new RegExp(`(?<![\\w.])${c}(?!\\w)`).test(doc)
}

/** Functions of the sources whose doc comment names a C source, or the C spelling of their own name. */
export function wantedFunctions(sources: readonly Source[]): Wanted[] {
  return sources.flatMap((source) =>
    topLevel(source).flatMap(({ node, outer }) => {
      const name = nameOf(node['id'])
      if (node.type !== 'FunctionDeclaration' || name === undefined) return []
      const doc = docOf(source, outer)
      if (!claimsAncestor(name, doc)) return []
      const c = /^(\w+)(?= \(|[:,(])/.exec(doc)?.[1] ?? snakeCase(name)
      const reason = spellings(c).includes(name) ? '' : ' Name: why.'
      const path = inPackages(source)
      return { name, path, at: place(source, node), row: `| \`${c}\` | \`${name}\`, ${path} |${reason} |` }
    }),
  )
}

/** Fields of the layouts, and global variables, of the sources. */
export function wantedFields(sources: readonly Source[]): Wanted[] {
  return sources.flatMap((source) =>
    tablesOf(source).flatMap(({ name: record, fields, node }) =>
      fields.map((name) => {
        const path = inPackages(source)
        const row = `| \`${name.toLowerCase()}\` (– if C has none) | \`${name}\` | |, in the table of ${record} under "In ${path}"`
        return { name, path, at: place(source, node), row }
      }),
    ),
  )
}

/** What the map lacks of `wanted`, and the row that it wants. */
export function missing(rows: readonly MapRow[], wanted: readonly Wanted[]): string[] {
  const present = new Set(rows.flatMap(({ here }) => here.map(({ name, path }) => `${path} ${name}`)))
  return wanted
    .filter(({ name, path }) => !present.has(`${path} ${name}`))
    .map(({ name, at, row }) => `${at}: ${name} is not in ${MAP}. Add ${row}`)
}

/** Rows that name what their file does not declare. */
export function stale(rows: readonly MapRow[], sources: readonly Source[]): string[] {
  const declared = new Map(sources.map((source) => [inPackages(source), declaredBy(source)]))
  return rows.flatMap(({ line, here }) =>
    here
      .filter(({ name, path }) => declared.get(path)?.has(name) !== true)
      .map(({ name, path }) => {
        const now = [...declared].filter(([, names]) => names.has(name)).map(([elsewhere]) => elsewhere)
        const hint = now.length === 0 ? 'no file does: was it renamed?' : `${now.join(', ')} does`
        return `${MAP}:${line}: packages/${path} does not declare ${name}; ${hint}`
      }),
  )
}

/** Rows whose names are not spelled by the rule, and that do not say why. */
export function misspelled(rows: readonly MapRow[]): string[] {
  return rows
    .filter((row) => row.c.length > 0 && !isMechanical(row) && !/(^|\. )Name: \S/.test(row.deviation))
    .map(({ line, c, here, prefix }) => {
      const rule = c.map((name) => spellings(name, prefix).slice(0, 2).join(' or ')).join(', ')
      const names = here.map(({ name }) => name).join(', ')
      return `${MAP}:${line}: ${c.join(', ')} is ${rule} by the rule, not ${names}: say why, after "Name: "`
    })
}
