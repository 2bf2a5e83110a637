import { type Node, child, children, eachBound, eachChild, isFunction, isType } from './ast.js'

/**
 * What a name means where it is used: enough to tell the functions of modules from what hides them.
 *
 *   function  a function declared at the top of the module
 *   import    imported by value
 *   module    any other declaration at the top of the module
 *   closure   a function declared inside another, or a constant that is one
 *   param     a parameter, and what a parameter's pattern binds
 *   local     any other variable inside a function
 */
export type BindingKind = 'function' | 'import' | 'module' | 'closure' | 'param' | 'local'

export interface Scope {
  readonly outer: Scope | undefined
  readonly names: Map<string, BindingKind>
}

export function lookup(scope: Scope, name: string): BindingKind | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.names.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export function moduleScope(program: Node): Scope {
  const names = new Map<string, BindingKind>()
  for (const statement of children(program, 'body')) {
    if (statement.type === 'ImportDeclaration') {
      if (statement['importKind'] === 'type') continue
      for (const specifier of children(statement, 'specifiers')) {
        const local = child(specifier, 'local')
        if (local !== undefined && specifier['importKind'] !== 'type')
          names.set(local['name'] as string, 'import')
      }
      continue
    }
    const declaration = child(statement, 'declaration') ?? statement
    declare(declaration, names, true)
  }
  return { outer: undefined, names }
}

/** The names that a function binds: its parameters, its own name, and the `var`s of its body. */
export function functionScope(fn: Node, outer: Scope): Scope {
  const names = new Map<string, BindingKind>()
  const id = child(fn, 'id')
  if (id !== undefined && fn.type === 'FunctionExpression') names.set(id['name'] as string, 'closure')
  for (const param of children(fn, 'params')) eachBound(param, (name) => names.set(name, 'param'))
  const body = child(fn, 'body')
  if (body !== undefined) hoistVars(body, names)
  return { outer, names }
}

/** The names that a block, a `for` or a `catch` binds; the outer scope itself if it binds none. */
export function blockScope(node: Node, outer: Scope): Scope {
  const names = new Map<string, BindingKind>()
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      for (const statement of children(node, 'body')) declare(statement, names, false)
      break
    case 'SwitchStatement':
      for (const branch of children(node, 'cases'))
        for (const statement of children(branch, 'consequent')) declare(statement, names, false)
      break
    case 'ForStatement':
      declare(child(node, 'init'), names, false)
      break
    case 'ForOfStatement':
    case 'ForInStatement':
      declare(child(node, 'left'), names, false)
      break
    case 'CatchClause':
      eachBound(child(node, 'param') ?? node, (name) => names.set(name, 'local'))
      break
    default:
  }
  return names.size === 0 ? outer : { outer, names }
}

function declare(node: Node | undefined, names: Map<string, BindingKind>, top: boolean): void {
  if (node === undefined || isType(node)) return
  const id = child(node, 'id')
  switch (node.type) {
    case 'FunctionDeclaration':
      if (id !== undefined) names.set(id['name'] as string, top ? 'function' : 'closure')
      break
    case 'ClassDeclaration':
      if (id !== undefined) names.set(id['name'] as string, top ? 'module' : 'local')
      break
    case 'VariableDeclaration':
      for (const declarator of children(node, 'declarations')) {
        const init = child(declarator, 'init')
        const closure = node['kind'] === 'const' && init !== undefined && isFunction(init)
        const kind: BindingKind = closure ? 'closure' : top ? 'module' : 'local'
        eachBound(declarator['id'] as Node, (name) => names.set(name, kind))
      }
      break
    default:
  }
}

function hoistVars(node: Node, names: Map<string, BindingKind>): void {
  if (node.type === 'VariableDeclaration' && node['kind'] === 'var') declare(node, names, false)
  eachChild(node, (inner) => {
    if (!isFunction(inner)) hoistVars(inner, names)
  })
}
