import { type Node, child, children, eachChild, identifier, isFunction, isType, unwrap } from './ast.js'
import { paramName } from './mem-uses.js'
import type { Module } from './modules.js'
import type { FunctionInfo, Place } from './program.js'
import { type Scope, blockScope, functionScope, moduleScope } from './scope.js'

/**
 * Goes through a module in the order of its text, children before what follows them, and keeps track of what names mean
 * (`scope`) and of what the node stands in (`place`). What is to be done with a node is for the subclass to say.
 */
export abstract class Walker {
  protected readonly module: Module
  protected readonly functions = new Map<string, FunctionInfo>()
  /** Functions that stand where they may touch shared state, other than declared at the top. */
  protected readonly methodNodes = new Map<Node, FunctionInfo>()
  protected scope: Scope
  protected place: Place = { fn: undefined, inside: 'the module itself, which runs as it is loaded' }
  /** Inside an argument of a function from outside the program, which knows what a compiled function is. */
  protected mayName = false

  constructor(module: Module) {
    this.module = module
    this.scope = moduleScope(module.program)
  }

  /** An expression statement in a list of statements, after its expression. */
  protected abstract statement(node: Node): void
  /** A parameter, before what runs inside its pattern. */
  protected abstract parameter(param: Node): void
  protected abstract variables(node: Node): void
  protected abstract yielding(node: Node, parent: Node): void
  /** A call; `whole` is the call, or the optional chain that it ends. */
  protected abstract call(node: Node, whole: Node, parent: Node): void
  protected abstract construction(node: Node): void
  /** A member that is not called. */
  protected abstract member(node: Node): void
  protected abstract property(node: Node): void
  /** A name that is used, and not called. */
  protected abstract reference(node: Node): void

  /** A statement at the top of the module. */
  protected top(statement: Node): void {
    switch (statement.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return
      case 'ExportNamedDeclaration': {
        const declaration = child(statement, 'declaration')
        if (declaration !== undefined) this.declaration(declaration, statement)
        return
      }
      case 'ExportDefaultDeclaration': {
        const declaration = statement['declaration'] as Node
        if (declaration.type === 'Identifier') return
        this.mayName = true
        this.declaration(declaration, statement)
        this.mayName = false
        return
      }
      default:
        this.declaration(statement, statement)
    }
  }

  private declaration(node: Node, anchor: Node): void {
    if (isType(node)) return
    if (node.type === 'FunctionDeclaration') {
      const name = identifier(child(node, 'id')) ?? 'default'
      const fn = this.newFunction(node, name, anchor, false)
      this.functions.set(name, fn)
      this.rootFunction(node, fn)
      return
    }
    if (!this.module.instrumented && node.type === 'VariableDeclaration') {
      for (const declarator of children(node, 'declarations')) {
        const name = identifier(child(declarator, 'id'))
        const init = child(declarator, 'init')
        if (name === undefined || init === undefined || !isFunction(init)) continue
        const fn = this.newFunction(init, name, anchor, false)
        this.functions.set(name, fn)
        this.methodNodes.set(init, fn)
      }
    }
    this.visit(node, anchor)
  }

  protected rootFunction(node: Node, fn: FunctionInfo): void {
    const { mayName } = this
    this.mayName = false
    this.functionBody(node, { fn, inside: '' }, { fn, inside: 'a default parameter' })
    this.mayName = mayName
  }

  /** A function inside another, or in no table: nothing shared may be touched in it. */
  protected closure(node: Node, what: string): void {
    const place = { fn: this.place.fn, inside: this.place.inside === 'a class' ? 'a class' : what }
    this.functionBody(node, place, place)
  }

  private functionBody(node: Node, body: Place, params: Place): void {
    const { scope, place } = this
    this.scope = functionScope(node, scope)
    this.place = params
    for (const param of children(node, 'params')) {
      this.parameter(param)
      this.pattern(param)
    }
    this.place = body
    const inner = child(node, 'body')
    if (inner !== undefined) this.visit(inner, node)
    this.scope = scope
    this.place = place
  }

  /** What runs inside a pattern that declares names: defaults and computed keys. */
  protected pattern(node: Node): void {
    if (node.type === 'Identifier') return
    if (node.type === 'AssignmentPattern') {
      this.pattern(node['left'] as Node)
      this.visit(node['right'] as Node, node)
      return
    }
    if (node.type === 'Property') {
      if (node['computed'] === true) this.visit(node['key'] as Node, node)
      this.pattern(node['value'] as Node)
      return
    }
    eachChild(node, (inner) => this.pattern(inner))
  }

  protected visit(node: Node, parent: Node): void {
    if (isType(node)) return
    switch (node.type) {
      case 'FunctionDeclaration':
        return this.closure(node, 'a nested function')
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const fn = this.methodNodes.get(node)
        if (fn !== undefined) return this.rootFunction(node, fn)
        return this.closure(
          node,
          node.type === 'FunctionExpression' ? 'a function expression' : 'an arrow function',
        )
      }
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.classBody(node)
      case 'BlockStatement':
      case 'StaticBlock':
      case 'SwitchStatement':
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
        return this.block(node)
      case 'CatchClause': {
        const param = child(node, 'param')
        if (param !== undefined) this.pattern(param)
        const { scope } = this
        this.scope = blockScope(node, scope)
        this.visit(node['body'] as Node, node)
        this.scope = scope
        return
      }
      case 'VariableDeclaration':
        return this.variables(node)
      case 'ExpressionStatement':
        this.visit(node['expression'] as Node, node)
        if (isList(parent)) this.statement(node)
        return
      case 'YieldExpression':
        return this.yielding(node, parent)
      case 'ChainExpression': {
        const call = unwrap(node['expression'] as Node)
        if (call.type === 'CallExpression') return this.call(call, node, parent)
        return this.children(node)
      }
      case 'CallExpression':
        return this.call(node, node, parent)
      case 'NewExpression':
        return this.construction(node)
      case 'MemberExpression':
        return this.member(node)
      case 'Property':
        return this.property(node)
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        if (node['computed'] === true) this.visit(node['key'] as Node, node)
        if (child(node, 'value') !== undefined) this.visit(node['value'] as Node, node)
        return
      case 'LabeledStatement':
        return this.visit(node['body'] as Node, node)
      case 'BreakStatement':
      case 'ContinueStatement':
        return
      case 'Identifier':
        return this.reference(node)
      default:
        this.children(node)
    }
  }

  protected children(node: Node): void {
    eachChild(node, (inner) => this.visit(inner, node))
  }

  private block(node: Node): void {
    const { scope } = this
    this.scope = blockScope(node, scope)
    this.children(node)
    this.scope = scope
  }

  private classBody(node: Node): void {
    const { place } = this
    const superClass = child(node, 'superClass')
    if (superClass !== undefined) this.visit(superClass, node)
    this.place = { fn: place.fn, inside: 'a class' }
    this.visit(node['body'] as Node, node)
    this.place = place
  }

  protected newFunction(node: Node, name: string, anchor: Node, isMethod: boolean): FunctionInfo {
    return {
      module: this.module,
      name,
      node,
      anchor,
      isMethod,
      isGenerator: node['generator'] === true,
      isAsync: node['async'] === true,
      params: children(node, 'params').map(paramName),
      touches: false,
      reaches: false,
    }
  }
}

function isList(parent: Node): boolean {
  return ['BlockStatement', 'Program', 'SwitchCase', 'StaticBlock'].includes(parent.type)
}
