import {
  type Node,
  child,
  children,
  identifier,
  isFunction,
  isTypeWrapper,
  memberName,
  nameOf,
  unwrap,
} from './ast.js'
import { nondeterminism } from './hints.js'
import { HOW_TO_HOLD, isMem, isPath, misboundBy, misboundParam, operation } from './mem-uses.js'
import type { Module } from './modules.js'
import { ALLOWED_OPS, KINDS, OPERANDS, TAKES_FUNCTIONS } from './ops.js'
import type { Problem } from './problems.js'
import type {
  Callee,
  FunctionInfo,
  HintAt,
  Scanned,
  SiteRecord,
  Table,
  TableMethod,
  Value,
} from './program.js'
import { lookup } from './scope.js'
import { Walker } from './walker.js'

const ONLY_DIRECTLY =
  'only directly in the body of a named function of the module or of a table of operations'

/** Walks a module once. In a module that is not instrumented it only finds which functions touch shared state. */
export function scan(module: Module): Scanned {
  return new Scanner(module).run()
}

class Scanner extends Walker {
  private readonly methods: FunctionInfo[] = []
  private readonly tables: Table[] = []
  private readonly records: SiteRecord[] = []
  private readonly values: Value[] = []
  private readonly hints: HintAt[] = []
  private readonly problems: Problem[] = []

  run(): Scanned {
    for (const statement of children(this.module.program, 'body')) this.top(statement)
    const { module, functions, methods, tables, records, values, hints, problems } = this
    return { module, functions, methods, tables, records, values, hints, problems }
  }

  private problem(node: Node, message: string): void {
    if (!this.module.instrumented) return
    this.problems.push({ file: this.module.file, ...this.module.source.position(node.start), message })
  }

  protected override statement(node: Node): void {
    this.records.push({ kind: 'statement', node })
  }

  protected override parameter(param: Node): void {
    if (misboundParam(param)) this.problem(param, `\`mem\` is taken otherwise than allowed; ${HOW_TO_HOLD}`)
  }

  protected override variables(node: Node): void {
    for (const declarator of children(node, 'declarations')) {
      if (misboundBy(declarator, node['kind']))
        this.problem(declarator, `\`mem\` is taken otherwise than allowed; ${HOW_TO_HOLD}`)
      const id = declarator['id'] as Node
      const init = child(declarator, 'init')
      this.pattern(id)
      if (init === undefined) continue
      if (identifier(id) === 'mem' && memberName(unwrap(init)) === 'mem')
        this.visit(unwrap(init)['object'] as Node, init)
      else this.visit(init, declarator)
    }
  }

  protected override yielding(node: Node, parent: Node): void {
    const argument = child(node, 'argument')
    if (node['delegate'] !== true) {
      if (argument !== undefined) {
        this.visit(argument, node)
        this.problem(
          node,
          'a yield with a value: nobody takes it. A bare `yield` is allowed, and `yield*` of a call',
        )
      } else
        this.records.push({
          kind: 'switch',
          node,
          place: this.place,
          isStatement: parent.type === 'ExpressionStatement' && parent.start === node.start,
        })
      return
    }
    const call = unwrap(argument as Node)
    if (call.type === 'CallExpression') this.call(call, node, parent)
    else {
      this.visit(call, node)
      this.problem(node, '`yield*` of something other than a call: the pass must know the generator')
    }
  }

  protected override call(node: Node, whole: Node, parent: Node): void {
    if (nondeterminism(node) !== undefined) this.hint(node)
    const isStatement = parent.type === 'ExpressionStatement' && parent.start === whole.start
    const found = operation(node)
    if (found !== undefined) return this.operation(node, whole, found, isStatement)
    if (this.isOperations(node)) return this.table(node)
    const callee = this.callee(node)
    const { mayName } = this
    if (this.isFromOutside(node)) this.mayName = true
    const passed = this.callArguments(node)
    this.mayName = mayName
    this.records.push({
      kind: 'call',
      node,
      whole,
      callee,
      place: this.place,
      isDelegated: whole.type === 'YieldExpression',
      optional: hasOptional(node) ? (whole.type === 'ChainExpression' ? 'end' : 'middle') : '',
      isStatement,
      ...passed,
    })
  }

