import { MagicString } from 'magic-string'
import { type Node, children, unwrap } from './ast.js'
import { cNameOf } from './c-names.js'
import type { Linked } from './link.js'
import type { Module } from './modules.js'
import { DEFAULT_OPERANDS, KINDS, OPERANDS, VOID_OPS } from './ops.js'
import type { CallRecord, FunctionInfo, OpRecord, Scanned, SwitchRecord, TableMethod } from './program.js'
import { sourceMapOf } from './source-map.js'

/** How a compiled function calls another: it yields the callee to the engine's trampoline, or `yield*`s it in place. */
export type Calls = 'trampoline' | 'delegate'

/** Notes the site of a call before the engine's trampoline gets the callee. */
const CALL = '$c'
/** The module that has it, and what it notes. */
export const CALLS_MODULE = 'holdfast:calls'
export const CALLS_TEXT = `export const $calls = { site: 0 }
export function ${CALL}(callee, site) { $calls.site = site; return callee }
`

/** What stands before and after a call. */
const FORMS = {
  trampoline: {
    statement: { before: `yield ${CALL}(`, after: ')' },
    expression: { before: `(yield ${CALL}(`, after: '))' },
  },
  delegate: {
    statement: { before: 'yield* ', after: '' },
    expression: { before: '(yield* ', after: ')' },
  },
} as const

/** Where the program touches shared state, or calls a function that may. Its number is its position in the table of sites. */
export interface Site {
  /** From the root, with `/`. */
  readonly file: string
  /** From 1; of the file on disk, whatever patches were applied. */
  readonly line: number
  readonly column: number
  readonly function: string
  readonly cName: string
  /** Name of the operation, as in OP_NAMES, or `call`. */
  readonly op: string
  /** The operation as it is written. */
  readonly text: string
}

/** A function that was compiled. */
export interface CompiledFunction {
  readonly name: string
  readonly cName: string
  readonly file: string
  readonly line: number
}

export interface Emitted {
  readonly code: string
  /** From the code to the file on disk, as JSON. */
  readonly map: string
}

/** What the emission of all modules adds up to. */
export interface Tables {
  readonly sites: Site[]
  readonly functions: CompiledFunction[]
}

/** The compiled form of one instrumented module. Its sites and functions are appended to `tables`. */
export function emit(linked: Linked, scanned: Scanned, calls: Calls, tables: Tables): Emitted {
  return new Emitter(linked, scanned, calls, tables).run()
}

/** A generator that ends at once: what an optional call that calls nothing yields. */
const NOTHING = '$nothing'

class Emitter {
  private readonly linked: Linked
  private readonly scanned: Scanned
  private readonly module: Module
  private readonly calls: Calls
  private readonly tables: Tables
  private readonly out: MagicString
  private readonly cNames = new Map<FunctionInfo, string>()
  /** Offsets at which a parenthesis was put. */
  private readonly opened = new Set<number>()
  private usesNothing = false

  constructor(linked: Linked, scanned: Scanned, calls: Calls, tables: Tables) {
    this.linked = linked
    this.scanned = scanned
    this.module = scanned.module
    this.calls = calls
    this.tables = tables
    this.out = new MagicString(this.module.source.text)
  }

  run(): Emitted {
    const { functions, methods, records, tables } = this.scanned
    for (const fn of [...functions.values(), ...methods]) if (fn.reaches) this.function(fn)
    // Inner records come first, so that an outer parenthesis lands outside.
    for (const record of records) {
      if (record.kind === 'op') this.op(record)
      else if (record.kind === 'call') this.call(record)
      else if (record.kind === 'switch') this.switch(record)
      else if (this.opened.has(record.node.start)) this.out.prependRight(record.node.start, ';')
    }
    for (const { methods: properties } of tables)
      for (const property of properties) this.tableMethod(property)
    if (this.calls === 'trampoline') this.out.prepend(`import { ${CALL} } from '${CALLS_MODULE}'; `)
    if (this.usesNothing) this.out.append(`\nfunction* ${NOTHING}() {}\n`)
    return { code: this.out.toString(), map: sourceMapOf(this.out, this.module) }
  }

  private function(fn: FunctionInfo): void {
    const cName = cNameOf(fn)
    this.cNames.set(fn, cName)
    const { line } = this.module.source.position(fn.node.start)
    this.tables.functions.push({ name: fn.name, cName, file: this.module.file, line })
    if (fn.isGenerator) return
    const isShort = fn.isMethod && fn.anchor['method'] === true
    if (isShort) this.out.appendLeft(fn.anchor.start, '*')
    else this.out.appendLeft(fn.node.start + 'function'.length, '*')
  }

