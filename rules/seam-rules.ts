/** The rules of the seam, each a function from a source to the places in it that break the rule. */
import { type Node, type Source, isNode, place, sources, walk } from './sources.js'
import { access, name } from './syntax.js'

export type Rule = (source: Source) => string[]

/** The places in the packages that break `rule`, among the sources of which `of` holds. */
export function inBreach(rule: Rule, of: (source: Source) => boolean): string[] {
  return sources()
    .filter(of)
    .flatMap((source) => rule(source))
}

/** The places whose node `breaks`. */
function places(source: Source, breaks: (node: Node, ancestors: readonly Node[]) => boolean): string[] {
  const found: string[] = []
  walk(source.program, (node, ancestors) => {
    if (breaks(node, ancestors)) found.push(place(source, node))
  })
  return found
}

/** Where `Atomics` is named, in whatever way: as an object, taken apart, renamed, as a property of globalThis. */
export function nameAtomics(source: Source): string[] {
  return places(source, (node) => name(node) === 'Atomics')
}

function isMem(node: unknown): boolean {
  return (
    name(node) === 'mem' ||
    (isNode(node) && node.type === 'MemberExpression' && name(node['property']) === 'mem')
  )
}

/** Where the words of a Mem are reached past its operations. */
export function readWords(source: Source): string[] {
  return places(source, (node) => {
    if (node.type === 'MemberExpression') return name(node['property']) === 'words' && isMem(node['object'])
    return node.type === 'VariableDeclarator' && isMem(node['init']) && takes(node['id'], 'words')
  })
}

/** Whether the pattern takes a property of this name. */
function takes(pattern: unknown, property: string): boolean {
  if (!isNode(pattern) || pattern.type !== 'ObjectPattern') return false
  return (pattern['properties'] as Node[]).some(({ key }) => name(key) === property)
}

/** Where a module declares a variable that can change. */
export function moduleState(source: Source): string[] {
  return places(source, (node, ancestors) => {
    const outside = ancestors.every(({ type }) => type === 'Program' || type === 'ExportNamedDeclaration')
    return node.type === 'VariableDeclaration' && node['kind'] !== 'const' && outside
  })
}

/** The host's clocks, timers and random numbers; and the function that reads its clock for the statistics of locks. */
const HOST_NAMES = new Set([
  'performance',
  'Date',
  'process',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'crypto',
  'clockNs',
])

/** The one name of the host that each of these files may use, with the reason. */
export const HOST_NAMES_ALLOWED: Readonly<Record<string, string>> = {
  // How long a lock was waited for: read only if lockstat is on, and never the model's to see.
  'packages/atomics-sync/src/mutex.ts': 'clockNs',
  'packages/atomics-sync/src/rwlock.ts': 'clockNs',
  'packages/atomics-sync/src/spin-mutex.ts': 'clockNs',
}

/** Where the host is asked for something, with the name it is asked by. */
export function hostNames(source: Source): string[] {
  const found: string[] = []
  walk(source.program, (node, ancestors) => {
    const asked = hostName(node, ancestors)
    if (asked !== undefined) found.push(`${place(source, node)} ${asked}`)
  })
  return found
}

function hostName(node: Node, ancestors: readonly Node[]): string | undefined {
  if (node.type === 'ImportDeclaration') {
    const from = (node['source'] as Node)['value'] as string
    return from.startsWith('node:') && node['importKind'] !== 'type' ? from : undefined
  }
  if (
    node.type === 'MemberExpression' &&
    name(node['object']) === 'Math' &&
    name(node['property']) === 'random'
  )
    return 'Math.random'
  if (node.type === 'VariableDeclarator' && name(node['init']) === 'Math' && takes(node['id'], 'random'))
    return 'Math.random'
  const own = name(node)
  if (own === undefined || !HOST_NAMES.has(own) || !isReference(node, ancestors)) return undefined
  return isBound(own, ancestors) ? undefined : own
}

