/** The rules of tables of operations, the only indirect calls: a compiler knows the callees of one by its method's name. */
import { type Node, type Source, isNode, place, walk } from './sources.js'
import { access, name } from './syntax.js'

/** What a variable or property that holds a table is called. */
const TABLES = new Set(['turnstile', 'sleepq', 'interrupts', 'vmops', 'kernel', 'machdep', 'table'])
/** Functions that return one. */
const CHOOSERS = new Set(['syncobjOps'])

/** Names of the methods of every table that the sources declare. */
export function tableMethods(sources: readonly Source[]): Set<string> {
  const methods = new Set<string>()
  for (const { program } of sources) {
    walk(program, (node) => {
      if (node.type !== 'CallExpression' || name(node['callee']) !== 'operations') return
      const [table] = node['arguments'] as Node[]
      if (table?.type !== 'ObjectExpression') throw new Error('a table is declared by an object literal')
      for (const property of table['properties'] as Node[]) methods.add(name(property['key']) ?? '?')
    })
  }
  return methods
}

/** Whether the expression is a table, by its name. */
function isTable(node: unknown): boolean {
  if (!isNode(node)) return false
  if (node.type === 'CallExpression') return CHOOSERS.has(name(node['callee']) ?? '')
  const own = node.type === 'MemberExpression' ? node['property'] : node
  return TABLES.has(name(own) ?? '')
}

/** Where a method of no table is called by the name of a table's, so that the call would be taken for an indirect one. */
export function namedAsInTables(source: Source, methods: ReadonlySet<string>): string[] {
  const found: string[] = []
  walk(source.program, (node) => {
    if (node.type !== 'CallExpression' || access(node) !== undefined) return
    const callee = node['callee'] as Node
    if (callee.type !== 'MemberExpression' || callee['computed'] === true) return
    const method = name(callee['property']) ?? ''
    if (methods.has(method) && !isTable(callee['object'])) found.push(`${place(source, node)} ${method}`)
  })
  return found
}

/** Where a table is used other than by calling one of its methods by name: a method stored, or the table taken apart. */
export function takenFromTables(source: Source): string[] {
  const found: string[] = []
  walk(source.program, (node, ancestors) => {
    const parent = ancestors.at(-1)
    if (node.type === 'VariableDeclarator' && isTable(node['init'])) {
      if ((node['id'] as Node).type === 'ObjectPattern') found.push(place(source, node))
    } else if (node.type === 'MemberExpression' && isTable(node['object'])) {
      const called = parent?.type === 'CallExpression' && parent['callee'] === node
      if (!called || node['computed'] === true) found.push(place(source, node))
    }
  })
  return found
}