  private operation(
    node: Node,
    whole: Node,
    { op, object, callee }: { op: string; object: Node; callee: Node },
    isStatement: boolean,
  ): void {
    const { fn, inside } = this.place
    const { mayName } = this
    if (TAKES_FUNCTIONS.has(op)) this.mayName = true
    for (const argument of children(node, 'arguments')) this.visit(argument, node)
    this.mayName = mayName
    if (fn !== undefined) fn.touches = true
    if (!this.module.instrumented) return
    if (!KINDS.has(op)) {
      this.problem(callee, `\`mem.${op || '[...]'}\` is no operation; allowed are ${ALLOWED_OPS}`)
      return
    }
    const operands = children(node, 'arguments')
    if (operands.length > OPERANDS || operands.some(({ type }) => type === 'SpreadElement'))
      this.problem(node, `mem.${op} takes at most ${OPERANDS} operands, each written by itself`)
    if (whole !== node || hasOptional(node))
      this.problem(node, `an optional or delegated mem.${op}: write \`mem.${op}(...)\``)
    if (inside !== '' || fn === undefined)
      this.problem(node, `mem.${op} in ${inside}; shared state may be touched ${ONLY_DIRECTLY}`)
    if (!isPath(object))
      this.problem(object, 'the `mem` of an expression: take it out first with `const { mem } = actor`')
    this.records.push({
      kind: 'op',
      node,
      place: this.place,
      op,
      mem: this.module.source.text.slice(object.start, object.end),
      isStatement,
    })
  }

  private callArguments(node: Node): { memArguments: number[]; passesActor: boolean } {
    const memArguments: number[] = []
    let passesActor = false
    const actor = this.place.fn?.params[0]
    for (const [at, argument] of children(node, 'arguments').entries()) {
      const bare = unwrap(argument)
      if (isMem(bare)) {
        memArguments.push(at)
        passesActor = true
        if (bare.type === 'MemberExpression') this.visit(bare['object'] as Node, bare)
      } else {
        if (actor !== undefined && identifier(bare) === actor) passesActor = true
        this.visit(argument, node)
      }
    }
    return { memArguments, passesActor }
  }

  /** Visits the callee, and says what is known of it. */
  private callee(node: Node): Callee {
    const callee = unwrap(node['callee'] as Node)
    const name = identifier(callee)
    if (name !== undefined) {
      switch (lookup(this.scope, name)) {
        case 'function':
        case 'import':
          return { kind: 'name', name }
        case 'closure':
          return { kind: 'closure' }
        case undefined:
          if (name === 'Atomics') this.reference(callee)
          return { kind: 'global' }
        default:
          return { kind: 'unknown', what: `the variable ${name}` }
      }
    }
    const member = memberName(callee)
    if (member !== undefined) {
      const object = unwrap(callee['object'] as Node)
      const namespace = identifier(object)
      if (namespace !== undefined && this.isNamespace(namespace))
        return { kind: 'namespace', namespace, name: member }
      this.visit(object, callee)
      // `performance.now()`: no table is a global.
      if (namespace !== undefined && lookup(this.scope, namespace) === undefined) return { kind: 'global' }
      return { kind: 'method', name: member }
    }
    this.visit(callee, node)
    return isFunction(callee) || callee.type === 'Super'
      ? { kind: 'closure' }
      : { kind: 'unknown', what: 'the result of an expression' }
  }

  private isNamespace(name: string): boolean {
    return lookup(this.scope, name) === 'import' && this.module.imports.get(name)?.name === '*'
  }

  /** Whether the function, or the object whose method it is, comes from outside the program. */
  private isFromOutside(call: Node): boolean {
    let root = unwrap(call['callee'] as Node)
    while (root.type === 'MemberExpression') root = unwrap(root['object'] as Node)
    const name = identifier(root)
    if (name === undefined || lookup(this.scope, name) !== 'import') return false
    const from = this.module.imports.get(name)
    const target = from === undefined ? undefined : this.module.targets.get(from.specifier)
    return target?.kind === 'external' && target.named
  }

  private isOperations(node: Node): boolean {
    const name = identifier(unwrap(node['callee'] as Node))
    if (name === undefined || lookup(this.scope, name) !== 'import') return false
    return this.module.imports.get(name)?.name === 'operations'
  }