/** Whether the identifier is the name of a variable that is used here: not a property's, a type's or an import's. */
function isReference(node: Node, ancestors: readonly Node[]): boolean {
  const parent = ancestors.at(-1)
  if (parent === undefined || /^(TS(?!As|NonNull|Satisfies)|Import|Export)/.test(parent.type)) return false
  if (parent.type === 'MemberExpression') return parent['object'] === node || parent['computed'] === true
  if (/^(Property|PropertyDefinition|MethodDefinition)$/.test(parent.type))
    return parent['value'] === node || parent['computed'] === true
  // A declaration of its own is what binds it.
  return !(parent['id'] === node)
}

/** Whether a declaration around the place binds `variable`, so that it is not the host's. Imported names are. */
function isBound(variable: string, ancestors: readonly Node[]): boolean {
  const binds = (pattern: unknown): boolean => {
    if (!isNode(pattern)) return false
    let bound = false
    walk(pattern, (node) => {
      if (name(node) === variable) bound = true
    })
    return bound
  }
  const declares = (node: unknown): boolean =>
    isNode(node) &&
    (node.type === 'VariableDeclaration'
      ? (node['declarations'] as Node[]).some(({ id }) => binds(id))
      : node.type === 'FunctionDeclaration' && name(node['id']) === variable)
  return ancestors.some((node) => {
    const params = node['params']
    if (Array.isArray(params) && params.some(binds)) return true
    const body = Array.isArray(node['body']) ? node['body'] : []
    return [...body, node['init'], node['left']].some(declares)
  })
}

const REREADS = new Set(['read', 'load'])

/** Where a loop waits for a word to change other than by spinWhile. Loops that yield or call something else are none. */
export function spins(source: Source): string[] {
  return places(source, (node) => /^(While|DoWhile|For)Statement$/.test(node.type) && isSpin(node))
}

function isSpin(loop: Node): boolean {
  const body = loop['body'] as Node
  const empty = body.type === 'EmptyStatement' || (body['body'] as unknown[] | undefined)?.length === 0
  if (empty && !isNode(loop['update'])) return true

  // What is repeated, which is all but the `init` of a for.
  let reads = 0
  let others = 0
  const addresses = new Set<string>()
  const changed = new Set<string>()
  const tested = new Set<string>()
  for (const part of ['test', 'update', 'body']) {
    if (!isNode(loop[part])) continue
    walk(loop[part], (node) => {
      const own = name(node)
      if (own !== undefined && part === 'test') tested.add(own)
      if (/^(Yield|Await|Throw)/.test(node.type)) others++
      if (node.type === 'UpdateExpression') changed.add(name(node['argument']) ?? '')
      if (node.type === 'AssignmentExpression' && !isReread(node['right']))
        changed.add(name(node['left']) ?? '')
      if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return
      if (!isReread(node)) {
        others++
        return
      }
      reads++
      for (const argument of node['arguments'] as Node[])
        walk(argument, (at) => {
          const used = name(at)
          if (used !== undefined) addresses.add(used)
        })
    })
  }
  if (reads === 0 || others > 0) return false
  // It ends by itself if it counts, or goes on to other words.
  const moves = assigned(loop).some((variable) => addresses.has(variable))
  return !moves && ![...changed].some((variable) => tested.has(variable))
}

/** The variables that a round of the loop assigns or declares. */
function assigned(loop: Node): string[] {
  const variables: string[] = []
  for (const part of ['test', 'update', 'body']) {
    if (!isNode(loop[part])) continue
    walk(loop[part], (node) => {
      const target = node['left'] ?? node['id'] ?? node['argument']
      if (/^(AssignmentExpression|VariableDeclarator|UpdateExpression)$/.test(node.type))
        variables.push(name(target) ?? '')
    })
  }
  return variables
}

function isReread(node: unknown): boolean {
  return isNode(node) && REREADS.has(access(node) ?? '')
}
