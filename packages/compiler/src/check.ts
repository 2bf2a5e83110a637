import { type Node, unwrap } from './ast.js'
import type { Linked } from './link.js'
import type { Module } from './modules.js'
import type { Problem } from './problems.js'
import type { CallRecord, FunctionInfo, Place, Scanned } from './program.js'

/** Names that objects of the language have as methods: a table's method of such a name could not be told from them. */
const BUILTIN_METHODS: ReadonlySet<string> = new Set(
  [Array, Map, Set, WeakMap, String, Int32Array, RegExp, Promise, Object, Function, Date, Number].flatMap(
    ({ prototype }) => Object.getOwnPropertyNames(prototype),
  ),
)

const DIRECTLY =
  'allowed only directly in the body of a named function of the module or of a table of operations'

/** Everything in the instrumented modules that the pass cannot compile, found after the program has been linked. */
export function check(linked: Linked): Problem[] {
  const problems: Problem[] = []
  for (const scanned of linked.scanned.values()) {
    problems.push(...scanned.problems)
    if (scanned.module.instrumented) problems.push(...new Checker(linked, scanned).run())
  }
  return problems
}

class Checker {
  private readonly linked: Linked
  private readonly scanned: Scanned
  private readonly module: Module
  private readonly problems: Problem[] = []

  constructor(linked: Linked, scanned: Scanned) {
    this.linked = linked
    this.scanned = scanned
    this.module = scanned.module
  }

  run(): Problem[] {
    const { functions, methods, records, values, tables } = this.scanned
    for (const fn of [...functions.values(), ...methods])
      if (fn.reaches && fn.isAsync)
        this.problem(
          fn.node,
          `${fn.name} is async and reaches shared state; a plain function or function* may`,
        )
    for (const record of records) {
      if (record.kind === 'call') this.call(record)
      if (record.kind === 'switch' && record.place.inside !== '')
        this.problem(record.node, `a generator in ${record.place.inside}; \`yield\` is ${DIRECTLY}`)
    }
    for (const { node, name, isAllowed } of values) {
      const fn = this.function(name)
      if (fn?.reaches !== true || isAllowed) continue
      this.problem(
        node,
        `${name} reaches shared state and is used as a value; allowed are a call, a place in operations({...}), an argument of a function from outside the program, and an export`,
      )
    }
    for (const { methods: properties } of tables)
      for (const { name, property, implementation } of properties) {
        if (this.linked.tableNames.get(name)?.reaches !== true) continue
        if (BUILTIN_METHODS.has(name))
          this.problem(
            property,
            `the operation ${name} reaches shared state, and objects of the language have a method of that name; name it otherwise`,
          )
        const fn = typeof implementation === 'string' ? this.function(implementation) : implementation
        if (fn !== undefined && !fn.module.instrumented && (fn.reaches || fn.isGenerator))
          this.problem(property, `${fn.name} of ${fn.module.file} ${NOT_INSTRUMENTED}`)
      }
    return this.problems
  }

  private function(name: string): FunctionInfo | undefined {
    const [namespace, member] = name.split('.')
    if (member === undefined) return this.linked.functionAt(this.module, name)
    const callee = { kind: 'namespace', namespace: namespace as string, name: member } as const
    return this.linked.calleeOf(this.module, { callee } as CallRecord) as FunctionInfo | undefined
  }

  private problem(node: Node, message: string): void {
    this.problems.push({ file: this.module.file, ...this.module.source.position(node.start), message })
  }

  private call(call: CallRecord): void {
    const { node, callee, place } = call
    const found = this.linked.calleeOf(this.module, call)
    const name = this.text(unwrap(node['callee'] as Node))
    if (found === undefined) {
      if (call.isDelegated) this.place(call.whole, `yield* ${name}`, place)
      if (callee.kind === 'unknown' && call.passesActor && place.fn?.reaches === true && !call.isDelegated)
        this.problem(
          node,
          `${callee.what} is called with an actor or \`mem\`, and the pass cannot know what it does; allowed are functions of the program, methods of tables of operations, and \`yield*\` of a generator`,
        )
    } else if (found.reaches) {
      const isTable = 'implementations' in found
      if (!isTable && !found.module.instrumented)
        this.problem(node, `${name} of ${found.module.file} ${NOT_INSTRUMENTED}`)
      this.place(call.whole, `${name} reaches shared state, and calling it`, place)
      if (found.isGenerator && !call.isDelegated)
        this.problem(node, `${name} is a generator: call it as \`yield* ${name}(...)\``)
      if (call.optional === 'middle' || (call.optional === 'end' && call.isDelegated))
        this.problem(
          node,
          `${name} reaches shared state in the middle of an optional chain: test the object first`,
        )
    } else if (call.isDelegated) {
      this.place(call.whole, `yield* ${name}`, place)
      if (!('implementations' in found) && !found.module.instrumented)
        this.problem(node, `${name} of ${found.module.file} ${NOT_INSTRUMENTED}`)
    }
    for (const at of call.memArguments) this.memArgument(call, at, name)
  }

  private place(node: Node, what: string, place: Place): void {
    if (place.inside === '' && place.fn !== undefined) return
    this.problem(node, `${what} in ${place.inside} is not allowed; it is ${DIRECTLY}`)
  }

  /** `mem` may go only where the function that gets it calls it `mem` too. */
  private memArgument(call: CallRecord, at: number, name: string): void {
    const found = this.linked.calleeOf(this.module, call)
    if (found === undefined) {
      if (this.isFromOutside(call)) return
      if (call.callee.kind === 'unknown') return // already refused, or a generator from outside
      this.problem(call.node, `\`mem\` is given to ${name}, which is no function of the program`)
      return
    }
    const takers = 'implementations' in found ? found.implementations : [found]
    for (const fn of takers)
      if (fn.params[at] !== 'mem')
        this.problem(
          call.node,
          `\`mem\` is given to ${name}, whose parameter ${at + 1} is not called \`mem\``,
        )
  }

  private isFromOutside({ callee }: CallRecord): boolean {
    const local = callee.kind === 'name' ? callee.name : callee.kind === 'namespace' ? callee.namespace : ''
    const from = this.module.imports.get(local)
    const target = from === undefined ? undefined : this.module.targets.get(from.specifier)
    return target?.kind === 'external' && target.named
  }

  private text(node: Node): string {
    const text = this.module.source.text.slice(node.start, node.end).replace(/\s+/g, ' ')
    return text.length > 60 ? `${text.slice(0, 60)}…` : text
  }
}

const NOT_INSTRUMENTED =
  'reaches shared state or gives up its CPU, and its module is not instrumented: instrument it, or call something else'
