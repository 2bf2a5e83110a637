import type { Module } from './modules.js'
import type { CallRecord, FunctionInfo, Scanned } from './program.js'

/** A method name of the program's tables: all its implementations are generators, or none is. */
interface TableName {
  readonly implementations: FunctionInfo[]
  /** The source of some implementation says `function*`. */
  isGenerator: boolean
  reaches: boolean
}

/** The program with its calls resolved. */
export interface Linked {
  readonly scanned: ReadonlyMap<string, Scanned>
  readonly tableNames: ReadonlyMap<string, TableName>
  /** The function that a name in a module means; undefined if it is none of the program's. */
  functionAt(module: Module, name: string): FunctionInfo | undefined
  /** What a call calls. */
  calleeOf(module: Module, call: CallRecord): FunctionInfo | TableName | undefined
}

/**
 * Finds every function that reaches an operation, or may give up its CPU: a fixed point over the calls of all modules.
 *
 * In instrumented modules each `function*` counts, and a table's method as soon as one of its implementations does. In
 * the others only what touches shared state does, so that a call of it can be refused.
 */
export function link(scanned: ReadonlyMap<string, Scanned>): Linked {
  const linker = new Linker(scanned)
  linker.settle()
  return linker
}

class Linker implements Linked {
  readonly scanned: ReadonlyMap<string, Scanned>
  readonly tableNames = new Map<string, TableName>()

  constructor(scanned: ReadonlyMap<string, Scanned>) {
    this.scanned = scanned
    for (const { module, tables } of scanned.values()) {
      for (const { name, implementation } of tables.flatMap(({ methods }) => methods)) {
        const entry = this.tableNames.get(name) ?? { implementations: [], isGenerator: false, reaches: false }
        this.tableNames.set(name, entry)
        const fn =
          typeof implementation === 'string' ? this.functionAt(module, implementation) : implementation
        if (fn === undefined) continue
        entry.implementations.push(fn)
        if (fn.isGenerator) entry.isGenerator = true
      }
    }
  }

  functionAt(module: Module, name: string): FunctionInfo | undefined {
    const own = this.scanned.get(module.path)?.functions.get(name)
    if (own !== undefined) return own
    const from = module.imports.get(name)
    return from === undefined ? undefined : this.exported(module, from.specifier, from.name, new Set())
  }

  calleeOf(module: Module, { callee }: CallRecord): FunctionInfo | TableName | undefined {
    switch (callee.kind) {
      case 'name':
        return this.functionAt(module, callee.name)
      case 'namespace': {
        const from = module.imports.get(callee.namespace)
        return from === undefined ? undefined : this.exported(module, from.specifier, callee.name, new Set())
      }
      case 'method':
        return this.tableNames.get(callee.name)
      default:
        return undefined
    }
  }

  private exported(
    importer: Module,
    specifier: string,
    name: string,
    seen: Set<string>,
  ): FunctionInfo | undefined {
    const target = importer.targets.get(specifier)
    if (target?.kind !== 'module') return undefined
    const scanned = this.scanned.get(target.path)
    const key = `${target.path} ${name}`
    if (scanned === undefined || seen.has(key)) return undefined
    seen.add(key)
    const { module } = scanned
    const found = module.exports.get(name)
    if (typeof found === 'string') {
      const own = scanned.functions.get(found)
      if (own !== undefined) return own
      const from = module.imports.get(found)
      return from === undefined ? undefined : this.exported(module, from.specifier, from.name, seen)
    }
    if (found !== undefined) return this.exported(module, found.specifier, found.name, seen)
    if (name === 'default') return undefined
    for (const star of module.stars) {
      const through = this.exported(module, star, name, seen)
      if (through !== undefined) return through
    }
    return undefined
  }

  settle(): void {
    const callers = new Map<FunctionInfo | TableName, Set<FunctionInfo>>()
    const queue: (FunctionInfo | TableName)[] = []
    const reach = (what: FunctionInfo | TableName): void => {
      if (what.reaches) return
      what.reaches = true
      queue.push(what)
    }
    for (const { module, functions, methods, records } of this.scanned.values()) {
      for (const fn of [...functions.values(), ...methods])
        if (fn.touches || (fn.isGenerator && module.instrumented)) reach(fn)
      for (const record of records) {
        if (record.kind !== 'call') continue
        const { fn, inside } = record.place
        // From a closure nothing shared can be reached: where it is tried, that is an error.
        if (fn === undefined || (inside !== '' && module.instrumented)) continue
        const callee = this.calleeOf(module, record)
        if (callee === undefined) continue
        const known = callers.get(callee)
        if (known === undefined) callers.set(callee, new Set([fn]))
        else known.add(fn)
      }
    }
    const tablesOf = new Map<FunctionInfo, TableName[]>()
    for (const entry of this.tableNames.values())
      for (const fn of entry.implementations) tablesOf.set(fn, [...(tablesOf.get(fn) ?? []), entry])

    for (let what = queue.pop(); what !== undefined; what = queue.pop()) {
      for (const caller of callers.get(what) ?? []) reach(caller)
      if ('implementations' in what) {
        for (const fn of what.implementations) if (fn.module.instrumented) reach(fn)
      } else for (const entry of tablesOf.get(what) ?? []) reach(entry)
    }
  }
}