  private table(node: Node): void {
    const [argument] = children(node, 'arguments')
    const object = argument === undefined ? undefined : unwrap(argument)
    if (object === undefined || object.type !== 'ObjectExpression') {
      this.problem(node, 'operations() takes an object written in place, so that its functions are known')
      return this.children(node)
    }
    const methods: TableMethod[] = []
    for (const property of children(object, 'properties')) {
      const name = property['computed'] === true ? undefined : nameOf(child(property, 'key'))
      if (property.type !== 'Property' || property['kind'] !== 'init' || name === undefined) {
        this.problem(
          property,
          'a table of operations has plain properties: no spread, accessor or computed name',
        )
        this.visit(property, object)
        continue
      }
      methods.push(this.tableMethod(property, name))
    }
    if (this.module.instrumented) this.tables.push({ methods })
  }

  private tableMethod(property: Node, name: string): TableMethod {
    const value = unwrap(property['value'] as Node)
    const named = identifier(value)
    if (value.type === 'FunctionExpression') {
      const fn = this.newFunction(value, name, property, true)
      this.methods.push(fn)
      this.methodNodes.set(value, fn)
      this.visit(value, property)
      return { name, property, value, implementation: fn }
    }
    if (named === undefined) {
      this.visit(value, property)
      return { name, property, value, implementation: undefined }
    }
    const kind = lookup(this.scope, named)
    const isFunctionName = kind === 'function' || kind === 'import'
    return { name, property, value, implementation: isFunctionName ? named : undefined }
  }

  protected override construction(node: Node): void {
    if (nondeterminism(node) !== undefined) this.hint(node)
    this.visit(node['callee'] as Node, node)
    const { memArguments } = this.callArguments(node)
    if (memArguments.length > 0) this.problem(node, `\`mem\` given to a constructor; ${HOW_TO_HOLD}`)
  }

  private hint(node: Node): void {
    this.hints.push({ node, what: nondeterminism(node) as string })
  }

  protected override member(node: Node): void {
    const object = unwrap(node['object'] as Node)
    if (isMem(object)) {
      const what = memberName(node) ?? '[...]'
      this.problem(
        node,
        `\`mem.${what}\` used otherwise than as an operation; allowed are calls of ${ALLOWED_OPS}`,
      )
      return
    }
    if (memberName(node) === 'mem') this.problem(node, `\`mem\` is held under another name; ${HOW_TO_HOLD}`)
    const namespace = identifier(object)
    if (namespace !== undefined && this.isNamespace(namespace)) {
      this.values.push({ node, name: `${namespace}.${memberName(node) ?? ''}`, isAllowed: this.mayName })
      return
    }
    this.visit(object, node)
    if (node['computed'] === true) this.visit(node['property'] as Node, node)
  }

  protected override property(node: Node): void {
    if (node['computed'] === true) this.visit(node['key'] as Node, node)
    const value = node['value'] as Node
    if (nameOf(child(node, 'key')) === 'mem' && isMem(value)) {
      const bare = unwrap(value)
      if (bare.type === 'MemberExpression') this.visit(bare['object'] as Node, bare)
      return
    }
    if (node['kind'] !== 'init' && isFunction(value)) return this.closure(value, 'an accessor')
    if (node['method'] === true) return this.closure(value, 'a method of an object')
    this.visit(value, node)
  }

  protected override reference(node: Node): void {
    const name = node['name'] as string
    if (name === 'mem') {
      this.problem(node, `\`mem\` is used as a value; ${HOW_TO_HOLD}`)
      return
    }
    const kind = lookup(this.scope, name)
    if (name === 'Atomics' && kind === undefined)
      this.problem(node, 'Atomics reaches shared words past the seam: use the operations of `mem`')
    if (kind === 'function' || kind === 'import') this.values.push({ node, name, isAllowed: this.mayName })
  }
}

/** Whether a `?.` stands in the chain of this call. */
function hasOptional(call: Node): boolean {
  for (let at: Node | undefined = call; at !== undefined; ) {
    if (at['optional'] === true) return true
    if (at.type === 'CallExpression') at = child(at, 'callee')
    else if (at.type === 'MemberExpression') at = child(at, 'object')
    else if (isTypeWrapper(at)) at = child(at, 'expression')
    else return false
  }
  return false
}
