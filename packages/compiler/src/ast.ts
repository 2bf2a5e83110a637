/** Syntax trees as oxc-parser gives them (ESTree with TypeScript), as far as the pass looks. */

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** The node at `key`, if there is one. */
export function child(node: Node, key: string): Node | undefined {
  const value = node[key]
  return isNode(value) ? value : undefined
}

/** The nodes of the list at `key`, holes left out. */
export function children(node: Node, key: string): readonly Node[] {
  const value = node[key]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier; undefined for any other node. */
export function identifier(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' ? (node['name'] as string) : undefined
}

/** What a name in an import, an export or a property key says: an identifier or a string. */
export function nameOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Literal') return String(node['value'])
  return identifier(node)
}

const TYPE_WRAPPERS = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
])

/** Whether the node is an expression with a word for the type checker around it. */
export function isTypeWrapper(node: Node): boolean {
  return TYPE_WRAPPERS.has(node.type)
}

/** The expression without what it says to the type checker alone. */
export function unwrap(node: Node): Node {
  let at = node
  while (isTypeWrapper(at)) at = at['expression'] as Node
  return at
}

/** The property's name in `x.name`; undefined in `x[name]` and all else. */
export function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' || node['computed'] === true) return undefined
  return identifier(child(node, 'property'))
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Whether `node` is a function of any form, methods included: their value is a FunctionExpression. */
export function isFunction(node: Node): boolean {
  return FUNCTIONS.has(node.type)
}

/** Keys under which there are only types, or nothing that runs. */
const TYPE_KEYS = new Set([
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'implements',
])

/** Calls `visit` for each child that can run: types are left out. */
export function eachChild(node: Node, visit: (child: Node, key: string) => void): void {
  for (const key in node) {
    if (TYPE_KEYS.has(key)) continue
    const value = node[key]
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, key)
    } else if (isNode(value)) visit(value, key)
  }
}

/** Whether the node is a type or a declaration of one. */
export function isType(node: Node): boolean {
  return (node.type.startsWith('TS') && !isTypeWrapper(node)) || node['declare'] === true
}

/** Calls `visit` with the name of each variable that the pattern binds. */
export function eachBound(pattern: Node, visit: (name: string, node: Node) => void): void {
  switch (pattern.type) {
    case 'Identifier':
      visit(pattern['name'] as string, pattern)
      break
    case 'ObjectPattern':
      for (const property of children(pattern, 'properties')) {
        const value = child(property, 'value') ?? child(property, 'argument')
        if (value !== undefined) eachBound(value, visit)
      }
      break
    case 'ArrayPattern':
      for (const element of children(pattern, 'elements')) eachBound(element, visit)
      break
    case 'AssignmentPattern':
      eachBound(pattern['left'] as Node, visit)
      break
    case 'RestElement':
      eachBound(pattern['argument'] as Node, visit)
      break
    default:
  }
}