  private op(record: OpRecord): void {
    const { node, op, mem } = record
    const operands = children(node, 'arguments')
    const site = this.site(node, record.place.fn as FunctionInfo, op)
    const open = this.module.source.text.indexOf('(', (node['callee'] as Node).end)
    const isVoid = VOID_OPS.has(op)
    const form = record.isStatement ? '' : '('
    this.out.overwrite(
      node.start,
      open + 1,
      `${form}${mem}.$(${KINDS.get(op)}, ${site}${operands.length > 0 ? ', ' : ''}`,
    )
    const defaults = DEFAULT_OPERANDS[op]
    const missing: string[] = []
    for (let at = operands.length; at < OPERANDS; at++) missing.push(defaults?.[at] ?? '0')
    const last = operands.at(-1)
    const tail = last === undefined ? '' : this.module.source.text.slice(last.end, node.end - 1)
    const separator = missing.length === 0 || withoutComments(tail).includes(',') ? '' : ', '
    const result = record.isStatement ? '' : isVoid ? ', void 0)' : `, ${mem}.v)`
    this.out.overwrite(node.end - 1, node.end, `${separator}${missing.join(', ')}) && (yield)${result}`)
    if (!record.isStatement) this.opened.add(node.start)
  }

  private call(record: CallRecord): void {
    const { node, whole, isDelegated, optional } = record
    const reaches = this.linked.calleeOf(this.module, record)?.reaches === true
    if (!reaches && !isDelegated) return
    // Calls have their sites either way, so that the numbers of the others do not depend on it.
    const site = this.site(node, record.place.fn as FunctionInfo, 'call')
    const form = FORMS[this.calls][record.isStatement ? 'statement' : 'expression']
    const { before } = form
    const after = this.calls === 'trampoline' ? `, ${site}${form.after}` : form.after
    if (isDelegated) {
      const { text } = this.module.source
      const star = text.indexOf('*', whole.start)
      const callStart = unwrap(whole['argument'] as Node).start
      // `yield` and what it yields stand on one line.
      const broken = text.slice(star, callStart).includes('\n')
      this.out.overwrite(whole.start, star + 1, `${before}${broken ? '(' : ''}`)
      this.out.appendLeft(whole.end, `${broken ? ')' : ''}${after}`)
    } else if (optional === 'end') {
      this.usesNothing = true
      this.out.prependRight(whole.start, `${before}(`)
      this.out.appendLeft(whole.end, ` ?? ${NOTHING}())${after}`)
    } else {
      this.out.prependRight(node.start, before)
      this.out.appendLeft(node.end, after)
    }
    if (!record.isStatement) this.opened.add(whole.start)
  }

  /** A new site; returns its number. */
  private site(node: Node, fn: FunctionInfo, op: string): number {
    const { text } = this.module.source
    return (
      this.tables.sites.push({
        file: this.module.file,
        ...this.module.source.position(node.start),
        function: fn.name,
        cName: this.cNames.get(fn) as string,
        op,
        text: text.slice(node.start, node.end).replace(/\s*\n\s*/g, ' '),
      }) - 1
    )
  }

  private switch({ node, isStatement }: SwitchRecord): void {
    this.out.overwrite(node.start, node.end, isStatement ? 'yield null' : '(yield null)')
    if (!isStatement) this.opened.add(node.start)
  }

  /** An operation of a table that has to be a generator, where the pass does not make it one. */
  private tableMethod({ name, property, value, implementation }: TableMethod): void {
    if (this.linked.tableNames.get(name)?.reaches !== true) return
    const fn =
      typeof implementation === 'string'
        ? this.linked.functionAt(this.module, implementation)
        : implementation
    if (fn?.reaches === true) return
    const { text } = this.module.source
    const wrap = (call: string): string => `function* (...$a) { return (${call})(...$a) }`
    if (property['shorthand'] === true)
      this.out.appendLeft(property.end, `: ${wrap(text.slice(value.start, value.end))}`)
    else {
      const [before, after] = wrap('\n').split('\n') as [string, string]
      this.out.prependRight((property['value'] as Node).start, before)
      this.out.appendLeft((property['value'] as Node).end, after)
    }
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
}
