import type { Node } from './ast.js'
import type { Module } from './modules.js'
import type { Problem } from './problems.js'

/** What the scan of a module finds: everything that the pass may have to change, inner before outer. */
export interface Scanned {
  readonly module: Module
  /** Functions at the top of the module, by local name (`default` if it has none). */
  readonly functions: ReadonlyMap<string, FunctionInfo>
  /** Functions that stand in tables of operations. */
  readonly methods: readonly FunctionInfo[]
  readonly tables: readonly Table[]
  readonly records: readonly SiteRecord[]
  readonly values: readonly Value[]
  readonly hints: readonly HintAt[]
  readonly problems: readonly Problem[]
}

/** A function that may touch shared state. */
export interface FunctionInfo {
  readonly module: Module
  readonly name: string
  readonly node: Node
  /** What a doc comment of it stands before, and where a `*` makes it a generator. */
  readonly anchor: Node
  readonly isMethod: boolean
  readonly isGenerator: boolean
  readonly isAsync: boolean
  /** Names of the parameters; undefined for a pattern. */
  readonly params: readonly (string | undefined)[]
  /** Contains an operation, by itself. */
  touches: boolean
  /** Reaches an operation or may give up its CPU: set when the modules are linked. */
  reaches: boolean
}

/** Where something stands: in which function, and if not directly in its body, in what. */
export interface Place {
  readonly fn: FunctionInfo | undefined
  /** `''` directly in the body of `fn`; else the words for what it stands in. */
  readonly inside: string
}

export interface OpRecord {
  readonly kind: 'op'
  readonly node: Node
  readonly place: Place
  readonly op: string
  /** Source of the object: `mem`, or `x.mem`. */
  readonly mem: string
  /** It is a statement by itself. */
  readonly isStatement: boolean
}

export type Callee =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'namespace'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'method'; readonly name: string }
  /** A closure of this module, whose body has been looked at. */
  | { readonly kind: 'closure' }
  /** A function that came by a variable or a computation. */
  | { readonly kind: 'unknown'; readonly what: string }
  | { readonly kind: 'global' }

export interface CallRecord {
  readonly kind: 'call'
  readonly node: Node
  /** The call with its `yield*`, or with the optional chain it ends. */
  readonly whole: Node
  readonly callee: Callee
  readonly place: Place
  /** The source says `yield*`. */
  readonly isDelegated: boolean
  /** `end`: it ends an optional chain; `middle`: the chain goes on after it. */
  readonly optional: '' | 'end' | 'middle'
  readonly isStatement: boolean
  /** Positions of arguments that are `mem`. */
  readonly memArguments: readonly number[]
  /** An argument is `mem`, or the first parameter of the function around it. */
  readonly passesActor: boolean
}

/** A bare `yield`. */
export interface SwitchRecord {
  readonly kind: 'switch'
  readonly node: Node
  readonly place: Place
  readonly isStatement: boolean
}

/** An expression statement in a list of statements: where a new `(` at its start must not join the line before. */
interface StatementRecord {
  readonly kind: 'statement'
  readonly node: Node
}

export type SiteRecord = OpRecord | CallRecord | SwitchRecord | StatementRecord

/** A function's name used other than to call it. */
export interface Value {
  readonly node: Node
  readonly name: string
  readonly isAllowed: boolean
}

export interface Table {
  readonly methods: readonly TableMethod[]
}

export interface TableMethod {
  readonly name: string
  readonly property: Node
  readonly value: Node
  /** The function that stands there, or the name of the one that is meant. */
  readonly implementation: FunctionInfo | string | undefined
}

/** A call whose result the program's state does not determine. */
export interface HintAt {
  readonly node: Node
  readonly what: string
}
